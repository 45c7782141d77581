// SPDX-License-Identifier: MPL-2.0
// What the administrator wants, checked once and never changed afterwards. The sources in order, the first
// match ends: an override; the reservation's context; managed rules; static rules; the contexts of pool,
// subnet and shared network; those of classes in evaluation order; the built-in table of the parameters.
// Contexts come with the Surroundings.
#pragma once

#include "core/match/layered_rules.h"
#include "scope_policy.h"

namespace chainload::core {

/// The names of the sources that are no context.
inline constexpr std::string_view managed_source = "managed";
inline constexpr std::string_view static_source = "static";

struct Policy {
  std::shared_ptr<const ScopePolicy> parameters;  // static rules, and the built-in table or none
  std::shared_ptr<const LayeredRules> managed;    // null: none
  bool enabled = true;                            // `default-enabled`: holds where no context says otherwise
  Reach reach;                                    // of the above; add that of every context in use

  /// The table of the parameters; null where they have none.
  const BuiltInTable* table() const { return parameters ? parameters->table() : nullptr; }
};

struct MadePolicy {
  std::optional<Policy> policy;
  Problems problems;  // set when there is no policy
};

/// Parameters without rules must hold the whole short form.
MadePolicy make_policy(ScopeSettings parameters);

/// The same policy with these managed rules in place of none; null or an empty list: none.
Policy with_managed(Policy policy, std::shared_ptr<const LayeredRules> managed);

/// Two policies that answer alike have the same text, whatever the order and the spelling of what made them.
/// Without contexts: see the text of each.
std::string canonical_text(const Policy& policy);
std::string canonical_text(const ScopePolicy& scope);

}  // namespace chainload::core
