// SPDX-License-Identifier: MPL-2.0
// Values exchanged under readers, under ThreadSanitizer: each reader sees one whole value, and none is lost.
#include "kea/published.h"

#include <gtest/gtest.h>

namespace chainload::tests {
namespace {

using kea::Published;

/// Two fields that always agree, and a count of those that are there.
struct Pair {
  explicit Pair(int number, std::atomic<int>& alive) : first(number), second(-number), alive_(alive) {
    ++alive_;
  }
  ~Pair() {
    first = 0;
    --alive_;
  }
  int first;
  int second;

 private:
  std::atomic<int>& alive_;
};

TEST(Published, C1_readers_see_whole_values_while_they_are_exchanged) {
  std::atomic<int> alive = 0;
  std::atomic<bool> ends = false;
  std::atomic<long> looks = 0;
  {
    Published<Pair> published;
    std::vector<std::thread> readers;
    for (int i = 0; i < 4; ++i) {
      readers.emplace_back([&] {
        int latest = 0;
        while (!ends) {
          const auto now = published.use();
          if (!now) continue;
          EXPECT_EQ(now->first, -now->second);
          EXPECT_GE(now->first, latest);  // never an older one after a newer one
          latest = now->first;
          ++looks;
        }
      });
    }
    constexpr int exchanges = 20000;
    std::size_t most_alive = 0;
    for (int number = 1; number <= exchanges || looks < exchanges; ++number) {
      const auto unused = published.put(std::make_shared<const Pair>(number, alive));
      most_alive = std::max(most_alive, static_cast<std::size_t>(alive));
    }
    ends = true;
    for (std::thread& reader : readers) reader.join();
    EXPECT_LE(most_alive, 4u + 3u);  // one for each reader, the current one and those just handed back
    EXPECT_FALSE(published.put(nullptr).empty());
    EXPECT_FALSE(published.use());
  }
  EXPECT_EQ(alive, 0);
}

TEST(Published, a_value_in_use_outlives_its_exchange) {
  std::atomic<int> alive = 0;
  Published<Pair> published;
  EXPECT_FALSE(published.use());
  EXPECT_TRUE(published.put(std::make_shared<const Pair>(1, alive)).empty());
  {
    const auto held = published.use();
    EXPECT_TRUE(published.put(std::make_shared<const Pair>(2, alive)).empty());
    EXPECT_EQ(held->first, 1);
    EXPECT_EQ(published.use()->first, 2);
    EXPECT_EQ(alive, 2);
  }
  EXPECT_EQ(published.put(nullptr).size(), 2u);
  EXPECT_EQ(alive, 0);
}

TEST(Published, more_readers_than_slots_take_turns) {
  std::atomic<int> alive = 0;
  Published<Pair> published;
  static_cast<void>(published.put(std::make_shared<const Pair>(1, alive)));
  std::atomic<int> looked = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 100; ++i) {
    readers.emplace_back([&] {
      for (int look = 0; look < 100; ++look) looked += published.use()->first;
    });
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(looked, 10000);
}

}  // namespace
}  // namespace chainload::tests
