// SPDX-License-Identifier: MPL-2.0
#include "script/call.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace script {
namespace {

constexpr std::string_view usage = "[-n|--name NAME] [-t|--timeout MS] [--gap] URI [ARGUMENT...]";

/// "name|timeout|gap: word word", with ~ for an option that was not given; "no" when the words do not fit.
std::string parsed(std::string_view line, std::vector<std::string_view> words) {
  Call call;
  if (!call.parse(line, words)) return "no";
  std::string text;
  for (std::size_t i = 0; i < 3; ++i)
    text += (i == 0 ? "" : "|") + (call.has(i) ? std::string(call.options[i]) : "~");
  text += ":";
  for (const std::string_view word : call.words) text += " " + std::string(word);
  return text;
}

TEST(Call, options_are_taken_from_the_usage_line) {
  EXPECT_EQ(parsed(usage, {"c", "u"}), "~|~|~: u");
  EXPECT_EQ(parsed(usage, {"c", "-n", "x", "u", "a", "b"}), "x|~|~: u a b");
  EXPECT_EQ(parsed(usage, {"c", "--name", "x", "--timeout=50", "--gap", "u"}), "x|50|--gap: u");
  EXPECT_EQ(parsed(usage, {"c", "--name=", "u"}), "|~|~: u");
  EXPECT_EQ(parsed(usage, {"c", "--name", "", "u"}), "|~|~: u");
  EXPECT_EQ(parsed(usage, {"c", "--", "-n", "x"}), "~|~|~: -n x");
  EXPECT_EQ(parsed(usage, {"c", "u", "-n", "x"}), "~|~|~: u -n x");
  EXPECT_EQ(parsed(usage, {"c", "-", "x"}), "~|~|~: - x");
}

TEST(Call, what_does_not_fit_is_refused) {
  EXPECT_EQ(parsed(usage, {"c"}), "no");
  EXPECT_EQ(parsed(usage, {"c", "--name"}), "no");
  EXPECT_EQ(parsed(usage, {"c", "--nam", "x", "u"}), "no");
  EXPECT_EQ(parsed(usage, {"c", "--gap=1", "u"}), "no");
  EXPECT_EQ(parsed(usage, {"c", "-g", "u"}), "no");
  EXPECT_EQ(parsed(usage, {"c", "--names", "x", "u"}), "no");
}

TEST(Call, words_are_counted_and_empty_ones_at_the_end_forgiven) {
  EXPECT_EQ(parsed("[NAME]", {"c"}), "~|~|~:");
  EXPECT_EQ(parsed("[NAME]", {"c", "a"}), "~|~|~: a");
  EXPECT_EQ(parsed("[NAME]", {"c", "a", "b"}), "no");
  EXPECT_EQ(parsed("", {"c", ""}), "~|~|~: ");
  EXPECT_EQ(parsed("", {"c", "a"}), "no");
  EXPECT_EQ(parsed("A B", {"c", "a"}), "no");
  EXPECT_EQ(parsed("A B", {"c", "", ""}), "~|~|~:  ");
  EXPECT_EQ(parsed("WORD...", {"c"}), "no");
  EXPECT_EQ(parsed("WORD...", {"c", "a", "b"}), "~|~|~: a b");
}

TEST(Call, without_a_long_option_every_word_is_a_word) {
  EXPECT_EQ(parsed("[-n] [WORD...]", {"c", "-n", "--", "-x"}), "~|~|~: -n -- -x");
}

TEST(Call, numbers_are_decimal_or_hexadecimal) {
  Call call;
  std::uint32_t number = 7;
  EXPECT_TRUE(call.read_number(1, number));
  EXPECT_EQ(number, 7U);
  const std::pair<std::string_view, std::uint32_t> good[] = {
      {"0", 0}, {"4294967295", 4294967295U}, {"0x80", 128}, {"010", 10}};
  for (const auto& [text, value] : good) {
    call.options[1] = text;
    EXPECT_TRUE(call.read_number(1, number)) << text;
    EXPECT_EQ(number, value);
  }
  for (const std::string_view text : {"x", "-1", "4294967296", "0x", "1 "}) {
    call.options[1] = text;
    EXPECT_FALSE(call.read_number(1, number)) << text;
  }
}

}  // namespace
}  // namespace script
