// SPDX-License-Identifier: MPL-2.0
// Ordered changes to a rule list, as an administrator writes them:
//
//   [ { "op": "add", "rule": { … }, "before": "other" },     "after", "index" or nothing: at the end
//     { "op": "update", "name": "old", "rule": { … } },      without name: the rule of the same name
//     { "op": "del", "name": "old" } ]
//
// A rule that is updated keeps its place unless a place is given. `index` is the one it then has, from 0.
#pragma once

#include "core/match/layered_rules.h"
#include "prepared_rules.h"

namespace chainload::store {

/// More belong into a whole new list, which is prepared elsewhere: each step takes time of the caller's
/// thread.
inline constexpr std::size_t most_steps = 1000;

struct PatchStep {
  enum class Op : std::uint8_t { add, update, del };
  Op op = Op::add;
  std::string name;                  // of the rule that is there already; empty with add
  std::optional<PreparedRule> rule;  // not with del
  std::optional<std::string> before;
  std::optional<std::string> after;
  std::optional<std::size_t> index;
  std::string path;  // `patch[2]`

  bool has_place() const { return before || after || index; }
};

struct Patch {
  std::vector<PatchStep> steps;
  std::string problems;  // sentences; empty when it can be applied
};

Patch read_patch(const core::Value& list, const Preparation& how = {});

/// The same change for the texts and for the compiled rules.
struct ResolvedPatch {
  enum class Fault : std::uint8_t { none, bad_argument, not_found, name_taken };
  Fault fault = Fault::none;
  std::string sentence;
  RuleList rules;  // after it
  std::vector<Edit> edits;
  std::vector<core::LayeredRules::Change> changes;
};

ResolvedPatch resolve(const Patch& patch, const RuleList& rules);

}  // namespace chainload::store
