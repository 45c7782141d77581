// SPDX-License-Identifier: MPL-2.0
// Policies that several tests start from.
#pragma once

#include <gtest/gtest.h>

#include "core/policy.h"

namespace chainload::tests {

inline core::PolicySettings short_form() {
  core::PolicySettings settings;
  settings.next_server = "192.0.2.10";
  settings.script = "http://192.0.2.10/boot.php?mac=${mac}";
  return settings;
}

inline core::Policy policy_of(const core::PolicySettings& settings) {
  core::MadePolicy made = core::make_policy(settings);
  EXPECT_TRUE(made.policy) << made.error.key << ": " << made.error.sentence;
  return made.policy ? *made.policy : core::Policy{};
}

inline core::Policy default_policy() {
  return policy_of(short_form());
}

inline core::Policy only_gpxe_policy() {
  core::PolicySettings settings = short_form();
  settings.user_classes = {"gPXE"};
  return policy_of(settings);
}

}  // namespace chainload::tests
