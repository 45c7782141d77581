// SPDX-License-Identifier: MPL-2.0
// The conditions, one by one. Nothing here allocates.
#include "match.h"

namespace chainload::core {
namespace {

bool holds_number(const Condition& condition, std::uint32_t number) {
  return std::binary_search(condition.numbers.begin(), condition.numbers.end(), number);
}

bool holds_text(const Condition& condition, std::string_view text) {
  return std::binary_search(condition.exact.begin(), condition.exact.end(), text, std::less<>());
}

/// One value against exact texts and patterns: any of them, or all.
bool holds_value(const Condition& condition, std::optional<Bytes> value) {
  if (!value) return false;
  const std::string_view text = as_text(*value);
  const auto matches = [&](const std::string& pattern) { return matches_pattern(text, pattern); };
  if (condition.all) {
    return std::all_of(condition.exact.begin(), condition.exact.end(),
                       [&](const std::string& wanted) { return wanted == text; }) &&
           std::all_of(condition.patterns.begin(), condition.patterns.end(), matches);
  }
  return holds_text(condition, text) ||
         std::any_of(condition.patterns.begin(), condition.patterns.end(), matches);
}

bool holds_arch(const Condition& condition, const Client& client) {
  const auto named = client.architectures.numbers.kept();
  if (!condition.all) {
    return std::any_of(named.begin(), named.end(), [&](std::uint16_t number) {
      return holds_number(condition, number) || holds_number(condition, counted_as(number));
    });
  }
  return std::all_of(condition.numbers.begin(), condition.numbers.end(), [&](std::uint32_t wanted) {
    return std::any_of(named.begin(), named.end(), [&](std::uint16_t number) {
      return number == wanted || counted_as(number) == wanted;
    });
  });
}

bool holds_mac(const Condition& condition, Bytes address) {
  if (address.empty()) return false;
  return holds_text(condition, as_text(address)) ||
         std::any_of(condition.patterns.begin(), condition.patterns.end(),
                     [&](const std::string& prefix) { return begins_with(address, prefix); });
}

bool holds_user_class(const Condition& condition, const Facts& facts) {
  if (!facts.user_classes) return false;
  const UserClasses& classes = *facts.user_classes;
  if (condition.all) {
    return std::all_of(condition.exact.begin(), condition.exact.end(),
                       [&](const std::string& wanted) { return classes.name(wanted); });
  }
  if (holds_text(condition, as_text(classes.raw))) return true;
  const auto items = classes.items.kept();
  return std::any_of(items.begin(), items.end(),
                     [&](Bytes item) { return holds_text(condition, as_text(item)); });
}

bool holds_feature(const Condition& condition, const Facts& facts) {
  if (!facts.etherboot || !facts.etherboot->is_whole) return false;
  const auto has = [&](std::uint32_t code) { return code < 256 && facts.etherboot->features[code]; };
  return condition.all ? std::all_of(condition.numbers.begin(), condition.numbers.end(), has)
                       : std::any_of(condition.numbers.begin(), condition.numbers.end(), has);
}

bool holds_class(const Condition& condition, std::span<const std::string_view> classes) {
  if (condition.all) {
    return std::all_of(condition.exact.begin(), condition.exact.end(), [&](const std::string& wanted) {
      return std::find(classes.begin(), classes.end(), wanted) != classes.end();
    });
  }
  return std::any_of(classes.begin(), classes.end(),
                     [&](std::string_view name) { return holds_text(condition, name); });
}

}  // namespace

bool matches_pattern(std::string_view text, std::string_view pattern) {
  std::size_t at = 0;
  std::size_t in_pattern = 0;
  std::size_t after_star = std::string_view::npos;
  std::size_t retry_at = 0;
  while (at < text.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      after_star = ++in_pattern;
      retry_at = at;
    } else if (in_pattern < pattern.size() && pattern[in_pattern] == text[at]) {
      ++in_pattern;
      ++at;
    } else if (after_star != std::string_view::npos) {
      in_pattern = after_star;
      at = ++retry_at;
    } else {
      return false;
    }
  }
  while (in_pattern < pattern.size() && pattern[in_pattern] == '*') ++in_pattern;
  return in_pattern == pattern.size();
}

bool holds(const Condition& condition, const Client& client) {
  const Facts& facts = client.facts;
  const Surroundings& around = client.around;
  switch (condition.key) {
    case MatchKey::message_type:
      return holds_number(condition, facts.message_type);
    case MatchKey::subnet:
      return around.subnet_id && (holds_number(condition, *around.subnet_id) ||
                                  (!condition.exact.empty() && holds_text(condition, around.subnet_prefix)));
    case MatchKey::relay:
      return facts.relay != Ipv4::unset && holds_number(condition, static_cast<std::uint32_t>(facts.relay));
    case MatchKey::arch:
      return holds_arch(condition, client);
    case MatchKey::mac:
      return holds_mac(condition, facts.hardware_address);
    case MatchKey::uuid: {
      const auto uuid = client.uuid();
      return uuid && holds_text(condition, as_text(*uuid));
    }
    case MatchKey::user_class:
      return holds_user_class(condition, facts);
    case MatchKey::vendor_class:
      return holds_value(condition, facts.vendor_class);
    case MatchKey::feature:
      return holds_feature(condition, facts);
    case MatchKey::circuit_id:
      return holds_value(condition, client.circuit_id());
    case MatchKey::remote_id:
      return holds_value(condition, client.remote_id());
    case MatchKey::shared_network:
      return !around.shared_network.empty() && holds_text(condition, around.shared_network);
    case MatchKey::client_class:
      return holds_class(condition, around.client_classes);
  }
  return false;
}

bool holds(const Match& match, const Client& client) {
  return std::all_of(match.conditions.begin(), match.conditions.end(),
                     [&](const Condition& condition) { return holds(condition, client); }) &&
         std::none_of(match.negated.begin(), match.negated.end(),
                      [&](const Match& negated) { return holds(negated, client); });
}

bool answers(const Rule& rule, const Client& client) {
  return rule.enabled && (client.is_boot_client || rule.any_client) &&
         (rule.messages & message_bit::of(client.facts.message_type)) != 0 &&
         (!rule.not_before || *rule.not_before <= client.around.now) &&
         (!rule.not_after || client.around.now <= *rule.not_after) && holds(rule.match, client);
}

}  // namespace chainload::core
