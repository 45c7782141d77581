// SPDX-License-Identifier: MPL-2.0
// A script's text as words and line ends.
//
// Blanks part words, `#` at the beginning of a word begins a comment, a backslash before the line end joins
// two lines. A word may stand in quotes when they enclose all of it: 'it''s' and foo="a b" are taken as they
// stand, as gPXE, which knows no quotes, takes them, and so is an apostrophe. A backslash makes blank, quote,
// $ and # ordinary; before anything else it is itself.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/text.h"

namespace script {

class Lexer {
 public:
  enum class Token : std::uint8_t { word, line_end, text_end, bad_character };

  explicit Lexer(std::string_view text) : text_(text) {}

  /// `raw` is a word as it stands in the text, quotes and all.
  Token next(std::string_view& raw);
  /// Leaves out what is left of the line, its end included.
  void skip_line();
  bool is_at_end() const { return at_ == text_.size(); }
  /// Of the token that comes next, from 1.
  std::size_t line() const { return line_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

/// Stands for a `$` that is no beginning of an expansion, until expand() is through. No script holds a NUL.
inline constexpr char literal_dollar = '\0';

/// Appends the word without its quotes and backslashes.
void unquote(std::string_view raw, base::TextWriter& out);

}  // namespace script
