// SPDX-License-Identifier: MPL-2.0
// Rules and policies written as JSON, for tests.
#pragma once

#include <gtest/gtest.h>

#include "core/policy/policy.h"
#include "core/rules/read_rules.h"
#include "read_json.h"

namespace chainload::tests {

inline core::Value value_of(std::string_view json) {
  auto value = read_json(json);
  if (!value) throw std::logic_error("no JSON: " + std::string(json));
  return *value;
}

/// A list of rules that must be correct.
inline std::vector<core::Rule> rules_of(std::string_view json) {
  core::Problems problems;
  auto rules = core::read_rules(value_of(json), "rules", problems);
  EXPECT_TRUE(problems.empty()) << problems.text();
  return rules;
}

/// A rule named `r` with this match, that gives the file `f`.
inline core::Rule rule_matching(const std::string& match) {
  auto rules = rules_of(R"([{"name": "r", "match": )" + match + R"(, "boot": {"boot-file-name": "f"}}])");
  return rules.empty() ? core::Rule{} : rules.front();
}

inline core::ScopeSettings settings_of(std::string_view json, core::ScopeKind kind) {
  core::Problems problems;
  auto settings = core::read_scope(value_of(json), kind, "", problems);
  EXPECT_TRUE(problems.empty()) << problems.text();
  return settings;
}

/// The parameters as an administrator writes them.
inline core::Policy policy_from(std::string_view json) {
  auto made = core::make_policy(settings_of(json, core::ScopeKind::parameters));
  EXPECT_TRUE(made.policy) << made.problems.text();
  return made.policy ? *made.policy : core::Policy{};
}

/// A context within those parameters; takes what it inherits from them.
inline std::unique_ptr<core::ScopePolicy> scope_from(const std::string& name, std::string_view json,
                                                     const core::Policy& policy) {
  core::Problems problems;
  auto scope =
      std::make_unique<core::ScopePolicy>(name, settings_of(json, core::ScopeKind::context),
                                          policy.parameters->inherited(), policy.table(), name, problems);
  EXPECT_TRUE(problems.empty()) << problems.text();
  return scope;
}

}  // namespace chainload::tests
