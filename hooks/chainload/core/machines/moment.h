// SPDX-License-Identifier: MPL-2.0
// One reading of both clocks. core/ has none of its own: the caller reads them once for each packet or
// command.
#pragma once

#include <chrono>

#include "core/rules/rule.h"

namespace chainload::core::machines {

using Milliseconds = std::chrono::milliseconds;

struct Moment {
  /// Never set and never going back, counted from the start of the machine (CLOCK_BOOTTIME). Every span of
  /// time is measured by it: the wall clock may jump by a day.
  Milliseconds steady{};
  /// For people, and for what outlives the machine's run.
  Instant wall{};
};

}  // namespace chainload::core::machines
