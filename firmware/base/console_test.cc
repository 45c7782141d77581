// SPDX-License-Identifier: MPL-2.0
#include "base/console.h"

#include <gtest/gtest.h>

#include <string>

namespace base {
namespace {

TEST(LogRing, keeps_the_newest_text_in_order) {
  std::uint8_t memory[8];
  LogRing ring(memory);
  const auto kept = [&] {
    const auto pieces = ring.pieces();
    return std::string(pieces[0]) + std::string(pieces[1]);
  };
  EXPECT_EQ(kept(), "");
  ring.write("abc");
  EXPECT_EQ(kept(), "abc");
  ring.write("defgh");
  EXPECT_EQ(kept(), "abcdefgh");
  ring.write("ijk");
  EXPECT_EQ(kept(), "defghijk");
}

TEST(Console, writes_to_every_sink) {
  std::uint8_t a[32], b[32];
  LogRing one(a), two(b);
  Console console;
  EXPECT_TRUE(console.add_sink(one.sink()));
  EXPECT_TRUE(console.add_sink(two.sink()));
  console.print("{} of {}", 1, 2);
  EXPECT_EQ(one.pieces()[0], "1 of 2");
  EXPECT_EQ(two.pieces()[0], "1 of 2");
}

TEST(Console, refuses_a_sink_too_many) {
  Console console;
  for (std::size_t i = 0; i < Console::max_sinks; ++i) EXPECT_TRUE(console.add_sink({[](void*, std::string_view) {}, nullptr}));
  EXPECT_FALSE(console.add_sink({}));
}

}  // namespace
}  // namespace base
