// SPDX-License-Identifier: MPL-2.0
// What one source says about booting: the parameters, or the `chainload` context of a reservation, pool,
// subnet, shared network or class. First its rules, then, where short-form keys are given, a built-in table
// of its own.
#pragma once

#include "core/match/rule_set.h"
#include "core/rules/built_in.h"
#include "core/rules/value.h"

namespace chainload::core {

/// As written, types and keys checked.
struct ScopeSettings {
  std::optional<bool> enabled;  // `default-enabled` in the parameters
  std::vector<Rule> rules;
  bool has_rules = false;  // the key was there, even if its list is empty
  ShortForm short_form;
  std::string place;
};

enum class ScopeKind : std::uint8_t {
  parameters,  // `default-enabled`; the keys of the adapter (log-decisions and others) are taken out before
  context      // `enabled`
};

/// `path` is what the map is called in sentences: `subnet[1]`; empty for the parameters.
ScopeSettings read_scope(const Value& map, ScopeKind kind, const std::string& path, Problems& problems);

class ScopePolicy {
 public:
  /// `name` is how answers name it: `static`, `subnet[1]`, `reservation`, `class[NAME]`. `outer` is the short
  /// form of the scopes around it, already inherited by each other; `outer_table` theirs, or null.
  ScopePolicy(std::string name, ScopeSettings settings, const ShortForm& outer,
              const BuiltInTable* outer_table, const std::string& path, Problems& problems);

  const std::string& name() const { return name_; }
  std::optional<bool> enabled() const { return enabled_; }
  const RuleSet* rules() const { return rules_.get(); }       // null: none
  const BuiltInTable* table() const { return table_.get(); }  // null: none of its own
  const ShortForm& inherited() const { return short_form_; }  // what scopes inside it inherit
  const Reach& reach() const { return reach_; }

  /// For rules that name no server: dotted, empty where none is known.
  const std::string& next_server_text() const { return next_server_text_; }
  Ipv4 next_server() const { return next_server_; }

 private:
  std::string name_;
  std::optional<bool> enabled_;
  std::unique_ptr<const RuleSet> rules_;
  std::shared_ptr<const BuiltInTable> table_;
  ShortForm short_form_;
  Ipv4 next_server_{};
  std::string next_server_text_;
  Reach reach_;
};

}  // namespace chainload::core
