// SPDX-License-Identifier: MPL-2.0
#include "base/console.h"

#include <gtest/gtest.h>

#include <string>

namespace base {
namespace {

std::string kept(const LogRing& log) {
  const auto pieces = log.pieces();
  return std::string(pieces[0]) + std::string(pieces[1]);
}

TEST(LogRing, keeps_the_newest_text_in_order) {
  LogRing ring;
  EXPECT_EQ(kept(ring), "");
  std::string all;
  for (int i = 0; all.size() < 3 * LogRing::size; ++i) {
    const std::string line = "line " + std::to_string(i) + "\n";
    ring.write(line);
    all += line;
    const std::size_t left = std::min<std::size_t>(all.size(), LogRing::size);
    ASSERT_EQ(kept(ring), all.substr(all.size() - left));
    ASSERT_EQ(ring.end() - ring.begin(), left);
    ASSERT_EQ(ring[ring.end() - 1], '\n');
  }
}

TEST(LogRing, keeps_exactly_what_fits) {
  LogRing ring;
  ring.write(std::string(LogRing::size, 'x'));
  EXPECT_EQ(kept(ring), std::string(LogRing::size, 'x'));
}

ConsoleSink into(std::string& text) {
  return {[](void* self, std::string_view piece) { *static_cast<std::string*>(self) += piece; }, &text};
}

TEST(Console, writes_to_every_sink_and_to_the_log) {
  std::string one, two;
  Console console;
  EXPECT_TRUE(console.add_sink(into(one)));
  EXPECT_TRUE(console.add_sink(into(two)));
  console.print("{} of {}", 1, 2);
  EXPECT_EQ(one, "1 of 2");
  EXPECT_EQ(two, "1 of 2");
  EXPECT_EQ(kept(console.log()), "1 of 2");
}

TEST(Console, only_shows_what_is_not_to_be_logged) {
  std::string shown;
  Console console;
  EXPECT_TRUE(console.add_sink(into(shown)));
  console.write("a");
  {
    const Console::Unlogged outer(console);
    console.write("b");
    { const Console::Unlogged inner(console); }
    console.write("c");
  }
  console.write("d");
  EXPECT_EQ(shown, "abcd");
  EXPECT_EQ(kept(console.log()), "ad");
}

TEST(Console, refuses_a_sink_too_many) {
  Console console;
  for (std::size_t i = 0; i < Console::max_sinks; ++i) EXPECT_TRUE(console.add_sink({[](void*, std::string_view) {}, nullptr}));
  EXPECT_FALSE(console.add_sink({}));
}

}  // namespace
}  // namespace base
