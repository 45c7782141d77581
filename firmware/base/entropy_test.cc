// SPDX-License-Identifier: MPL-2.0
#include "base/entropy.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace base {
namespace {

// The reference vector of the SipHash paper, appendix A: key 00..0f, input 00..0e.
TEST(SipHash, gives_the_papers_answer) {
  std::array<std::uint8_t, 15> input;
  for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(siphash({0x0706050403020100, 0x0f0e0d0c0b0a0908}, input), 0xa129ca6149be45e5U);
}

TEST(EntropyPool, draws_do_not_repeat_and_depend_on_every_sample) {
  EntropyPool a, b;
  b.mix(std::uint64_t{1});
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(seen.insert(a.next()).second);
    EXPECT_TRUE(seen.insert(b.next()).second);
  }
}

TEST(EntropyPool, below_stays_below_and_reaches_all) {
  EntropyPool pool;
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::uint32_t drawn = pool.below(7);
    EXPECT_LT(drawn, 7U);
    seen.insert(drawn);
  }
  EXPECT_EQ(seen.size(), 7U);
}

}  // namespace
}  // namespace base
