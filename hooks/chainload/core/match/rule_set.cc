// SPDX-License-Identifier: MPL-2.0
// Compiling a rule list.
#include "rule_set.h"

#include <algorithm>

namespace chainload::core {
namespace {

void add_match(Reach& reach, const Match& match) {
  for (const Condition& condition : match.conditions) {
    reach.client_classes = reach.client_classes || condition.key == MatchKey::client_class;
    reach.network =
        reach.network || condition.key == MatchKey::subnet || condition.key == MatchKey::shared_network;
  }
  for (const Match& negated : match.negated) add_match(reach, negated);
}

Reach reach_of(const Rule& rule) {
  Reach reach;
  reach.messages = rule.messages;
  reach.any_client = rule.any_client;
  reach.clock = rule.not_before || rule.not_after;
  add_match(reach, rule.match);
  for (const auto& text : {&rule.boot.boot_file, &rule.boot.server_hostname}) {
    if (*text) add_template(reach, **text);
  }
  return reach;
}

/// One piece of memory for all that have none yet.
void give_tallies(std::vector<Rule>& rules) {
  const auto has_none = [](const Rule& rule) { return rule.tally == nullptr; };
  const auto count = static_cast<std::size_t>(std::count_if(rules.begin(), rules.end(), has_none));
  if (count == 0) return;
  const std::shared_ptr<RuleTally[]> tallies(new RuleTally[count]);
  std::size_t next = 0;
  for (Rule& rule : rules) {
    if (has_none(rule)) rule.tally = std::shared_ptr<RuleTally>(tallies, &tallies[next++]);
  }
}

}  // namespace

RuleSet::RuleSet(std::vector<Rule> rules) : rules_(std::move(rules)), index_(rules_) {
  give_tallies(rules_);
  for (const Rule& rule : rules_) {
    if (rule.enabled) reach_ |= reach_of(rule);
  }
}

const Rule* RuleSet::find(const Client& client) const {
  const RuleIndex::Number found =
      index_.first(client, [&](RuleIndex::Number number) { return answers(rules_[number], client); });
  return found == RuleIndex::none ? nullptr : &rules_[found];
}

}  // namespace chainload::core
