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
  static base::Status record(void* context, const Call& call) {
    std::string line(call.name);
    for (std::string_view word : call.words) line += "|" + std::string(word);
    self(context).ran_.push_back(line);
    return base::Done{};
  }
  static base::Status fail(void*, const Call&) {
    return base::Error(base::ErrorCode::refused, "it will not");
  }
  static base::Status exit(void* context, const Call& call) {
    self(context).interpreter_.stop();
    if (!call.word(0).empty()) return fail(context, call);
    return base::Done{};
  }
  static base::Status set(void* context, const Call& call) {
    return self(context).store_.set(call.word(0), call.word(1));
  }
  static base::Status go_to(void* context, const Call& call) {
    return self(context).interpreter_.jump(call.word(0));
  }
  static base::Status isset(void* context, const Call& call) {
    return call.word(0).empty() ? fail(context, call) : base::Status(base::Done{});
  }
  /// Ctrl-C or another key, in the middle of a command.
  static base::Status press(void* context, const Call& call) {
    self(context).stop_ = call.word(0) == "b" ? Stop::script : Stop::command;
    return fail(context, call);
  }
  static base::Status again(void* context, const Call&) {
    ++self(context).nested_;
    return self(context).interpreter_.run(self(context).inner_, "inner");
  }
  static constexpr Command commands_[] = {{"do", "[WORD...]", record}, {"fail", "", fail},
                                          {"exit", "[STATUS]", exit},  {"set", "NAME [VALUE]", set},
                                          {"again", "", again},        {"goto", "LABEL", go_to},
                                          {"isset", "VALUE", isset},   {"press", "KEY", press}};

  std::string run(std::string_view text) {
    ran_.clear();
    auto status = interpreter_.run(text, "boot.gpxe");
    return status.ok() ? "" : std::string(status.error().sentence());
  }
  using List = std::vector<std::string>;

  List ran_;
  std::string inner_;
  int nested_ = 0;
  Stop stop_ = Stop::none;
  std::array<std::uint8_t, 65536> memory_{};
  base::Arena arena_{"script", memory_};
  settings::Store store_{arena_, {{{2, 0, 0, 0, 0, 1}}, {}, {}, "1", "test", "x"}};
  CommandTable table_{commands_, this, [](void* context) {
                        const Stop stop = self(context).stop_;
                        if (stop == Stop::command) self(context).stop_ = Stop::none;
                        return stop;
                      }};
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
  EXPECT_EQ(ran_, List{"do|xtwo wordsy|two words|||02:00:00:00:00:01|${a}|${a}"});
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
  stop_ = Stop::command;
  EXPECT_EQ(run("do a"), "boot.gpxe:1: stopped by Ctrl-C");
  EXPECT_TRUE(ran_.empty());
  EXPECT_EQ(run("press c || do after"), "");
  EXPECT_EQ(ran_, List{"do|after"});
}

TEST_F(InterpreterTest, what_stops_the_script_is_not_caught) {
  EXPECT_EQ(run("press b || do after"), "boot.gpxe:1: it will not");
  EXPECT_TRUE(ran_.empty());
}

TEST_F(InterpreterTest, commands_of_a_line_look_at_how_the_last_one_ended) {
  const std::pair<std::string_view, List> lines[] = {
      {"do a && do b", {"do|a", "do|b"}},
      {"do a || do b", {"do|a"}},
      {"fail || do b", {"do|b"}},
      {"fail && do a ||", {}},
      {"fail && do a || do b", {"do|b"}},
      {"do a && fail || do b", {"do|a", "do|b"}},
      {"do a || do b && do c", {"do|a", "do|c"}},
      {"fail ; do a", {"do|a"}},
      {"isset ${mac} && set x 1 || set x 2\ndo ${x}", {"do|1"}},
      {"isset ${nothing} && set x 1 || set x 2\ndo ${x}", {"do|2"}},
      {"set x new && do ${x}", {"do|new"}},
      {"fail ||\ndo next", {"do|next"}},
      {"fail || # as comment\ndo next", {"do|next"}},
      {"do a&&b '||'", {"do|a&&b|||"}},
      {"fail \\\n || do joined", {"do|joined"}},
      {"fail || set a '${a}' && fail && do ${a} ||", {}},
  };
  for (const auto& [line, ran] : lines) {
    EXPECT_EQ(run(line), "") << line;
    EXPECT_EQ(ran_, ran) << line;
  }
  EXPECT_EQ(run("do a\nfail && do b\ndo c"), "boot.gpxe:2: it will not");
  EXPECT_EQ(ran_, List{"do|a"});
  EXPECT_EQ(run("exit 1 || do b"), "boot.gpxe:1: it will not");
  EXPECT_EQ(ran_, List{});
}

TEST_F(InterpreterTest, labels_are_jumped_to_from_before_and_behind) {
  EXPECT_EQ(run("goto end\n:never\ndo never\n:end\ndo end"), "");
  EXPECT_EQ(ran_, List{"do|end"});
  EXPECT_EQ(run("set n 1\n:top\ndo ${n}\nisset ${m} && goto out ||\nset m 1\ngoto top\n:out\ndo out"), "");
  EXPECT_EQ(ran_, (List{"do|1", "do|1", "do|out"}));
  EXPECT_EQ(run("goto a b"), "boot.gpxe:1: Usage: goto LABEL");
  EXPECT_EQ(run("goto 52:54:00 || goto start\ndo never\n  :start # here\ndo start"), "");
  EXPECT_EQ(ran_, List{"do|start"});
  EXPECT_EQ(run("do \\\n:no\ngoto no"),
            "boot.gpxe:3: there is no label \"no\" in this script: write :no on a line of its own");
  EXPECT_EQ(run("goto last\ndo never\n:last"), "");
  EXPECT_EQ(ran_, List{});
  EXPECT_EQ(run("goto x && do never\n:x\nfail"), "boot.gpxe:3: it will not");
}

TEST_F(InterpreterTest, each_script_has_its_own_labels) {
  inner_ = "goto here\ndo never\n:here\ndo inner";
  EXPECT_EQ(run("again\ngoto there\ndo never\n:there\ndo outer"), "");
  EXPECT_EQ(ran_, (List{"do|inner", "do|outer"}));
  inner_ = "goto there";
  EXPECT_EQ(
      run("again\n:there"),
      "boot.gpxe:1: inner:1: there is no label \"there\" in this script: write :there on a line of its own");
}

TEST_F(InterpreterTest, a_line_of_the_shell_has_no_place) {
  const auto status = interpreter_.run("do a ; fail", {});
  EXPECT_EQ(status.error().sentence(), "it will not");
  EXPECT_FALSE(interpreter_.was_stopped());
  EXPECT_TRUE(interpreter_.run("exit", {}).ok());
  EXPECT_TRUE(interpreter_.was_stopped());
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
  const std::string_view holes[] = {"", "a", "", "b", ""};
  EXPECT_EQ(*join(holes, 0, buffer), "a b");
  const std::string_view longer[] = {"12345", "6789"};
  EXPECT_FALSE(join(longer, 0, buffer).ok());
}

}  // namespace
}  // namespace script
