// SPDX-License-Identifier: MPL-2.0
#include "script/lexer.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace script {
namespace {

/// Words, unquoted, with "|" for each line end, "!" for a bad character, and ~ for a literal dollar.
std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> found;
  Lexer lexer(text);
  for (;;) {
    std::string_view raw;
    const Lexer::Token token = lexer.next(raw);
    if (token == Lexer::Token::text_end) return found;
    if (token == Lexer::Token::line_end) {
      found.push_back("|");
    } else if (token == Lexer::Token::bad_character) {
      found.push_back("!");
    } else {
      char buffer[256];
      base::TextWriter out(buffer);
      unquote(raw, out);
      std::string word(out.view());
      for (char& c : word) c = c == literal_dollar ? '~' : c;
      found.push_back(word);
    }
  }
}

using List = std::vector<std::string>;

TEST(Lexer, words_and_lines) {
  EXPECT_EQ(words(""), List{});
  EXPECT_EQ(words("a  b\tc\n\n d"), (List{"a", "b", "c", "|", "|", "d"}));
  EXPECT_EQ(words("one\r\ntwo\r\n"), (List{"one", "|", "two", "|"}));
}

TEST(Lexer, comments_begin_a_word) {
  EXPECT_EQ(words("#!gpxe\necho a # b\nhttp://s/#x"), (List{"|", "echo", "a", "|", "http://s/#x"}));
  EXPECT_EQ(words("# a \\\nb"), (List{"|", "b"}));
}

TEST(Lexer, quotes_enclose_whole_words_or_are_ordinary) {
  EXPECT_EQ(words("echo \"two  words\" 'and $x'"), (List{"echo", "two  words", "and ~x"}));
  EXPECT_EQ(words("echo Can't stop"), (List{"echo", "Can't", "stop"}));
  EXPECT_EQ(words("echo 'tis"), (List{"echo", "'tis"}));
  EXPECT_EQ(words("kernel k opt=\"a b\""), (List{"kernel", "k", "opt=\"a", "b\""}));
  EXPECT_EQ(words("\"say \\\"hi\\\" now\" \"\""), (List{"say \"hi\" now", ""}));
  EXPECT_EQ(words("\"a\nb\""), (List{"\"a", "|", "b\""}));
}

TEST(Lexer, backslashes_make_some_characters_ordinary) {
  EXPECT_EQ(words("a\\ b \\$x \\# \\'q c:\\dos\\run \\"),
            (List{"a b", "~x", "#", "'q", "c:\\dos\\run", "\\"}));
  EXPECT_EQ(words("kernel k \\\n  a=1 \\\r\n  b=2\nboot"), (List{"kernel", "k", "a=1", "b=2", "|", "boot"}));
  EXPECT_EQ(words("long\\\nword"), (List{"long", "word"}));
}

TEST(Lexer, an_expansion_may_hold_blanks) {
  EXPECT_EQ(words("echo ${a b}c ${d${e f}} ${open x"),
            (List{"echo", "${a b}c", "${d${e f}}", "${open", "x"}));
}

TEST(Lexer, a_NUL_is_told) {
  EXPECT_EQ(words(std::string_view("a b\0c d", 7)), (List{"a", "!", "d"}));
}

TEST(Lexer, counts_lines) {
  Lexer lexer("a\nb \\\nc\nd");
  std::string_view raw;
  const auto skip_line = [&] {
    while (lexer.next(raw) == Lexer::Token::word) {
    }
  };
  EXPECT_EQ(lexer.line(), 1U);
  skip_line();
  EXPECT_EQ(lexer.line(), 2U);
  skip_line();
  EXPECT_EQ(lexer.line(), 4U);
}

TEST(Lexer, any_bytes_come_to_an_end) {
  std::mt19937 random(9);
  for (int round = 0; round < 3000; ++round) {
    std::string text(random() % 60, ' ');
    for (char& c : text) c = "ab ${}\\'\"#\n\r\t\0x"[random() % 16];
    EXPECT_LE(words(text).size(), text.size() + 1);
  }
}

}  // namespace
}  // namespace script
