// SPDX-License-Identifier: MPL-2.0
// Time from a 16-bit counter that falls and a tick that counts its wraps, monotonic by construction.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace bios {

class TickClock {
 public:
  TickClock(std::uint32_t tick, std::uint16_t counter) : tick_(tick), phase_(phase_of(counter)) {}

  /// `tick` was read before `counter`, so it may lag behind the counter's wraps but never leads them.
  /// The counter tells the time between two calls less than a wrap (55 ms) apart; the tick tells of whole wraps that
  /// nobody saw. A tick that was lost or is still pending makes nothing go back.
  base::Instant update(std::uint32_t tick, std::uint16_t counter) {
    const std::uint16_t phase = phase_of(counter);
    if (phase < phase_) ++wraps_;
    add(static_cast<std::uint16_t>(phase - phase_));
    phase_ = phase;

    constexpr std::uint32_t ticks_per_day = 0x1800b0;  // the BIOS goes back to 0 at midnight
    const std::uint32_t passed = tick >= tick_ ? tick - tick_ : tick + ticks_per_day - tick_;
    tick_ = tick;
    if (passed < ticks_per_day / 2) ticks_ += passed;  // more is a tick somebody set
    while (ticks_ > wraps_) {
      ++wraps_;
      add(0x10000);
    }
    if (wraps_ > ticks_ + 1) ticks_ = wraps_ - 1;  // at most one tick is pending; the others are lost
    return base::Instant::from_us(static_cast<std::int64_t>(elapsed_ >> fraction_bits));
  }

 private:
  // 1,000,000 / 1,193,181.67 microseconds per count.
  static constexpr unsigned fraction_bits = 20;
  static constexpr std::uint32_t us_per_count = 878'807;
  /// Counts since the last wrap: the counter is reloaded with 0, which stands for 65,536, and the tick comes then.
  static constexpr std::uint16_t phase_of(std::uint16_t counter) { return static_cast<std::uint16_t>(0 - counter); }
  void add(std::uint32_t counts) { elapsed_ += std::uint64_t{counts} * us_per_count; }

  std::uint64_t elapsed_ = 0;
  std::uint32_t tick_;
  std::uint32_t ticks_ = 0;
  std::uint32_t wraps_ = 0;
  std::uint16_t phase_;
};

}  // namespace bios
