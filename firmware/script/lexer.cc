// SPDX-License-Identifier: MPL-2.0
#include "script/lexer.h"

namespace script {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}
bool is_quote(char c) {
  return c == '\'' || c == '"';
}
bool can_be_escaped(char c) {
  return is_blank(c) || is_quote(c) || c == '$' || c == '#';
}

/// The length of the backslash and line end that `text` begins with, or 0.
std::size_t joined_line(std::string_view text) {
  if (text.starts_with("\\\n")) return 2;
  return text.starts_with("\\\r\n") ? 3 : 0;
}

/// The length of the quoted word that `line` begins with, quotes counted, or 0 when the quote is not one.
std::size_t quoted_word(std::string_view line) {
  if (line.empty() || !is_quote(line[0])) return 0;
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '\\' && line[0] == '"' && i + 1 < line.size()) {
      ++i;
    } else if (line[i] == line[0]) {
      return i + 1 == line.size() || is_blank(line[i + 1]) ? i + 1 : 0;
    }
  }
  return 0;
}

/// The length of the `${…}` that `line` begins with, others inside it counted, or 0 when it has no end.
std::size_t expansion(std::string_view line) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line.substr(i).starts_with("${")) ++depth;
    if (line[i] == '}' && --depth == 0) return i + 1;
  }
  return 0;
}

std::size_t word_length(std::string_view line) {
  if (const std::size_t length = quoted_word(line); length != 0) return length;
  std::size_t i = 0;
  while (i < line.size() && !is_blank(line[i])) {
    if (line[i] == '\\' && i + 1 < line.size() && can_be_escaped(line[i + 1])) {
      i += 2;
    } else if (line.substr(i).starts_with("${")) {
      const std::size_t length = expansion(line.substr(i));
      i += length == 0 ? 2 : length;
    } else {
      ++i;
    }
  }
  return i;
}

}  // namespace

Lexer::Token Lexer::next(std::string_view& raw) {
  while (at_ < text_.size()) {
    if (is_blank(text_[at_])) {
      ++at_;
    } else if (const std::size_t joined = joined_line(text_.substr(at_)); joined != 0) {
      at_ += joined;
      ++line_;
    } else {
      break;
    }
  }
  std::string_view line = text_.substr(at_);
  const std::size_t end = line.find('\n');
  line = line.substr(0, end);
  if (!line.empty() && line[0] == '#') {
    at_ += line.size();
    line = {};
  }
  if (line.empty()) {
    if (at_ == text_.size()) return Token::text_end;
    ++at_;
    ++line_;
    return Token::line_end;
  }
  if (end != std::string_view::npos) {  // a backslash that joins lines is no part of the word before it
    if (line.ends_with("\\\r")) line.remove_suffix(1);
    if (line.ends_with('\\')) line.remove_suffix(1);
  }
  const std::size_t length = word_length(line);
  raw = line.substr(0, length);
  at_ += length;
  return raw.find('\0') == std::string_view::npos ? Token::word : Token::bad_character;
}

void Lexer::skip_line() {
  std::string_view raw;
  Token token;
  do {
    token = next(raw);
  } while (token != Token::line_end && token != Token::text_end);
}

void unquote(std::string_view raw, base::TextWriter& out) {
  bool is_literal = false;
  if (raw.size() > 1 && quoted_word(raw) == raw.size()) {
    is_literal = raw[0] == '\'';
    raw = raw.substr(1, raw.size() - 2);
  }
  for (std::size_t i = 0; i < raw.size(); ++i) {
    char c = raw[i];
    const bool escaped = !is_literal && c == '\\' && i + 1 < raw.size() && can_be_escaped(raw[i + 1]);
    if (escaped) c = raw[++i];
    out.append(c == '$' && (escaped || is_literal) ? literal_dollar : c);
  }
}

}  // namespace script
