// SPDX-License-Identifier: MPL-2.0
#include "settings/value.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace settings {
namespace {

std::string shown(Type type, std::vector<std::uint8_t> bytes) {
  char buffer[256];
  base::TextWriter out(buffer);
  format_value(type, bytes, out);
  return std::string(out.view());
}

/// Text to bytes and back; "error" when it is refused.
std::string round_trip(Type type, std::string_view text) {
  std::uint8_t buffer[64];
  auto bytes = parse_value(type, text, buffer);
  if (!bytes.ok()) return "error";
  return shown(type, {bytes->begin(), bytes->end()});
}

TEST(Values, round_trip_in_each_type) {
  EXPECT_EQ(round_trip(Type::string, "two words"), "two words");
  EXPECT_EQ(round_trip(Type::uristring, "a b/c?d"), "a%20b%2fc%3fd");
  EXPECT_EQ(round_trip(Type::ipv4, "198.18.77.1"), "198.18.77.1");
  EXPECT_EQ(round_trip(Type::int8, "-128"), "-128");
  EXPECT_EQ(round_trip(Type::int8, "127"), "127");
  EXPECT_EQ(round_trip(Type::int16, "-2"), "-2");
  EXPECT_EQ(round_trip(Type::int32, "-2147483648"), "-2147483648");
  EXPECT_EQ(round_trip(Type::uint8, "255"), "255");
  EXPECT_EQ(round_trip(Type::uint16, "0xffff"), "65535");
  EXPECT_EQ(round_trip(Type::uint32, "4294967295"), "4294967295");
  EXPECT_EQ(round_trip(Type::hex, "52:54:00"), "52:54:00");
  EXPECT_EQ(round_trip(Type::hex, "525400"), "52:54:00");
  EXPECT_EQ(round_trip(Type::hexhyp, "52:54:00"), "52-54-00");
  EXPECT_EQ(round_trip(Type::hexraw, "52-54-00"), "525400");
  EXPECT_EQ(round_trip(Type::uuid, "01020304-0506-0708-090a-0b0c0d0e0f10"),
            "01020304-0506-0708-090a-0b0c0d0e0f10");
  EXPECT_EQ(round_trip(Type::guid, "01020304-0506-0708-090a-0b0c0d0e0f10"),
            "01020304-0506-0708-090a-0b0c0d0e0f10");
  for (std::string_view text : {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "+/+/"}) {  // [rfc4648 10]
    EXPECT_EQ(round_trip(Type::base64, text), text);
  }
  EXPECT_EQ(shown(Type::base64, {'f', 'o', 'o', 'b'}), "Zm9vYg==");
  EXPECT_EQ(shown(Type::guid, {4, 3, 2, 1, 6, 5, 8, 7, 9, 10, 11, 12, 13, 14, 15, 16}),
            "01020304-0506-0708-090a-0b0c0d0e0f10");
}

TEST(Values, what_does_not_fit_the_type_is_refused) {
  for (std::string_view text : {"", "256", "-1", "1x", "0x", "99999999999999999999"}) {
    EXPECT_EQ(round_trip(Type::uint8, text), "error") << text;
  }
  EXPECT_EQ(round_trip(Type::int8, "128"), "error");
  EXPECT_EQ(round_trip(Type::int8, "-129"), "error");
  EXPECT_EQ(round_trip(Type::uint32, "4294967296"), "error");
  EXPECT_EQ(round_trip(Type::ipv4, "1.2.3"), "error");
  EXPECT_EQ(round_trip(Type::hex, "5g"), "error");
  EXPECT_EQ(round_trip(Type::uuid, "0102"), "error");
  EXPECT_EQ(round_trip(Type::base64, "a!bc"), "error");
  EXPECT_EQ(round_trip(Type::base64, std::string(100, 'a')), "error");
  EXPECT_EQ(round_trip(Type::string, std::string(65, 'x')), "error");
  EXPECT_EQ(round_trip(Type::hex, std::string(130, 'a')), "error");
}

TEST(Values, bytes_that_cannot_be_of_the_type_show_nothing) {
  EXPECT_EQ(shown(Type::uint32, {1, 2, 3, 4, 5, 6, 7, 8, 9}), "");
  EXPECT_EQ(shown(Type::uint32, {}), "");
  EXPECT_EQ(shown(Type::uuid, {1, 2, 3}), "");
  EXPECT_EQ(shown(Type::ipv4, {1, 2, 3}), "");
  EXPECT_EQ(shown(Type::ipv4, {1, 2, 3, 4, 5, 6, 7, 8}), "1.2.3.4");
  EXPECT_EQ(shown(Type::int32, {0xff}), "-1");
  EXPECT_EQ(shown(Type::string, {'a', 0, 'b'}), "a");
}

TEST(Values, types_are_known_by_name) {
  EXPECT_EQ(type_named("hexhyp"), Type::hexhyp);
  EXPECT_EQ(type_named("uint64"), std::nullopt);
}

}  // namespace
}  // namespace settings
