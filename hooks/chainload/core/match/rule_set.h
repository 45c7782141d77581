// SPDX-License-Identifier: MPL-2.0
// An ordered list of rules, compiled: each rule stands in the index under its most selective exact key, so
// that the cost of a packet does not grow with the number of rules. The answer is that of an ordered scan.
#pragma once

#include <memory>

#include "match.h"
#include "rule_index.h"

namespace chainload::core {

class RuleSet {
 public:
  explicit RuleSet(std::vector<Rule> rules);

  /// The first rule that answers, or null.
  const Rule* find(const Client& client) const;

  /// Its number, or RuleIndex::none, among those for which `counts(number)` holds.
  template <class Counts>
  RuleIndex::Number first(const Client& client, Counts&& counts) const {
    return index_.first(client, [&](RuleIndex::Number number) {
      return counts(number) && answers(rules_[number], client);
    });
  }

  std::span<const Rule> rules() const { return rules_; }
  const Reach& reach() const { return reach_; }

  /// Rules that no exact key selects: each is tried for each packet.
  std::size_t unindexed() const { return index_.unindexed(); }

 private:
  std::vector<Rule> rules_;
  RuleIndex index_;
  Reach reach_;
};

}  // namespace chainload::core
