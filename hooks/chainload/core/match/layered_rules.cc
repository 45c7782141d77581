// SPDX-License-Identifier: MPL-2.0
// Making a changed copy, and looking in both layers.
#include "layered_rules.h"

#include <algorithm>

namespace chainload::core {

/// What is changed before the small list is compiled.
struct LayeredRules::Parts {
  std::shared_ptr<const RuleSet> base;
  std::vector<bool> removed;
  std::vector<Number> gone;  // the numbers that are removed, sorted
  std::vector<Rule> rules;
  std::vector<Number> before;

  /// A place among the rules in force: the rule of the base or of the overlay that is there.
  struct Place {
    bool in_overlay = false;
    std::size_t overlay = 0;  // in `rules`: the rule itself, or where one would be put in
    Number base = 0;          // the number of the rule, or that before which it stands
  };

  /// The number of the first rule of the base that is in force and not before `from`, having passed `count`
  /// others.
  Number skip(Number from, std::size_t count) const {
    std::size_t number = from + count;
    for (auto each = std::lower_bound(gone.begin(), gone.end(), from); each != gone.end() && *each <= number;
         ++each) {
      ++number;
    }
    return static_cast<Number>(std::min(number, base->rules().size()));
  }

  /// How many of the base are in force between the two numbers.
  std::size_t in_force(Number from, Number to) const {
    const auto first = std::lower_bound(gone.begin(), gone.end(), from);
    const auto last = std::lower_bound(first, gone.end(), to);
    return to - from - static_cast<std::size_t>(last - first);
  }

  Place place_of(std::size_t at) const {
    Number from = 0;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      const std::size_t passed = in_force(from, before[i]);
      if (at < passed) return {false, i, skip(from, at)};
      at -= passed;
      if (at == 0) return {true, i, before[i]};
      --at;
      from = before[i];
    }
    return {false, rules.size(), skip(from, at)};
  }

  void apply(const Change& change) {
    const Place place = place_of(change.at);
    const auto at = static_cast<std::ptrdiff_t>(place.overlay);
    if (change.removes && place.in_overlay) {
      rules.erase(rules.begin() + at);
      before.erase(before.begin() + at);
    } else if (change.removes) {
      if (removed.empty()) removed.resize(base->rules().size());
      removed[place.base] = true;
      gone.insert(std::lower_bound(gone.begin(), gone.end(), place.base), place.base);
    }
    if (change.inserted) {
      rules.insert(rules.begin() + at, *change.inserted);
      before.insert(before.begin() + at, place.base);
    }
  }
};

LayeredRules::LayeredRules() : LayeredRules(std::make_shared<const RuleSet>(std::vector<Rule>())) {}

LayeredRules::LayeredRules(std::shared_ptr<const RuleSet> base)
    : base_(std::move(base)), overlay_({}), reach_(base_->reach()) {}

LayeredRules::LayeredRules(Parts parts)
    : base_(std::move(parts.base)),
      removed_(std::move(parts.removed)),
      gone_(std::move(parts.gone)),
      overlay_(std::move(parts.rules)),
      before_(std::move(parts.before)),
      reach_(base_->reach()) {
  reach_ |= overlay_.reach();
}

std::shared_ptr<const LayeredRules> LayeredRules::changed(std::span<const Change> changes) const {
  const auto overlay = overlay_.rules();
  Parts parts{base_, removed_, gone_, {overlay.begin(), overlay.end()}, before_};
  for (const Change& change : changes) parts.apply(change);
  return std::shared_ptr<const LayeredRules>(new LayeredRules(std::move(parts)));
}

const Rule* LayeredRules::find(const Client& client) const {
  const auto base = base_->rules();
  const Number old = base_->first(client, [&](Number number) { return !is_removed(number); });
  const Number put_in = overlay_.first(client, [](Number) { return true; });
  if (put_in != RuleIndex::none && (old == RuleIndex::none || before_[put_in] <= old)) {
    return &overlay_.rules()[put_in];
  }
  return old == RuleIndex::none ? nullptr : &base[old];
}

}  // namespace chainload::core
