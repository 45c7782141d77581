// SPDX-License-Identifier: MPL-2.0
// The decision: which boot file this client gets, by which rule, and why. Pure: same facts and policy, same
// answer.
#pragma once

#include <string>
#include <vector>

#include "boot_client.h"
#include "policy.h"

namespace chainload::core {

enum class Outcome : std::uint8_t {
  boot,        // the reply gets the boot fields of this decision
  left_alone,  // the reply stays as the server made it
  refused      // a rule matched but its file name does not fit this client: the reply stays, and it is logged
};

/// Why the rule that answered did.
enum class Because : std::uint8_t {
  not_a_request,           // unreadable, or not a BOOTREQUEST
  other_message,           // neither DISCOVER, REQUEST nor BOOTP
  not_a_boot_client,       //
  switched_off,            // default-enabled is false
  user_class_listed,       //
  raspberry_pi,            //
  architecture_served,     //
  architecture_not_known,  // neither 93 nor 60 says
  architecture_not_served  // no firmware for any that it names
};

struct Decision {
  Outcome outcome = Outcome::left_alone;
  Because because = Because::not_a_request;
  std::string_view rule;  // `built-in/…`, a literal
  ClientKind kind = ClientKind::other;
  ClientArchitectures client;      // empty when the decision did not get that far
  std::uint16_t architecture = 0;  // of the row that answered, with architecture_served
  std::string_view user_class;     // of the policy, with user_class_listed
  std::string_view boot_file;      // of the policy, with boot and refused
  Ipv4 next_server{};
  std::string_view next_server_text;  // of the policy, dotted

  bool concerns_boot_client() const { return because > Because::not_a_boot_client; }
};

/// A rule looked at, in order, and what came of it.
struct Tried {
  std::string_view rule;
  bool matched = false;
  std::string why;
};
using Trace = std::vector<Tried>;

/// The facts and the policy must outlive the decision. With a trace, every rule up to and including the one
/// that answered is written down; without one nothing is allocated.
Decision decide(const Facts& facts, const Policy& policy, Trace* trace = nullptr);

}  // namespace chainload::core
