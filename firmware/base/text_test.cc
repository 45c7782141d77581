// SPDX-License-Identifier: MPL-2.0
#include "base/text.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Text, formats_each_kind_of_argument) {
  Text<128> text;
  EXPECT_TRUE(text.print("{} {} {} {} {} {}", "word", -5, 42U, Hex{0xab, 4},
                         MacAddress{{0x52, 0x54, 0, 0x12, 0x34, 0x56}}, Ipv4Address::of(198, 18, 77, 1)));
  EXPECT_EQ(text.view(), "word -5 42 00ab 52:54:00:12:34:56 198.18.77.1");
}

TEST(Text, keeps_what_fits_and_says_so) {
  Text<4> text;
  EXPECT_FALSE(text.print("{}{}", "ab", "cde"));
  EXPECT_EQ(text.view(), "abcd");
  EXPECT_FALSE(text.assign("12345"));
  EXPECT_EQ(text.view(), "1234");
}

TEST(Text, prints_the_extremes) {
  Text<64> text;
  EXPECT_TRUE(text.print("{} {}", INT64_MIN, UINT64_MAX));
  EXPECT_EQ(text.view(), "-9223372036854775808 18446744073709551615");
}

TEST(Text, leaves_marks_without_arguments_out_and_drops_arguments_without_marks) {
  Text<16> text;
  EXPECT_TRUE(text.print("a{}b{}c", 1));
  EXPECT_EQ(text.view(), "a1bc");
  EXPECT_TRUE(text.print("x", 1, 2));
  EXPECT_EQ(text.view(), "x");
}

TEST(Numbers, parse_whole_text_only) {
  std::uint64_t value = 7;
  EXPECT_TRUE(parse_number("0", 10, value));
  EXPECT_EQ(value, 0U);
  EXPECT_TRUE(parse_number("18446744073709551615", 10, value));
  EXPECT_EQ(value, UINT64_MAX);
  EXPECT_FALSE(parse_number("18446744073709551616", 10, value));
  EXPECT_FALSE(parse_number("", 10, value));
  EXPECT_FALSE(parse_number("12x", 10, value));
  EXPECT_FALSE(parse_number("-1", 10, value));
  EXPECT_FALSE(parse_number("a", 10, value));
  EXPECT_TRUE(parse_number("fF", 16, value));
  EXPECT_EQ(value, 255U);
}

TEST(Ipv4, parses_dotted_form_only) {
  Ipv4Address address;
  EXPECT_TRUE(parse_ipv4("198.18.77.1", address));
  EXPECT_EQ(address, Ipv4Address::of(198, 18, 77, 1));
  for (const char* bad : {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1..2.3", "1.2.3.", "a.b.c.d", " 1.2.3.4", "0001.2.3.4"}) {
    EXPECT_FALSE(parse_ipv4(bad, address)) << bad;
  }
}

}  // namespace
}  // namespace base
