// SPDX-License-Identifier: MPL-2.0
// A small JSON reader [rfc8259]; of escapes only those of one octet.
#include "read_json.h"

#include <charconv>

namespace chainload::tests {
namespace {

using core::Value;

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  std::optional<Value> whole() {
    auto value = read(0);
    skip_space();
    return value && at_ == text_.size() ? std::move(value) : std::nullopt;
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  bool take(char wanted) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  std::string place() const {
    std::size_t line = 1;
    std::size_t column = 1;
    for (std::size_t i = 0; i < at_; ++i) {
      column = text_[i] == '\n' ? 1 : column + 1;
      line += text_[i] == '\n' ? 1 : 0;
    }
    return std::to_string(line) + ":" + std::to_string(column);
  }

  std::optional<Value> read(std::size_t depth) {
    skip_space();
    if (depth > core::max_value_depth || at_ == text_.size()) return std::nullopt;
    const std::string here = text_.size() < 10000 ? place() : std::string();
    auto value = read_here(depth);
    if (value) value->place = here;
    return value;
  }

  std::optional<Value> read_here(std::size_t depth) {
    if (text_[at_] == '{') return read_map(depth);
    if (text_[at_] == '[') return read_list(depth);
    if (text_[at_] == '"') {
      auto text = read_string();
      return text ? std::optional(Value(std::move(*text))) : std::nullopt;
    }
    if (take_word("null")) return Value();
    if (take_word("true")) return Value(true);
    if (take_word("false")) return Value(false);
    return read_number();
  }

  std::optional<Value> read_number() {
    const std::size_t end = std::min(text_.find_first_not_of("+-.0123456789eE", at_), text_.size());
    const char* const first = text_.data() + at_;
    const char* const last = text_.data() + end;
    at_ = end;
    std::int64_t number = 0;
    if (const auto [stop, error] = std::from_chars(first, last, number);
        error == std::errc{} && stop == last) {
      return Value(number);
    }
    double real = 0;
    const auto [stop, error] = std::from_chars(first, last, real);
    return error == std::errc{} && stop == last ? std::optional(Value(real)) : std::nullopt;
  }

  std::optional<std::string> read_string() {
    ++at_;
    std::string text;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        ++at_;
        return text;
      }
      if (text_[at_] != '\\') {
        text += text_[at_];
        continue;
      }
      if (++at_ == text_.size()) break;
      const std::size_t which = std::string_view("\"\\/nrtu").find(text_[at_]);
      if (which == std::string_view::npos) return std::nullopt;
      if (text_[at_] != 'u') {
        text += "\"\\/\n\r\t"[which];
        continue;
      }
      unsigned code = 0;
      const std::string_view digits = text_.substr(at_ + 1, 4);
      const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
      if (error != std::errc{} || stop != digits.data() + 4 || code > 255) return std::nullopt;
      text += static_cast<char>(code);
      at_ += 4;
    }
    return std::nullopt;
  }

  std::optional<Value> read_list(std::size_t depth) {
    ++at_;
    Value::List items;
    if (take(']')) return Value(std::move(items));
    do {
      auto item = read(depth + 1);
      if (!item) return std::nullopt;
      items.push_back(std::move(*item));
    } while (take(','));
    return take(']') ? std::optional(Value(std::move(items))) : std::nullopt;
  }

  std::optional<Value> read_map(std::size_t depth) {
    ++at_;
    Value::Map members;
    if (take('}')) return Value(std::move(members));
    do {
      skip_space();
      if (at_ == text_.size() || text_[at_] != '"') return std::nullopt;
      auto key = read_string();
      if (!key || !take(':')) return std::nullopt;
      auto value = read(depth + 1);
      if (!value) return std::nullopt;
      members.push_back({std::move(*key), std::move(*value)});
    } while (take(','));
    return take('}') ? std::optional(Value(std::move(members))) : std::nullopt;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<Value> read_json(std::string_view text) {
  return JsonReader(text).whole();
}

}  // namespace chainload::tests
