// SPDX-License-Identifier: MPL-2.0
// JSON as it is read and written: bounds, places, one text for equal values.
#include "store_fixture.h"

namespace chainload::tests {
namespace {

using store::canonical_json;
using store::read_json;

std::string fault_of(const std::string& text) {
  return read_json(text).fault;
}

TEST(JsonText, values_of_every_kind_are_read) {
  const auto reading = read_json(R"({"a":[null,true,-5,1.5,"x\u00e9\n"],"b":{}})");
  ASSERT_TRUE(reading.value) << reading.fault;
  const auto& items = *reading.value->find("a")->list();
  EXPECT_TRUE(items[0].is(core::Value::Kind::null));
  EXPECT_TRUE(*items[1].boolean());
  EXPECT_EQ(*items[2].integer(), -5);
  EXPECT_EQ(*items[3].real(), 1.5);
  EXPECT_EQ(*items[4].string(), "x\xc3\xa9\n");
  EXPECT_TRUE(reading.value->find("b")->map()->empty());
}

TEST(JsonText, every_value_keeps_the_place_where_it_begins) {
  const auto reading = read_json("{\"a\": 12,\n  \"b\\\"\": [\"x\", {\"c\":true}],\n\"d\":-1}");
  ASSERT_TRUE(reading.value) << reading.fault;
  EXPECT_EQ(reading.value->place, "1:1");
  EXPECT_EQ(reading.value->find("a")->place, "1:7");
  const auto* list = reading.value->find("b\"");
  EXPECT_EQ(list->place, "2:10");
  EXPECT_EQ((*list->list())[0].place, "2:11");
  EXPECT_EQ((*list->list())[1].place, "2:16");
  EXPECT_EQ((*list->list())[1].find("c")->place, "2:21");
  EXPECT_EQ(reading.value->find("d")->place, "3:5");
}

TEST(JsonText, r4_nesting_is_refused_below_32_however_deep_it_goes) {
  const std::string most = std::string(32, '[') + std::string(32, ']');
  EXPECT_EQ(fault_of(most), "");
  EXPECT_NE(fault_of("[" + most + "]").find("1:33: this is nested deeper than 32"), std::string::npos);
  EXPECT_NE(fault_of(std::string(100000, '[')).find("nested deeper"), std::string::npos);
  std::string maps;
  for (int i = 0; i < 100000; ++i) maps += "{\"a\":";
  EXPECT_NE(fault_of(maps).find("nested deeper"), std::string::npos);
}

TEST(JsonText, what_is_no_json_is_refused_with_its_place) {
  for (const std::string text : {"", "{", "[1,]", "{\"a\":}", "[1] 2", "nul", "'a'", "{\"a\" 1}", "[1e999]",
                                 "\"\x01\"", "// x\n[]", "[NaN]", "\"\\ud800\""}) {
    const auto reading = read_json(text);
    EXPECT_FALSE(reading.value) << text;
    EXPECT_TRUE(reading.fault.find(':') != std::string::npos) << text << ": " << reading.fault;
  }
  EXPECT_EQ(fault_of("[1,\n  x]").substr(0, 4), "2:3:");
}

TEST(JsonText, keys_that_stand_twice_are_refused) {
  EXPECT_EQ(fault_of(R"({"a":1,"b":{"c":1,"c":2}})"), "1:19: the key \"c\" stands twice: keep one");
  EXPECT_NE(fault_of(R"({"a":1,"\u0061":2})"), "");
}

TEST(JsonText, octets_that_are_no_utf8_are_refused) {
  for (const std::string bad : {"\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
    EXPECT_NE(fault_of("\"" + bad + "\""), "");
  }
}

TEST(JsonText, numbers_beyond_64_bits_are_refused_or_not_whole) {
  EXPECT_EQ(*read_json("9223372036854775807").value->integer(), INT64_MAX);
  EXPECT_NE(fault_of("9223372036854775808"), "");
  EXPECT_TRUE(read_json("99999999999999999999").value->real());
}

TEST(JsonText, d4_text_above_32_mib_is_refused_unread) {
  EXPECT_NE(fault_of(std::string(store::longest_text + 1, ' ')).find("33554433 octets"), std::string::npos);
}

TEST(JsonText, a_map_has_a_bounded_number_of_members) {
  std::string text = "{\"k\":0";
  for (std::size_t i = 0; i < store::most_members; ++i) text += ",\"k" + std::to_string(i) + "\":0";
  EXPECT_NE(fault_of(text + "}").find("more than 256 members"), std::string::npos);
}

TEST(JsonText, equal_values_have_one_text_with_the_name_first) {
  const auto one =
      read_json(R"( {"z": [2, 1.0], "name": "n", "b": {"y": "\u00e9\u0007\"\\\/", "x": null}, "a": true} )");
  const std::string text = canonical_json(*one.value);
  EXPECT_EQ(
      text,
      "{\"name\":\"n\",\"a\":true,\"b\":{\"x\":null,\"y\":\"\xc3\xa9\\u0007\\\"\\\\/\"},\"z\":[2,1.0]}");
  EXPECT_EQ(canonical_json(*read_json(text).value), text);
}

}  // namespace
}  // namespace chainload::tests
