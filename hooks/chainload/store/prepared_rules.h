// SPDX-License-Identifier: MPL-2.0
// A whole rule list, read, checked and compiled: the work that takes time and needs no store, so that any
// thread can do it.
#pragma once

#include <memory>

#include "core/problems.h"
#include "core/rule_set.h"
#include "core/value.h"
#include "rule_list.h"
#include "state_files.h"

namespace chainload::store {

/// What the caller asks of a rule beyond its form, such as that its server is an allowed one: adds a problem.
/// `path` is `rules[3]`. Called from the thread that prepares.
using CheckRule =
    std::function<void(const core::Rule& rule, const std::string& path, core::Problems& problems)>;

struct PreparedRules {
  RuleList rules;
  std::shared_ptr<const core::RuleSet> compiled;  // null: there are problems
  std::string problems;                           // sentences; empty when it can be used
  std::unique_ptr<StagedSnapshot> staged;         // see RuleStore::stage; null: written when it is committed
};

/// `text` is a JSON list of at most `most` rules.
PreparedRules prepare(std::string_view text, const CheckRule& check = {}, std::size_t most = most_rules);

/// Of rules that were read by another reader: `rule` is asked for each of `count` in order.
PreparedRules prepare(std::size_t count, const std::function<core::Value(std::size_t)>& rule,
                      const CheckRule& check = {}, std::size_t most = most_rules);

/// Of rules that were prepared before.
PreparedRules prepare(const RuleList& rules);

/// One rule, read and in its stored form.
struct PreparedRule {
  core::Rule rule;
  StoredRulePtr stored;
};
/// None, and problems, when it is wrong. `path` names it in sentences.
std::optional<PreparedRule> prepare_rule(core::Value value, const std::string& path, const CheckRule& check,
                                         core::Problems& problems);

}  // namespace chainload::store
