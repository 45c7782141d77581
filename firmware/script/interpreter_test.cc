// SPDX-License-Identifier: MPL-2.0
#include "script/interpreter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "script/expand.h"

namespace script {
namespace {

class InterpreterTest : public testing::Test {
 protected:
  static InterpreterTest& self(void* context) { return *static_cast<InterpreterTest*>(context); }
  static base::Status record(void* context, Words words) {
    std::string line;
    for (std::string_view word : words) line += (line.empty() ? "" : "|") + std::string(word);
    self(context).ran_.push_back(line);
    return base::Done{};
  }
  static base::Status fail(void*, Words) { return base::Error(base::ErrorCode::refused, "it will not"); }
  static base::Status exit(void* context, Words) {
    self(context).interpreter_.stop();
    return base::Done{};
  }
  static base::Status set(void* context, Words words) {
    return self(context).store_.set(words[1], words.size() > 2 ? words[2] : "");
  }
  static base::Status again(void* context, Words) {
    ++self(context).nested_;
    return self(context).interpreter_.run(self(context).inner_, "inner");
  }
  static constexpr Command commands_[] = {
      {"do", "", record}, {"fail", "", fail}, {"exit", "", exit}, {"set", "", set}, {"again", "", again}};

  std::string run(std::string_view text) {
    ran_.clear();
    auto status = interpreter_.run(text, "boot.gpxe");
    return status.ok() ? "" : std::string(status.error().sentence());
  }
  using List = std::vector<std::string>;

  List ran_;
  std::string inner_;
  int nested_ = 0;
  bool cancelled_ = false;
  std::array<std::uint8_t, 65536> memory_{};
  base::Arena arena_{"script", memory_};
  settings::Store store_{arena_, {{{2, 0, 0, 0, 0, 1}}, {}, {}, "1", "test", "x"}};
  CommandTable table_{commands_, this, [](void* context) { return self(context).cancelled_; }};
  Interpreter interpreter_{table_, store_, arena_};
};

TEST_F(InterpreterTest, runs_statements_in_order) {
  EXPECT_EQ(run("#!gpxe\n\ndo one  two\r\n  do 'a b' # c\ndo"), "");
  EXPECT_EQ(ran_, (List{"do|one|two", "do|a b", "do"}));
}

TEST_F(InterpreterTest, stops_at_the_first_failure_and_says_where) {
  EXPECT_EQ(run("#!gpxe\ndo a\nfail\ndo b"), "boot.gpxe:3: it will not");
  EXPECT_EQ(ran_, List{"do|a"});
  EXPECT_EQ(run("\n\ndance"), "boot.gpxe:3: there is no command \"dance\"; \"help\" lists them");
  EXPECT_EQ(run(std::string_view("do a\ndo \0", 9)),
            "boot.gpxe:2: the line holds a NUL character; is this a script at all?");
}

TEST_F(InterpreterTest, exit_ends_the_script_that_says_it) {
  EXPECT_EQ(run("do a\nexit\ndo b"), "");
  EXPECT_EQ(ran_, List{"do|a"});
  inner_ = "do inner\nexit\ndo never";
  EXPECT_EQ(run("again\ndo after"), "");
  EXPECT_EQ(ran_, (List{"do|inner", "do|after"}));
}

TEST_F(InterpreterTest, expands_each_word_once_it_is_a_word) {
  EXPECT_EQ(run("set a 'two words'\nset b a\ndo x${a}y ${${b}} ${nothing} \"\" ${net0/mac} \\${a} '${a}'"),
            "");
  EXPECT_EQ(ran_, List{"do|xtwo wordsy|two words||02:00:00:00:00:01|${a}|${a}"});
}

TEST_F(InterpreterTest, what_a_value_brings_is_expanded_again) {
  EXPECT_EQ(run("set inner x\nset a '${inner}'\ndo ${a}\ndo ${unclosed ${inner"), "");
  EXPECT_EQ(ran_, (List{"do|x", "do|${unclosed|${inner"}));
}

TEST_F(InterpreterTest, expansion_without_end_or_measure_is_a_sentence) {
  EXPECT_EQ(run("set a '${a}'\ndo ${a}"),
            "boot.gpxe:2: \"${a}\" never ends to expand: does a setting name itself?");
  std::string text = "set x0 xxxxxxxx\n";
  for (int i = 1; i < 20; ++i)
    text += "set x" + std::to_string(i) + " '${x" + std::to_string(i - 1) + "}${x" + std::to_string(i - 1) +
            "}'\n";
  EXPECT_NE(run(text + "do ${x19}"), "");
  EXPECT_EQ(run("do ${" + std::string(300, 'n') + "}"),
            "boot.gpxe:1: The name of a setting is longer than 255 characters");
}

TEST_F(InterpreterTest, lines_that_are_too_long_are_a_sentence_with_their_number) {
  EXPECT_EQ(run("do a\ndo " + std::string(1 << 20, 'x')),
            "boot.gpxe:2: The line is longer than 4096 characters or 256 words");
  std::string many = "do";
  for (int i = 0; i < 300; ++i) many += " w";
  EXPECT_EQ(run(many), "boot.gpxe:1: The line is longer than 4096 characters or 256 words");
  EXPECT_EQ(run("do " + std::string(4000, 'x')), "");
  ASSERT_TRUE(store_.set("long", std::string(1400, 'y')).ok());
  EXPECT_EQ(
      run("do ${long}${long}${long}").find("boot.gpxe:1: What ${long} stands for makes the text longer"), 0U);
}

TEST_F(InterpreterTest, a_script_that_starts_itself_ends_in_a_sentence) {
  inner_ = "again";
  const std::string sentence = run("again");
  EXPECT_NE(sentence.find("does one chain itself?"), std::string::npos) << sentence;
  EXPECT_EQ(nested_, 6);
  EXPECT_EQ(arena_.used(), 0U);
  EXPECT_EQ(run("do fine"), "");
}

TEST_F(InterpreterTest, ctrl_c_ends_it_before_the_next_statement) {
  cancelled_ = true;
  EXPECT_EQ(run("do a"), "boot.gpxe:1: stopped by Ctrl-C");
  EXPECT_TRUE(ran_.empty());
}

TEST_F(InterpreterTest, no_memory_is_a_sentence) {
  arena_.fail_allocation(1);
  EXPECT_EQ(run("do a"), "No memory to run boot.gpxe: clear settings and free images");
}

TEST(Join, puts_one_space_between_words) {
  char buffer[8];
  const std::string_view words[] = {"a", "bc", "d"};
  EXPECT_EQ(*join(words, 0, buffer), "a bc d");
  EXPECT_EQ(*join(words, 3, buffer), "");
  const std::string_view longer[] = {"12345", "6789"};
  EXPECT_FALSE(join(longer, 0, buffer).ok());
}

}  // namespace
}  // namespace script
