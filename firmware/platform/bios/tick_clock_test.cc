// SPDX-License-Identifier: MPL-2.0
#include "platform/bios/tick_clock.h"

#include <gtest/gtest.h>

namespace bios {
namespace {

/// A timer that runs on, read at any moment; `pending` ticks have not been counted by the BIOS.
struct Timer {
  std::uint64_t counts = 0;
  std::uint32_t first_tick = 1000;
  std::uint32_t tick(std::uint32_t uncounted = 0) const {
    return (first_tick + static_cast<std::uint32_t>(counts >> 16) - uncounted) % 0x1800b0;
  }
  std::uint16_t counter() const { return static_cast<std::uint16_t>(0 - counts); }
  std::int64_t us() const { return static_cast<std::int64_t>(static_cast<double>(counts) * 1e6 / 1193181.6667); }
};

TEST(TickClock, short_steps_add_up_to_the_true_time) {
  Timer timer;
  TickClock clock(timer.tick(), timer.counter());
  base::Instant now;
  for (int i = 0; i < 100'000; ++i) {
    timer.counts += 1193;
    now = clock.update(timer.tick(), timer.counter());
  }
  EXPECT_NEAR(static_cast<double>(now.us()), static_cast<double>(timer.us()), 1000.0);
}

TEST(TickClock, wraps_that_nobody_saw_are_told_by_the_tick) {
  Timer timer;
  TickClock clock(timer.tick(), timer.counter());
  timer.counts = 1193182 * 10 + 77;
  EXPECT_NEAR(static_cast<double>(clock.update(timer.tick(), timer.counter()).us()), 10e6, 1000.0);
}

TEST(TickClock, a_pending_tick_never_makes_time_go_back_or_jump) {
  Timer timer;
  TickClock clock(timer.tick(), timer.counter());
  timer.counts = 0xfff0;
  const auto before = clock.update(timer.tick(), timer.counter());
  timer.counts = 0x10010;
  const auto pending = clock.update(timer.tick(1), timer.counter());
  const auto delivered = clock.update(timer.tick(), timer.counter());
  EXPECT_GT(pending, before);
  EXPECT_EQ(pending, delivered);
}

TEST(TickClock, lost_ticks_lose_no_time_later) {
  Timer timer;
  TickClock clock(timer.tick(), timer.counter());
  base::Instant last;
  std::uint32_t lost = 0;
  for (int i = 0; i < 400; ++i) {
    timer.counts += 0x4000;
    if (i % 100 == 50) ++lost;
    const auto now = clock.update(timer.tick(lost), timer.counter());
    ASSERT_GE(now, last);
    last = now;
  }
  timer.counts += 0x50000;
  const auto now = clock.update(timer.tick(lost), timer.counter());
  EXPECT_NEAR(static_cast<double>(now.us()), static_cast<double>(timer.us()), 56'000.0);
}

TEST(TickClock, midnight_is_no_jump) {
  Timer timer{.first_tick = 0x1800b0 - 3};
  TickClock clock(timer.tick(), timer.counter());
  base::Instant now;
  for (int i = 0; i < 100; ++i) {
    timer.counts += 0x2000;
    now = clock.update(timer.tick(), timer.counter());
  }
  EXPECT_NEAR(static_cast<double>(now.us()), static_cast<double>(timer.us()), 100.0);
}

TEST(TickClock, a_clock_that_was_set_back_is_not_believed) {
  Timer timer;
  TickClock clock(timer.tick(), timer.counter());
  timer.counts = 100;
  EXPECT_LT(clock.update(500, timer.counter()).us(), 1000);
}

}  // namespace
}  // namespace bios
