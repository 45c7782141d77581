// SPDX-License-Identifier: MPL-2.0
#include "image/move_order.h"

#include <gtest/gtest.h>

#include <random>

#include "image/test_kernel.h"

namespace image {
namespace {

base::LoadMove move(std::uint64_t from, std::uint64_t to, std::uint64_t size, std::uint64_t zero = 0) {
  return {{from}, {to}, size, zero};
}

std::size_t at(base::PhysicalAddress address) {
  return static_cast<std::size_t>(address.value);
}

class MoveOrderTest : public testing::Test {
 protected:
  /// Orders, carries out on memory full of a pattern, and compares each target with what its source held
  /// before.
  testing::AssertionResult works(std::vector<base::LoadMove> wanted) {
    if (const auto checked = check_moves(wanted, usable_); !checked.ok()) {
      return testing::AssertionFailure() << checked.error().sentence();
    }
    std::vector<std::uint8_t> before(ram_size);
    for (std::size_t i = 0; i < ram_size; ++i)
      before[i] = static_cast<std::uint8_t>((i * 2654435761U) >> 13 | 1);
    std::vector<std::uint8_t> ram = before;
    auto copy = wanted;
    std::vector<base::LoadMove> ordered(2 * wanted.size());
    base::MemoryMap scratch;
    auto result = order_moves(copy, ordered, usable_, scratch);
    if (!result.ok()) return testing::AssertionFailure() << result.error().sentence();
    copies_ = result->size() - wanted.size();
    carry_out(*result, ram);
    for (const auto& m : wanted) {
      for (std::size_t i = 0; i < m.size; ++i) {
        if (ram[at(m.to) + i] != before[at(m.from) + i]) return testing::AssertionFailure() << "byte " << i;
      }
      for (std::size_t i = 0; i < m.zero_after; ++i) {
        if (ram[at(m.to + m.size) + i] != 0) return testing::AssertionFailure() << "zero " << i;
      }
    }
    return testing::AssertionSuccess();
  }

  static constexpr std::size_t ram_size = 4096;
  base::MemoryMap usable_ = [] {
    base::MemoryMap map;
    map.add_usable({{0}, {ram_size}});
    return map;
  }();
  std::size_t copies_ = 0;
};

TEST_F(MoveOrderTest, moves_that_do_not_meet_need_no_copies) {
  EXPECT_TRUE(works({}));
  EXPECT_TRUE(works({move(0, 1000, 100, 28), move(200, 2000, 100)}));
  EXPECT_TRUE(works({move(0, 50, 100)}));  // over itself
  EXPECT_TRUE(works({move(50, 0, 100, 60)}));
  EXPECT_TRUE(works({move(7, 7, 100)}));
  EXPECT_EQ(copies_, 0U);
}

TEST_F(MoveOrderTest, a_chain_is_followed_from_its_end) {
  EXPECT_TRUE(works({move(0, 100, 100), move(100, 200, 100), move(200, 300, 100)}));
  EXPECT_TRUE(works({move(300, 200, 100), move(200, 100, 100), move(100, 0, 100)}));
  EXPECT_EQ(copies_, 0U);
}

TEST_F(MoveOrderTest, a_ring_is_broken_by_one_copy) {
  EXPECT_TRUE(works({move(0, 1000, 100), move(1000, 0, 200)}));
  EXPECT_EQ(copies_, 1U);
  EXPECT_TRUE(works({move(0, 100, 100), move(100, 200, 100), move(200, 0, 100)}));
  EXPECT_EQ(copies_, 1U);
}

TEST_F(MoveOrderTest, a_ring_without_room_is_an_error) {
  std::vector<base::LoadMove> swap = {move(0, 2048, 2048), move(2048, 0, 2048)};
  std::array<base::LoadMove, 4> ordered;
  base::MemoryMap scratch;
  const auto result = order_moves(swap, ordered, usable_, scratch);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().sentence().find("Cannot put the parts where they must go: 2 KiB"), 0U);
}

TEST_F(MoveOrderTest, F23_what_is_not_usable_or_meets_is_refused) {
  const auto refused = [&](std::vector<base::LoadMove> moves) { return !check_moves(moves, usable_).ok(); };
  EXPECT_TRUE(refused({move(0, 4000, 97)}));
  EXPECT_TRUE(refused({move(4000, 0, 97)}));
  EXPECT_TRUE(refused({move(0, 4000, 96, 1)}));
  EXPECT_TRUE(refused({move(0, 1000, 10), move(100, 1009, 10)}));
  EXPECT_TRUE(refused({move(0, UINT64_MAX - 5, 10)}));
  EXPECT_FALSE(refused({move(0, 1000, 10), move(0, 1010, 10)}));
}

// Sources and targets anywhere; a third of the rounds leave little free memory.
TEST_F(MoveOrderTest, random_moves_always_arrive) {
  std::mt19937 random(77);
  std::size_t rounds = 0, with_copies = 0;
  while (rounds < 3000) {
    std::vector<base::LoadMove> wanted;
    const std::size_t count = 1 + random() % 8;
    const std::uint64_t largest = 1 + random() % (random() % 3 == 0 ? 500 : 200);
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t size = 1 + random() % largest;
      const std::uint64_t zero = random() % 3 == 0 ? random() % 64 : 0;
      wanted.push_back(move(random() % (ram_size - size), random() % (ram_size - size - zero), size, zero));
    }
    if (random() % 2) {  // where others stand: rings
      for (std::size_t i = 0; i < count; ++i) wanted[i].to = wanted[(i + 1) % count].from;
    }
    if (!check_moves(wanted, usable_).ok()) continue;  // targets met
    ++rounds;
    ASSERT_TRUE(works(wanted)) << "round " << rounds;
    with_copies += copies_ > 0;
  }
  EXPECT_GT(with_copies, 100U);
}

}  // namespace
}  // namespace image
