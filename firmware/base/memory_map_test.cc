// SPDX-License-Identifier: MPL-2.0
#include "base/memory_map.h"

#include <gtest/gtest.h>

#include <bitset>
#include <random>
#include <vector>

namespace base {
namespace {

constexpr std::uint64_t mib = 1 << 20;
constexpr PhysicalRange everywhere{{0}, {UINT64_MAX}};

PhysicalRange range(std::uint64_t begin, std::uint64_t end) {
  return {{begin}, {end}};
}

std::vector<PhysicalRange> free_of(const MemoryMap& map) {
  return {map.free_ranges().begin(), map.free_ranges().end()};
}

TEST(MemoryMap, an_empty_map_has_no_room) {
  const MemoryMap map;
  EXPECT_TRUE(map.free_ranges().empty());
  EXPECT_FALSE(map.is_free(range(0, 1)));
  EXPECT_EQ(map.largest(everywhere).size(), 0U);
  const auto found = map.find_highest(4096, 4096, everywhere);
  ASSERT_FALSE(found.ok());
  EXPECT_NE(found.error().sentence().find("4 KiB"), std::string_view::npos);
}

TEST(MemoryMap, what_touches_melts_and_what_is_claimed_is_cut_out) {
  MemoryMap map;
  map.add_usable(range(2 * mib, 4 * mib));  // unsorted on purpose
  map.add_usable(range(0, 0x9f000));
  map.add_usable(range(1 * mib, 2 * mib));
  map.claim(range(3 * mib, 3 * mib + 4096));
  EXPECT_EQ(free_of(map),
            (std::vector{range(0, 0x9f000), range(mib, 3 * mib), range(3 * mib + 4096, 4 * mib)}));
  EXPECT_TRUE(map.is_free(range(mib, 3 * mib)));
  EXPECT_FALSE(map.is_free(range(mib, 3 * mib + 1)));
  EXPECT_EQ(map.largest(everywhere), range(mib, 3 * mib));
}

TEST(MemoryMap, a_claim_counts_whether_it_comes_before_or_after) {
  MemoryMap map;
  map.claim(range(mib, 2 * mib));
  map.add_usable(range(0, 3 * mib));
  map.add_usable(range(mib, 2 * mib));
  EXPECT_EQ(free_of(map), (std::vector{range(0, mib), range(2 * mib, 3 * mib)}));
}

TEST(MemoryMap, empty_and_wrapped_ranges_are_no_memory_but_a_wrapped_claim_takes_the_rest) {
  MemoryMap map;
  map.add_usable(range(5, 5));
  map.add_usable(PhysicalRange::of_size(UINT64_MAX - 4095, 8192));
  EXPECT_TRUE(map.free_ranges().empty());
  map.add_usable(range(0, UINT64_MAX));
  map.claim(range(7, 7));
  map.claim(PhysicalRange::of_size(4096, UINT64_MAX));
  EXPECT_EQ(free_of(map), (std::vector{range(0, 4096)}));
}

TEST(MemoryMap, finds_the_highest_aligned_place) {
  MemoryMap map;
  map.add_usable(range(mib, 16 * mib));
  map.add_usable(range(4096 * mib, 8192 * mib));  // above 4 GiB
  auto found = map.find_highest(mib + 1, 4096, range(0, 4096 * mib));
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(*found, range(15 * mib - 4096, 16 * mib - 4095));
  found = map.find_highest(mib, 2 * mib, everywhere);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->begin.value, 8190 * mib);
  EXPECT_FALSE(map.find_highest(15 * mib + 1, 1, range(0, 4096 * mib)).ok());
  EXPECT_FALSE(map.find_highest(14 * mib, 16 * mib, range(0, 4096 * mib)).ok());
  EXPECT_TRUE(map.find_highest(15 * mib, mib, range(0, 4096 * mib)).ok());
}

TEST(MemoryMap, too_many_usable_ranges_lose_the_smallest) {
  MemoryMap map;
  for (std::uint64_t i = 0; i < 128; ++i)
    map.add_usable(PhysicalRange::of_size(i * 16 * mib, (i + 1) * 4096));
  EXPECT_TRUE(map.overflowed());
  EXPECT_EQ(map.free_ranges().size(), MemoryMap::max_ranges);
  EXPECT_EQ(map.largest(everywhere).size(), 128U * 4096);
  EXPECT_TRUE(map.is_free(PhysicalRange::of_size(127 * 16 * mib, 128 * 4096)));
}

TEST(MemoryMap, too_many_claims_never_free_what_was_claimed) {
  MemoryMap map;
  map.add_usable(range(0, 4096 * mib));
  for (std::uint64_t i = 0; i < 128; ++i) map.claim(PhysicalRange::of_size((i * 61 % 128) * 16 * mib, mib));
  EXPECT_TRUE(map.overflowed());
  for (std::uint64_t i = 0; i < 128; ++i) EXPECT_FALSE(map.is_free(PhysicalRange::of_size(i * 16 * mib, 1)));
  EXPECT_TRUE(map.is_free(range(2048 * mib, 4096 * mib)));
}

// Against a bitmap of small pages, told the same in the same order.
TEST(MemoryMap, agrees_with_a_naive_bitmap_over_random_maps) {
  constexpr std::size_t pages = 256;
  constexpr std::uint64_t page = 4096;
  std::mt19937 random(20080131);
  for (int round = 0; round < 2000; ++round) {
    std::bitset<pages> usable, claimed;
    MemoryMap map;
    const int entries = static_cast<int>(random() % 40);
    for (int i = 0; i < entries; ++i) {
      const std::size_t first = random() % pages;
      const std::size_t count = random() % (random() % 2 ? 8 : pages);
      const std::size_t last = std::min(first + count, pages);
      const bool is_claim = random() % 2;
      const PhysicalRange told = range(first * page, last * page);
      is_claim ? map.claim(told) : map.add_usable(told);
      for (std::size_t p = first; p < last; ++p) (is_claim ? claimed : usable).set(p);
    }
    ASSERT_FALSE(map.overflowed());
    const std::bitset<pages> free = usable & ~claimed;
    std::bitset<pages> told_free;
    PhysicalAddress previous_end{0};
    for (const PhysicalRange& r : map.free_ranges()) {
      ASSERT_LT(r.begin, r.end);
      ASSERT_TRUE(previous_end < r.begin || (previous_end.value == 0 && r.begin.value == 0));
      previous_end = r.end;
      for (std::uint64_t p = r.begin.value / page; p < r.end.value / page; ++p)
        told_free.set(static_cast<std::size_t>(p));
    }
    ASSERT_EQ(told_free, free);

    const std::size_t want = 1 + random() % 16;
    const std::size_t align = std::size_t{1} << random() % 4;
    const std::size_t low = random() % pages, high = low + random() % (pages - low + 1);
    std::size_t expected = pages;
    for (std::size_t at = 0; at + want <= high; at += align) {
      if (at < low) continue;
      bool fits = true;
      for (std::size_t p = at; p < at + want; ++p) fits = fits && free[p];
      if (fits) expected = at;
    }
    const auto found = map.find_highest(want * page, align * page, range(low * page, high * page));
    ASSERT_EQ(found.ok(), expected != pages);
    if (found.ok()) {
      ASSERT_EQ(found.value().begin.value, expected * page);
      ASSERT_TRUE(map.is_free(found.value()));
    }
  }
}

}  // namespace
}  // namespace base
