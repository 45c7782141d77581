// SPDX-License-Identifier: MPL-2.0
// Whether one rule answers everybody that another does. When in doubt: no.
#include "core/match/match.h"
#include "lint.h"

namespace chainload::core {
namespace {

bool has_text(const Condition& outer, std::string_view text) {
  if (std::binary_search(outer.exact.begin(), outer.exact.end(), text, std::less<>())) return true;
  return std::any_of(outer.patterns.begin(), outer.patterns.end(), [&](const std::string& pattern) {
    return outer.key == MatchKey::mac ? text.starts_with(pattern) : matches_pattern(text, pattern);
  });
}

bool has_number(const Condition& outer, std::uint32_t number) {
  return std::binary_search(outer.numbers.begin(), outer.numbers.end(), number) ||
         (outer.key == MatchKey::arch && std::binary_search(outer.numbers.begin(), outer.numbers.end(),
                                                            counted_as(static_cast<std::uint16_t>(number))));
}

std::size_t values_of(const Condition& condition) {
  return condition.exact.size() + condition.patterns.size() + condition.numbers.size();
}

/// A `*` of the inner pattern is met by one of the outer, or not at all: then whatever stands for it is met
/// too.
bool covers(const Condition& outer, const Condition& inner) {
  if (outer.key != inner.key) return false;
  const auto text = [&](const std::string& each) { return has_text(outer, each); };
  const auto number = [&](std::uint32_t each) { return has_number(outer, each); };
  if (outer.all && values_of(outer) > 1) {
    return inner.all &&
           std::includes(inner.exact.begin(), inner.exact.end(), outer.exact.begin(), outer.exact.end()) &&
           std::includes(inner.patterns.begin(), inner.patterns.end(), outer.patterns.begin(),
                         outer.patterns.end()) &&
           std::includes(inner.numbers.begin(), inner.numbers.end(), outer.numbers.begin(),
                         outer.numbers.end());
  }
  if (inner.all) {
    return std::any_of(inner.exact.begin(), inner.exact.end(), text) ||
           std::any_of(inner.patterns.begin(), inner.patterns.end(), text) ||
           std::any_of(inner.numbers.begin(), inner.numbers.end(), number);
  }
  return std::all_of(inner.exact.begin(), inner.exact.end(), text) &&
         std::all_of(inner.patterns.begin(), inner.patterns.end(), text) &&
         std::all_of(inner.numbers.begin(), inner.numbers.end(), number);
}

bool is_same(const Match& one, const Match& other);

bool is_same(const Condition& one, const Condition& other) {
  return one.key == other.key && one.all == other.all && one.exact == other.exact &&
         one.patterns == other.patterns && one.numbers == other.numbers;
}

bool is_same(const Match& one, const Match& other) {
  const auto same_condition = [](const Condition& a, const Condition& b) { return is_same(a, b); };
  const auto same_match = [](const Match& a, const Match& b) { return is_same(a, b); };
  return std::equal(one.conditions.begin(), one.conditions.end(), other.conditions.begin(),
                    other.conditions.end(), same_condition) &&
         std::equal(one.negated.begin(), one.negated.end(), other.negated.begin(), other.negated.end(),
                    same_match);
}

}  // namespace

bool covers(const Rule& outer, const Rule& inner) {
  const bool always = outer.enabled && !outer.not_before && !outer.not_after;
  if (!always || (inner.any_client && !outer.any_client)) return false;
  if ((inner.messages & ~outer.messages) != 0) return false;
  return std::all_of(outer.match.conditions.begin(), outer.match.conditions.end(),
                     [&](const Condition& condition) {
                       return std::any_of(inner.match.conditions.begin(), inner.match.conditions.end(),
                                          [&](const Condition& each) { return covers(condition, each); });
                     }) &&
         std::all_of(outer.match.negated.begin(), outer.match.negated.end(), [&](const Match& negated) {
           return std::any_of(inner.match.negated.begin(), inner.match.negated.end(),
                              [&](const Match& each) { return is_same(negated, each); });
         });
}

}  // namespace chainload::core
