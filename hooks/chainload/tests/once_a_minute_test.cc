// SPDX-License-Identifier: MPL-2.0
// A message that every packet could cause: said at once, then at most once a minute with its count.
#include "kea/once_a_minute.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace chainload::kea {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
constexpr std::chrono::steady_clock::time_point start{minutes{5}};

TEST(once_a_minute, says_the_first_at_once_and_counts_what_was_not_said) {
  OnceAMinute warning;
  EXPECT_EQ(warning.happened(start), 1U);
  EXPECT_EQ(warning.happened(start), std::nullopt);
  EXPECT_EQ(warning.happened(start + seconds{59}), std::nullopt);
  EXPECT_EQ(warning.happened(start + seconds{60}), 3U);
  EXPECT_EQ(warning.happened(start + seconds{119}), std::nullopt);
  EXPECT_EQ(warning.happened(start + minutes{60}), 2U);
}

TEST(once_a_minute, loses_no_count_between_threads) {
  OnceAMinute warning;
  constexpr unsigned threads = 4, each = 10'000;
  std::atomic<std::uint64_t> said = 0;
  std::vector<std::jthread> running;
  for (unsigned thread = 0; thread < threads; ++thread) {
    running.emplace_back([&] {
      for (unsigned i = 0; i < each; ++i) said += warning.happened(start + seconds{i}).value_or(0);
    });
  }
  running.clear();
  EXPECT_EQ(said + warning.happened(start + minutes{10'000}).value_or(0), threads * each + 1);
}

}  // namespace
}  // namespace chainload::kea
