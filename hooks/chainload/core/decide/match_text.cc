// SPDX-License-Identifier: MPL-2.0
// The words for why a rule answers or does not: the value seen, and the values wanted.
#include "core/facts/text.h"
#include "core/match/match.h"
#include "core/rules/read_rules.h"
#include "describe.h"

namespace chainload::core {
namespace {

/// No sentence lists more than these of ten thousand addresses.
constexpr std::size_t most_listed = 5;

struct Listed {
  std::string text;
  std::size_t count = 0;

  void add(const std::string& each) {
    if (count++ < most_listed) text += (text.empty() ? "" : ", ") + each;
  }
  std::string whole() const {
    return count > most_listed ? text + " and " + std::to_string(count - most_listed) + " more" : text;
  }
};

std::string value_text(MatchKey key, std::uint32_t number) {
  switch (key) {
    case MatchKey::message_type:
      return message_name(static_cast<std::uint8_t>(number));
    case MatchKey::relay:
      return ipv4_text(Ipv4{number});
    case MatchKey::arch:
      return architecture_text(static_cast<std::uint16_t>(number));
    case MatchKey::feature: {
      const std::string_view name = feature_name(static_cast<std::uint8_t>(number));
      return name.empty() ? std::to_string(number) : std::string(name);
    }
    default:
      return std::to_string(number);
  }
}

Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string uuid_value(Bytes octets) {
  std::array<std::uint8_t, 17> option{};
  std::copy(octets.begin(), octets.end(), option.begin() + 1);
  return uuid_text(option);
}

std::string exact_text(MatchKey key, std::string_view exact) {
  if (key == MatchKey::mac) return mac_text(as_bytes(exact));
  if (key == MatchKey::uuid) return uuid_value(as_bytes(exact));
  return printable(exact);
}

std::string pattern_text(MatchKey key, std::string_view pattern) {
  if (key == MatchKey::mac) return mac_text(as_bytes(pattern)) + ":*";
  return printable(pattern);
}

std::string wanted_text(const Condition& condition) {
  Listed wanted;
  for (const std::uint32_t number : condition.numbers) wanted.add(value_text(condition.key, number));
  for (const std::string& exact : condition.exact) wanted.add(exact_text(condition.key, exact));
  for (const std::string& pattern : condition.patterns) wanted.add(pattern_text(condition.key, pattern));
  return (condition.all ? "wanted are all of: " : "wanted is one of: ") + wanted.whole();
}

std::string said(std::string_view what, const std::optional<Bytes>& value, std::string_view absent) {
  if (!value) return std::string(absent);
  return "its " + std::string(what) + " is " + printable(*value);
}

std::string user_classes_said(const Facts& facts) {
  if (!facts.user_classes) return "it sends no user class (option 77)";
  Listed names;
  for (const Bytes item : facts.user_classes->items.kept()) names.add(printable(item));
  return "its user class is " + names.whole();
}

std::string features_said(const Facts& facts) {
  if (!facts.etherboot || !facts.etherboot->is_whole) return "it names no features (option 175)";
  std::string names;
  for (std::uint32_t code = etherboot::first_feature; code <= etherboot::last_feature; ++code) {
    if (facts.etherboot->features[code]) {
      names += (names.empty() ? "" : ", ") + value_text(MatchKey::feature, code);
    }
  }
  return names.empty() ? "its option 175 names no features" : "its features are " + names;
}

/// What the client shows where the condition looks.
std::string seen_text(MatchKey key, const Client& client) {
  const Facts& facts = client.facts;
  const Surroundings& around = client.around;
  switch (key) {
    case MatchKey::message_type:
      return "its message is " + message_name(facts.message_type);
    case MatchKey::subnet:
      if (!around.subnet_id) return "its subnet is not known";
      return "its subnet is " + std::to_string(*around.subnet_id) + " (" + printable(around.subnet_prefix) +
             ")";
    case MatchKey::relay:
      return facts.relay == Ipv4::unset ? "it comes through no relay"
                                        : "its relay is " + ipv4_text(facts.relay);
    case MatchKey::arch:
      return client.architectures.numbers.empty()
                 ? "neither option 93 nor option 60 says what its architecture is"
                 : architectures_text(client.architectures);
    case MatchKey::mac:
      return facts.hardware_address.empty() ? "it sends no hardware address"
                                            : "its hardware address is " + mac_text(facts.hardware_address);
    case MatchKey::uuid: {
      const auto uuid = client.uuid();
      return uuid ? "its UUID is " + uuid_value(*uuid) : "it sends no UUID (option 97)";
    }
    case MatchKey::user_class:
      return user_classes_said(facts);
    case MatchKey::vendor_class:
      return said("vendor class", facts.vendor_class, "it sends no vendor class (option 60)");
    case MatchKey::feature:
      return features_said(facts);
    case MatchKey::circuit_id:
      return said("circuit-id", client.circuit_id(), "no relay gives it a circuit-id (option 82)");
    case MatchKey::remote_id:
      return said("remote-id", client.remote_id(), "no relay gives it a remote-id (option 82)");
    case MatchKey::shared_network:
      return around.shared_network.empty() ? "its subnet is in no shared network"
                                           : "its shared network is " + printable(around.shared_network);
    case MatchKey::client_class: {
      if (around.client_classes.empty()) return "it is in no client class";
      Listed names;
      for (const std::string_view name : around.client_classes) names.add(printable(name));
      return "its client classes are " + names.whole();
    }
  }
  return {};
}

std::string messages_text(std::uint16_t messages) {
  Listed names;
  for (std::uint8_t type = 0; type <= message::inform; ++type) {
    if ((messages & message_bit::of(type)) != 0) names.add(message_name(type));
  }
  return names.whole();
}

/// What of a match that holds made it hold.
std::string holding_text(const Match& match, const Client& client) {
  std::string text;
  for (const Condition& condition : match.conditions) {
    text += (text.empty() ? "" : ", and ") + seen_text(condition.key, client);
  }
  if (text.empty())
    return match.negated.empty() ? "it has no conditions" : "nothing that its not excludes is so";
  return text;
}

}  // namespace

std::string why_not(const Rule& rule, const Client& client) {
  if (!rule.enabled) return "the rule is switched off by enabled: false";
  if (!client.is_boot_client && !rule.any_client) {
    return "it is not a boot client, and the rule does not say client: any";
  }
  if ((rule.messages & message_bit::of(client.facts.message_type)) == 0) {
    return "its message is " + message_name(client.facts.message_type) + "; the rule answers " +
           messages_text(rule.messages);
  }
  if (rule.not_before && client.around.now < *rule.not_before) {
    return "it holds only from " + instant_text(*rule.not_before) + " (not-before); now it is " +
           instant_text(client.around.now);
  }
  if (rule.not_after && *rule.not_after < client.around.now) {
    return "it held until " + instant_text(*rule.not_after) + " (not-after); now it is " +
           instant_text(client.around.now);
  }
  for (const Condition& condition : rule.match.conditions) {
    if (!holds(condition, client)) return seen_text(condition.key, client) + "; " + wanted_text(condition);
  }
  for (const Match& negated : rule.match.negated) {
    if (holds(negated, client)) return "its not excludes this client: " + holding_text(negated, client);
  }
  return "it answers";
}

std::string why(const Rule& rule, const Client& client) {
  return holding_text(rule.match, client);
}

}  // namespace chainload::core
