// SPDX-License-Identifier: MPL-2.0
#include "base/arena.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace base {
namespace {

TEST(Arena, hands_out_apart_and_aligned_blocks_and_takes_them_back) {
  std::vector<std::uint8_t> memory(4096);
  Arena arena("test", memory);
  std::mt19937 random(1);
  std::vector<std::pair<std::uint8_t*, std::size_t>> blocks;
  for (int turn = 0; turn < 5000; ++turn) {
    if (blocks.empty() || random() % 3 != 0) {
      const std::size_t size = random() % 200;
      auto* block = static_cast<std::uint8_t*>(arena.allocate(size));
      if (block == nullptr) continue;
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 8, 0U);
      std::fill_n(block, size, static_cast<std::uint8_t>(size));
      blocks.emplace_back(block, size);
    } else {
      std::swap(blocks[random() % blocks.size()], blocks.back());
      const auto [block, size] = blocks.back();
      EXPECT_TRUE(std::all_of(block, block + size, [s = size](std::uint8_t b) { return b == (s & 0xff); }));
      arena.release(block);
      blocks.pop_back();
    }
  }
  for (const auto& [block, size] : blocks) arena.release(block);
  EXPECT_EQ(arena.used(), 0U);
  EXPECT_GT(arena.failures(), 0U);
  EXPECT_NE(arena.allocate(arena.capacity()), nullptr) << "the gaps did not become one again";
}

TEST(Arena, refuses_what_it_cannot_hold) {
  std::vector<std::uint8_t> memory(256);
  Arena arena("test", memory);
  EXPECT_EQ(arena.allocate(SIZE_MAX), nullptr);
  EXPECT_EQ(arena.allocate(SIZE_MAX - 7), nullptr);
  EXPECT_EQ(arena.allocate(257), nullptr);
  EXPECT_NE(arena.allocate(0), nullptr);
  Arena nothing("none", {});
  EXPECT_EQ(nothing.allocate(1), nullptr);
}

TEST(Arena, fails_the_allocation_a_test_asks_it_to) {
  std::vector<std::uint8_t> memory(256);
  Arena arena("test", memory);
  arena.fail_allocation(2);
  EXPECT_NE(arena.allocate(8), nullptr);
  EXPECT_EQ(arena.allocate(8), nullptr);
  EXPECT_NE(arena.allocate(8), nullptr);
}

}  // namespace
}  // namespace base
