// SPDX-License-Identifier: MPL-2.0
// Policies that several tests start from.
#pragma once

#include <gtest/gtest.h>

#include "core/policy/policy.h"

namespace chainload::tests {

using Firmware = std::vector<std::pair<std::string, std::string>>;

inline core::ScopeSettings short_form() {
  core::ScopeSettings settings;
  settings.short_form.next_server = "192.0.2.10";
  settings.short_form.script = "http://192.0.2.10/boot.php?mac=${mac}";
  return settings;
}

inline core::Policy policy_of(const core::ScopeSettings& settings) {
  core::MadePolicy made = core::make_policy(settings);
  EXPECT_TRUE(made.policy) << made.problems.text();
  return made.policy ? *made.policy : core::Policy{};
}

inline core::Policy default_policy() {
  return policy_of(short_form());
}

inline core::Policy only_gpxe_policy() {
  core::ScopeSettings settings = short_form();
  settings.short_form.user_classes = std::vector<std::string>{"gPXE"};
  return policy_of(settings);
}

/// Of an architecture of the built-in table; empty where there is none.
inline std::string firmware_of(const core::Policy& policy, std::uint16_t architecture) {
  const auto& name = (*policy.table()->firmware)[architecture];
  return name ? name->text() : std::string();
}

}  // namespace chainload::tests
