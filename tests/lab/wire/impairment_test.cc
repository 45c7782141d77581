// SPDX-License-Identifier: MPL-2.0
// Tests of the wire's decisions: the same seed makes the same wire, and each fault does what its name says.
#include "impairment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

namespace wire {
namespace {

using Frame = std::vector<std::uint8_t>;

Frame numbered_frame(std::uint32_t number) {
  Frame frame(64, 0xa5);
  for (std::size_t i = 0; i < 4; ++i) frame[20 + i] = static_cast<std::uint8_t>(number >> (8 * i));
  return frame;
}

std::uint32_t number_of(const Frame& frame) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number |= std::uint32_t{frame[20 + i]} << (8 * i);
  return number;
}

// Sends `count` frames, 10 us apart, and returns what arrives, in order.
std::vector<Frame> pass(Impairment& wire, std::uint32_t count) {
  std::vector<Frame> arrived;
  std::uint64_t now_us = 0;
  const auto collect = [&] {
    while (auto frame = wire.take_due(now_us)) arrived.push_back(*frame);
  };
  for (std::uint32_t number = 0; number < count; ++number, now_us += 10) {
    wire.accept(numbered_frame(number), now_us);
    collect();
  }
  while (const auto due = wire.due_at()) {
    now_us = std::max(now_us, *due);
    collect();
  }
  return arrived;
}

constexpr Faults everything{.drop = 0.05, .duplicate = 0.05, .reorder = 0.05, .corrupt = 0.05,
                            .delay_us = 100, .jitter_us = 50, .reorder_us = 500};

TEST(Impairment, same_seed_gives_the_same_wire) {
  Impairment first(everything, 7), second(everything, 7), other(everything, 8);
  const auto frames = pass(first, 2000);
  EXPECT_EQ(frames, pass(second, 2000));
  EXPECT_NE(frames, pass(other, 2000));
}

TEST(Impairment, no_faults_pass_every_frame_unchanged_and_at_once) {
  Impairment wire(Faults{}, 1);
  wire.accept(numbered_frame(5), 42);
  EXPECT_EQ(wire.due_at(), 42u);
  EXPECT_EQ(wire.take_due(42), numbered_frame(5));
  EXPECT_EQ(wire.take_due(1'000'000), std::nullopt);
}

TEST(Impairment, drop_loses_the_asked_share_and_keeps_the_order_of_the_rest) {
  Impairment wire(Faults{.drop = 0.05}, 3);
  const auto frames = pass(wire, 20000);
  EXPECT_NEAR(static_cast<double>(wire.counts().dropped), 1000, 150);
  EXPECT_EQ(frames.size(), 20000 - wire.counts().dropped);
  EXPECT_TRUE(std::ranges::is_sorted(frames, {}, number_of));
}

TEST(Impairment, fate_of_a_frame_depends_on_its_number_not_on_earlier_fates) {
  Impairment dropping(Faults{.drop = 0.5}, 11), dropping_and_more(Faults{.drop = 0.5, .reorder = 0.3}, 11);
  pass(dropping, 500);
  pass(dropping_and_more, 500);
  EXPECT_EQ(dropping.counts().dropped, dropping_and_more.counts().dropped);
}

TEST(Impairment, duplicate_delivers_a_frame_twice_in_a_row) {
  Impairment wire(Faults{.duplicate = 1}, 1);
  const auto frames = pass(wire, 3);
  ASSERT_EQ(frames.size(), 6u);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(number_of(frames[i]), i / 2);
}

TEST(Impairment, reorder_lets_later_frames_overtake) {
  Impairment wire(Faults{.reorder = 0.1, .reorder_us = 500}, 1);
  const auto frames = pass(wire, 1000);
  EXPECT_EQ(frames.size(), 1000u);
  EXPECT_GT(wire.counts().reordered, 50u);
  EXPECT_FALSE(std::ranges::is_sorted(frames, {}, number_of));
}

TEST(Impairment, corrupt_flips_one_bit_behind_the_addresses) {
  Impairment wire(Faults{.corrupt = 1}, 5);
  const Frame sent = numbered_frame(9);
  for (int i = 0; i < 500; ++i) {
    wire.accept(sent, 0);
    const Frame got = wire.take_due(0).value();
    ASSERT_EQ(got.size(), sent.size());
    int flipped = 0;
    for (std::size_t at = 0; at < sent.size(); ++at) {
      const int bits = std::popcount(static_cast<unsigned>(got[at] ^ sent[at]));
      if (at < 12) {
        EXPECT_EQ(bits, 0);
      }
      flipped += bits;
    }
    EXPECT_EQ(flipped, 1);
  }
}

TEST(Impairment, corrupt_leaves_a_frame_alone_that_has_nothing_behind_its_addresses) {
  Impairment wire(Faults{.corrupt = 1}, 5);
  wire.accept(Frame(12, 1), 0);
  EXPECT_EQ(wire.take_due(0), Frame(12, 1));
  EXPECT_EQ(wire.counts().corrupted, 0u);
}

TEST(Impairment, delay_holds_every_frame_and_jitter_never_reorders) {
  Impairment wire(Faults{.delay_us = 1000, .jitter_us = 800}, 2);
  wire.accept(numbered_frame(0), 0);
  EXPECT_EQ(wire.take_due(999), std::nullopt);
  EXPECT_TRUE(wire.take_due(1800).has_value());
  EXPECT_TRUE(std::ranges::is_sorted(pass(wire, 1000), {}, number_of));
}

}  // namespace
}  // namespace wire
