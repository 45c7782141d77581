// SPDX-License-Identifier: MPL-2.0
// The decision: which boot file this client gets, by which rule of which source, and why. Pure: same facts,
// surroundings and policy, same answer.
#pragma once

#include "core/policy/policy.h"
#include "trace.h"

namespace chainload::core {

enum class Outcome : std::uint8_t {
  boot,        // the reply gets the boot fields of this decision
  left_alone,  // the reply stays as the server made it
  denied,      // every boot field is taken out of the reply
  refused      // a rule matched but nothing fit to send came of it: the reply stays, and it is logged
};

/// Why the rule that answered did.
enum class Because : std::uint8_t {
  not_a_request,            // unreadable, or not a BOOTREQUEST
  other_message,            // of a type that no rule answers
  not_a_boot_client,        // and no rule that answers any client matched
  switched_off,             // by `enabled` of a scope, or default-enabled
  rule_matched,             // a rule of a list; see `matched`
  user_class_listed,        // rows of a built-in table from here on
  no_script,                // its user class is listed, and no script is given
  raspberry_pi,             //
  architecture_served,      //
  architecture_not_known,   // neither 93 nor 60 says
  architecture_not_served,  // no firmware for any that it names
  no_rule                   // no rule matched, and there is no built-in table
};

/// Views are into the policy, the scopes and the facts, which must outlive the decision.
struct Decision {
  Outcome outcome = Outcome::left_alone;
  Because because = Because::not_a_request;
  std::string_view
      source;             // `static`, `managed`, `subnet[1]`; empty for the built-in table of the parameters
  std::string_view rule;  // the rule's name, or `built-in/…`
  const Rule* matched = nullptr;  // with rule_matched
  RuleTally* tally = nullptr;     // of the rule or row that answered; null: it has none
  bool is_boot_client = false;
  ClientKind kind = ClientKind::other;
  ClientArchitectures client;      // empty when the decision did not get that far
  std::uint16_t architecture = 0;  // of the row that answered, with architecture_served
  std::string_view user_class;     // of the policy, with user_class_listed

  std::optional<Ipv4> next_server;    // absent: siaddr stays as the server made it
  std::string_view next_server_text;  // dotted
  bool has_boot_file = false;         // otherwise the rule leaves the name as the server made it
  BoundedBytes<Template::longest> boot_file;
  BoundedBytes<Template::longest> server_hostname;

  /// With refused: what came in the way, and of which name.
  Expanded refusal;
  const Template* refused = nullptr;
  std::size_t longest_for_client = 0;  // with too_long

  bool concerns_boot_client() const { return is_boot_client; }
  const ReplyForm& form() const;  // of the rule that matched, or the usual one
  std::string_view boot_file_text() const { return as_text(boot_file.view()); }

  /// `static/gpxe-gets-script`, `built-in/x86-bios`, `subnet[1]/built-in/script`.
  std::string full_name() const;
};

/// False when decide() answers without a look at the surroundings: most packets. The caller then need not
/// fill them.
bool needs_surroundings(const Facts& facts, const Policy& policy);

/// With a trace, rules up to and including the one that answered are written down; without one nothing is
/// allocated.
Decision decide(const Facts& facts, const Surroundings& around, const Policy& policy, Trace* trace = nullptr);

}  // namespace chainload::core
