// SPDX-License-Identifier: MPL-2.0
// Counting by subnet.
#include <gtest/gtest.h>

#include "core/machines/subnet_counts.h"

namespace chainload::tests {
namespace {

using namespace core::machines;

TEST(Counts, each_subnet_counts_its_own_and_all_count_in_the_total) {
  SubnetCounts counts({1, 7, 4000000000}, 2);
  counts.add(7, Counted::booted);
  counts.add(7, Counted::booted);
  counts.add(4000000000, Counted::looped);
  counts.add(std::nullopt, Counted::booted);
  counts.add(99, Counted::booted);
  EXPECT_EQ(2u, counts.of(7, Counted::booted));
  EXPECT_EQ(0u, counts.of(1, Counted::booted));
  EXPECT_EQ(1u, counts.of(4000000000, Counted::looped));
  EXPECT_EQ(4u, counts.total(Counted::booted));
}

TEST(Counts, copying_shows_only_what_has_changed) {
  SubnetCounts counts({1, 2}, 2);
  const auto changed = [&] {
    std::vector<std::pair<std::uint32_t, std::uint64_t>> list;
    counts.each_changed([&](std::uint32_t subnet, Counted kind, std::uint64_t count, std::uint64_t added) {
      EXPECT_EQ(Counted::denied, kind);
      EXPECT_EQ(1u, added);
      list.emplace_back(subnet, count);
    });
    return list;
  };
  EXPECT_TRUE(changed().empty());
  counts.add(2, Counted::denied);
  EXPECT_EQ((std::vector<std::pair<std::uint32_t, std::uint64_t>>{{2, 1}}), changed());
  EXPECT_TRUE(changed().empty());
  counts.add(2, Counted::denied);
  counts.add(std::nullopt, Counted::denied);
  EXPECT_EQ((std::vector<std::pair<std::uint32_t, std::uint64_t>>{{0, 1}, {2, 2}}), changed());
}

}  // namespace
}  // namespace chainload::tests
