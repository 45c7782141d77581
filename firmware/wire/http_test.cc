// SPDX-License-Identifier: MPL-2.0
#include "wire/http.h"

#include <gtest/gtest.h>

#include <string>

namespace wire {
namespace {

TEST(HttpStatusLine, is_read_strictly) {
  const auto line = parse_http_status_line("HTTP/1.1 404 Not Found");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->minor_version, 1U);
  EXPECT_EQ(line->code, 404U);
  EXPECT_EQ(line->reason, "Not Found");
  EXPECT_EQ(parse_http_status_line("HTTP/1.0 200")->reason, "");
  EXPECT_EQ(parse_http_status_line("HTTP/1.0 200 ")->reason, "");
  for (const char* bad :
       {"", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 20", "HTTP/9.9 999999", "HTTP/1.1 2000 OK", "HTTP/1.1 099 x",
        "HTTP/1.1 600 x", "HTTP/1.1  200 x", "HTTP/1.x 200 OK", "HTTP/2 200", "ICY 200 OK", "http/1.1 200 OK",
        "HTTP/1.1 -20 OK", "HTTP/1.1 2a0 OK", "<html>", "HTTP/1.11 200 OK"}) {
    EXPECT_FALSE(parse_http_status_line(bad)) << bad;
  }
}

TEST(HttpField, is_a_token_and_a_value) {
  const auto field = parse_http_field("Content-Length: \t 5 ");
  ASSERT_TRUE(field);
  EXPECT_EQ(field->name, "Content-Length");
  EXPECT_EQ(field->value, "5");
  EXPECT_EQ(parse_http_field("X:")->value, "");
  EXPECT_TRUE(parse_http_field("X: \xc3\xa4\t!"));
  for (const std::string& bad : {std::string(""), std::string(":x"), std::string("x"), std::string("x : y"),
                                 std::string("x y: z"), std::string("x: a\0b", 6), std::string("x: a\rb"),
                                 std::string("x\0: b", 5), std::string(" x: folded")}) {
    EXPECT_FALSE(parse_http_field(bad)) << bad;
  }
}

TEST(HttpLength, is_digits_and_nothing_else) {
  EXPECT_EQ(parse_http_length("0"), 0U);
  EXPECT_EQ(parse_http_length("4294967297"), 4294967297U);
  EXPECT_EQ(parse_http_length("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(parse_http_length("5, 5,5"), 5U);
  for (const char* bad :
       {"", "-1", "+5", "0x10", "18446744073709551616", "5, 6", "5,,5", "5 5", "1e3", ",5"}) {
    EXPECT_FALSE(parse_http_length(bad)) << bad;
  }
}

TEST(HttpChunkSize, is_hexadecimal_with_extensions_left_out) {
  EXPECT_EQ(parse_http_chunk_size("0"), 0U);
  EXPECT_EQ(parse_http_chunk_size("1aF"), 0x1afU);
  EXPECT_EQ(parse_http_chunk_size("5 ;name=\"value\";x"), 5U);
  EXPECT_EQ(parse_http_chunk_size("FFFFFFFFFFFFFFFF"), UINT64_MAX);
  EXPECT_EQ(parse_http_chunk_size("000000000000000000005"), 5U);
  for (const char* bad : {"", ";", "g", "0x5", "-5", "+5", "10000000000000000", "5 5"}) {
    EXPECT_FALSE(parse_http_chunk_size(bad)) << bad;
  }
}

TEST(HttpList, holds_tokens_whatever_their_case) {
  EXPECT_TRUE(http_list_contains("keep-alive, Upgrade", "KEEP-ALIVE"));
  EXPECT_TRUE(http_list_contains(" , close", "close"));
  EXPECT_FALSE(http_list_contains("closed", "close"));
  EXPECT_FALSE(http_list_contains("", "close"));
}

}  // namespace
}  // namespace wire
