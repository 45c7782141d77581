// SPDX-License-Identifier: MPL-2.0
// The two clocks that what is remembered of machines is measured by.
#pragma once

#include <ctime>

#include "core/machines/moment.h"

namespace chainload::kea {

inline core::machines::Milliseconds since_start_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::chrono::duration_cast<core::machines::Milliseconds>(std::chrono::seconds(time.tv_sec) +
                                                                  std::chrono::nanoseconds(time.tv_nsec));
}

/// The steady one goes on while the machine sleeps.
inline core::machines::Moment moment_now() {
  return {since_start_of(CLOCK_BOOTTIME),
          core::Instant(std::chrono::floor<std::chrono::seconds>(since_start_of(CLOCK_REALTIME)))};
}

}  // namespace chainload::kea
