// SPDX-License-Identifier: MPL-2.0
// A whole rule list, read, checked and compiled: the work that takes time and needs no store, so that any
// thread can do it.
#pragma once

#include <memory>

#include "core/match/rule_set.h"
#include "core/rules/problems.h"
#include "core/rules/value.h"
#include "rule_list.h"
#include "state_files.h"

namespace chainload::store {

/// What the caller asks of a rule beyond its form, such as that its server is an allowed one: adds a problem.
/// `path` is `rules[3]`. Called by every thread that prepares.
using CheckRule =
    std::function<void(const core::Rule& rule, const std::string& path, core::Problems& problems)>;

/// How rules are prepared.
struct Preparation {
  CheckRule check;                    // none: nothing more is asked
  core::Instant since{};              // when rules of a new text come in
  const RuleList* earlier = nullptr;  // a rule of the same text is taken over with its tally; null: none is
  std::size_t most = most_rules;
  unsigned threads = 1;  // that may work at once, the caller's included
};

struct PreparedRules {
  RuleList rules;
  std::shared_ptr<const core::RuleSet> compiled;  // null: there are problems
  std::string problems;                           // sentences; empty when it can be used
  std::unique_ptr<StagedSnapshot> staged;         // see RuleStore::stage; null: written when it is committed
};

/// `text` is a JSON list.
PreparedRules prepare(std::string_view text, const Preparation& how = {});

/// Of rules that were read by another reader: `rule` is asked for each of `count`, by several threads at
/// once.
PreparedRules prepare(std::size_t count, const std::function<core::Value(std::size_t)>& rule,
                      const Preparation& how);

/// Of rules that were prepared before: they stay the same ones, with what was tallied of them.
PreparedRules prepare(const RuleList& rules, unsigned threads = 1);

/// One rule, read and in its stored form.
struct PreparedRule {
  core::Rule rule;
  StoredRulePtr stored;
};
/// Lets it be that stored rule, of the same text, and count where that does.
void take_over(PreparedRule& rule, StoredRulePtr stored);

/// None, and problems, when it is wrong. `path` names it in sentences.
std::optional<PreparedRule> prepare_rule(core::Value value, const std::string& path, const Preparation& how,
                                         core::Problems& problems);

}  // namespace chainload::store
