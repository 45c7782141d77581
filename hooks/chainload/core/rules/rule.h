// SPDX-License-Identifier: MPL-2.0
// One rule as its author wrote it, checked: when it matches, what it gives, and how that is put into the
// reply.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/facts/facts.h"
#include "rule_tally.h"
#include "template.h"

namespace chainload::core {

/// The keys of `match`, cheapest to test first: conditions are tested in this order.
enum class MatchKey : std::uint8_t {
  message_type,
  subnet,
  relay,
  arch,
  mac,
  uuid,
  user_class,
  vendor_class,
  feature,
  circuit_id,
  remote_id,
  shared_network,
  client_class
};
inline constexpr std::size_t match_keys = 13;

/// `user-class`, `arch`: as it is written.
std::string_view name_of(MatchKey key);

/// One key of a match object: any of the values, or all of them.
struct Condition {
  MatchKey key = MatchKey::message_type;
  bool all = false;
  /// Exact values as octets, sorted: classes, ids, names, MACs, the 16 octets of a UUID in wire order, subnet
  /// prefixes.
  std::vector<std::string> exact;
  std::vector<std::string> patterns;   // with `*` for any octets; for `mac` the octets a MAC begins with
  std::vector<std::uint32_t> numbers;  // sorted: architectures, features, subnet ids, addresses
};

/// All conditions hold and none of `negated` matches. Empty matches everybody.
struct Match {
  std::vector<Condition> conditions;
  std::vector<Match> negated;

  bool empty() const { return conditions.empty() && negated.empty(); }
};

/// Message types by bit.
namespace message_bit {
inline constexpr std::uint16_t of(std::uint8_t type) {
  return type < 16 ? static_cast<std::uint16_t>(1u << type) : std::uint16_t{0};
}
inline constexpr std::uint16_t usual = of(message::discover) | of(message::request) | of(message::bootp);
inline constexpr std::uint16_t inform = of(message::inform);
}  // namespace message_bit

enum class BootAction : std::uint8_t {
  fields,  // write the boot fields
  pass,    // leave the reply as the server made it
  deny     // take every boot field out of the reply
};

struct BootFields {
  BootAction action = BootAction::fields;
  std::optional<Ipv4> next_server;  // absent: the one of the scope or of the parameters, if there is one
  std::string next_server_text;     // dotted
  std::optional<Template> server_hostname;
  std::optional<Template> boot_file;
};

enum class Choice : std::uint8_t { automatic, yes, no };
enum class Write : std::uint8_t { both, fields, options };

/// `reply`: the form of the answer. The defaults are those of a rule without it.
struct ReplyForm {
  Write write = Write::both;
  Choice null_terminate = Choice::automatic;
  Choice vendor_class = Choice::automatic;  // yes: the text below
  std::string vendor_class_text;
  Choice discovery_control = Choice::automatic;
  Choice no_proxydhcp = Choice::automatic;
  bool force = true;           // false: only options the client asks for in option 55
  bool keep_existing = false;  // `existing: keep`: what the server itself put into the reply stays
};

struct Rule {
  std::string name;
  bool enabled = true;
  std::optional<Instant> not_before;
  std::optional<Instant> not_after;  // the last second it holds
  bool any_client = false;           // `client: any`: also those who are not boot clients
  std::uint16_t messages = message_bit::usual;
  Match match;
  BootFields boot;
  ReplyForm reply;
  std::string place;  // of the rule in its file

  std::shared_ptr<RuleTally>
      tally;        // shared by the copies of this rule; made by the RuleSet where there is none
  Instant since{};  // tallied since then; the epoch: for as long as there are packets
};

/// Two rules that answer alike have the same text.
std::string canonical_text(const Rule& rule);

}  // namespace chainload::core
