// SPDX-License-Identifier: MPL-2.0
#include "pack/lz4.h"

#include <gtest/gtest.h>

#include <random>

namespace pack {
namespace {

void expect_round_trip(const Buffer& plain) {
  const auto back = lz4_unpack(lz4_pack(plain));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(*back, plain);
}

TEST(Lz4, nothing_packs_and_unpacks) { expect_round_trip({}); }

TEST(Lz4, every_short_run_comes_back) {
  for (std::size_t n = 1; n < 600; ++n) expect_round_trip(Buffer(n, 7));
}

TEST(Lz4, chance_and_repetition_come_back) {
  std::mt19937 random(1);
  for (int round = 0; round < 30; ++round) {
    Buffer plain;
    while (plain.size() < 3000) {
      if (random() % 2 == 0 || plain.empty()) {
        for (unsigned i = random() % 40; i > 0; --i) plain.push_back(static_cast<std::uint8_t>(random()));
      } else {
        const std::size_t distance = 1 + random() % plain.size();
        for (unsigned i = random() % 400; i > 0; --i) plain.push_back(plain[plain.size() - distance]);
      }
    }
    expect_round_trip(plain);
  }
}

TEST(Lz4, a_distance_of_more_than_64_kib_is_not_used) {
  std::mt19937 random(2);
  Buffer plain(1000);
  for (auto& byte : plain) byte = static_cast<std::uint8_t>(random());
  Buffer twice = plain;
  twice.resize(66'000);
  twice.insert(twice.end(), plain.begin(), plain.end());
  expect_round_trip(twice);
}

TEST(Lz4, repetition_packs_small) { EXPECT_LT(lz4_pack(Buffer(100'000, 0)).size(), 410u); }

TEST(Lz4, a_block_cut_anywhere_is_refused_or_shorter) {
  const Buffer packed = lz4_pack(Buffer(5000, 3));
  for (std::size_t n = 0; n < packed.size(); ++n) {
    const auto out = lz4_unpack(Buffer(packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(n)));
    EXPECT_LT(out.value_or(Buffer{}).size(), 5000u);
  }
}

}  // namespace
}  // namespace pack
