// SPDX-License-Identifier: MPL-2.0
// A large compiled rule list and the few changes made to it since: rules taken away are marked, rules put in
// stand in a small list of their own with their place among the others. Immutable; the answer is that of one
// ordered list. When the changes have grown many, a new base is compiled elsewhere and takes their place.
#pragma once

#include <optional>

#include "rule_set.h"

namespace chainload::core {

class LayeredRules {
 public:
  LayeredRules();
  explicit LayeredRules(std::shared_ptr<const RuleSet> base);

  /// One rule taken away, put in or exchanged. `at` counts the rules in force, in order; the rule there is
  /// taken away if `removes`, then `inserted` is put before the one that is there.
  struct Change {
    std::size_t at = 0;
    bool removes = false;
    std::optional<Rule> inserted;
  };
  std::shared_ptr<const LayeredRules> changed(std::span<const Change> changes) const;

  /// The first rule that answers, or null.
  const Rule* find(const Client& client) const;

  std::size_t size() const { return base_->rules().size() - gone_.size() + overlay_.rules().size(); }
  /// May be wider than that of the rules in force, until they are compiled anew.
  const Reach& reach() const { return reach_; }
  std::size_t unindexed() const { return base_->unindexed() + overlay_.unindexed(); }
  /// How much differs from the base.
  std::size_t changes() const { return gone_.size() + overlay_.rules().size(); }

  /// The compiled rules without the changes.
  std::span<const Rule> base() const { return base_->rules(); }

  /// Every rule in order, until `visit` answers false.
  template <class Visit>
  void each(Visit&& visit) const {
    const auto base = base_->rules();
    const auto overlay = overlay_.rules();
    std::size_t next = 0;
    for (std::size_t number = 0; number <= base.size(); ++number) {
      for (; next < overlay.size() && before_[next] <= number; ++next) {
        if (!visit(overlay[next])) return;
      }
      if (number < base.size() && !is_removed(number) && !visit(base[number])) return;
    }
  }

 private:
  using Number = RuleIndex::Number;

  struct Parts;
  explicit LayeredRules(Parts parts);

  bool is_removed(std::size_t number) const { return !removed_.empty() && removed_[number]; }

  std::shared_ptr<const RuleSet> base_;
  std::vector<bool> removed_;  // by number in the base; empty while nothing is
  std::vector<Number> gone_;   // the same, sorted
  RuleSet overlay_;
  std::vector<Number> before_;  // for each rule of the overlay, the number in the base before which it stands
  Reach reach_;
};

}  // namespace chainload::core
