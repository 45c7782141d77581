// SPDX-License-Identifier: MPL-2.0
// The text is laid out as plain JSON with every octet where it was, so that the places the reader finds are
// those of the file; each line remembers which file it came from.
#include "config_text.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

#include "core/facts/text.h"
#include "failure.h"
#include "store/json_text.h"

namespace chainload::ctl {
namespace {

using core::Value;

constexpr std::size_t deepest_include = 10;  // Kea's own bound

struct Origin {
  std::size_t file;  // index of its name
  std::size_t line;
};

[[noreturn]] void fail_at(const std::string& place, const std::string& sentence) {
  throw Failure(ExitStatus::refused, place + ": " + sentence);
}

class Layout {
 public:
  void add(std::string_view text, const std::string& name, std::size_t depth) {
    const std::size_t file = files_.size();
    files_.push_back(name);
    lines_.push_back({file, 1});
    Cursor at{text, file};
    while (!at.rest.empty()) step(at, depth);
  }

  std::string& text() { return text_; }

  /// `12:5` of the laid-out text to `file:12:5` of the one it came from.
  std::string place(std::string_view laid_out) const {
    std::size_t line = 0;
    const auto [end, error] = std::from_chars(laid_out.data(), laid_out.data() + laid_out.size(), line);
    if (error != std::errc{} || line == 0 || line > lines_.size()) return files_.front();
    const Origin& origin = lines_[line - 1];
    const std::string_view column = laid_out.substr(static_cast<std::size_t>(end - laid_out.data()));
    return files_[origin.file] + ":" + std::to_string(origin.line) + std::string(column);
  }

 private:
  struct Cursor {
    std::string_view rest;
    std::size_t file;
    std::size_t line = 1;
    std::size_t column = 1;
  };

  std::string place(const Cursor& at) const {
    return files_[at.file] + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
  }

  /// Takes `count` octets, as they are or, within comments, as spaces.
  void take(Cursor& at, std::size_t count, bool blank) {
    for (const char c : at.rest.substr(0, count)) {
      if (c == '\n') {
        text_ += '\n';
        at.column = 1;
        lines_.push_back({at.file, ++at.line});
      } else {
        text_ += blank ? ' ' : c;
        ++at.column;
      }
    }
    at.rest.remove_prefix(std::min(count, at.rest.size()));
  }

  void step(Cursor& at, std::size_t depth) {
    if (at.rest.front() == '"') {
      take(at, string_len(at), false);
    } else if (at.rest.front() == '#' || at.rest.starts_with("//")) {
      take(at, std::min(at.rest.find('\n'), at.rest.size()), true);
    } else if (at.rest.starts_with("/*")) {
      const auto end = at.rest.find("*/", 2);
      if (end == std::string_view::npos) fail_at(place(at), "this comment never ends: write */ behind it");
      take(at, end + 2, true);
    } else if (at.rest.starts_with("<?")) {
      include(at, depth);
    } else {
      drop_comma_before(at.rest.front());
      take(at, 1, false);
    }
  }

  /// With its quotes.
  std::size_t string_len(const Cursor& at) const {
    for (std::size_t i = 1; i < at.rest.size() && at.rest[i] != '\n'; ++i) {
      if (at.rest[i] == '"') return i + 1;
      if (at.rest[i] == '\\') ++i;
    }
    fail_at(place(at), "this is not JSON: the string never ends: write \" behind it, on the same line");
  }

  /// Kea reads `[ 1, ]` with a warning.
  void drop_comma_before(char next) {
    if (next != ']' && next != '}') return;
    const auto last = text_.find_last_not_of(" \t\r\n");
    if (last != std::string::npos && text_[last] == ',') text_[last] = ' ';
  }

  void include(Cursor& at, std::size_t depth) {
    const auto end = at.rest.find("?>");
    const std::string_view whole =
        at.rest.substr(0, end == std::string_view::npos ? at.rest.size() : end + 2);
    const auto open = whole.find('"');
    const auto close = whole.rfind('"');
    if (!whole.starts_with("<?include") || end == std::string_view::npos || close <= open) {
      fail_at(place(at), "this is no include: write <?include \"FILE\"?>");
    }
    if (depth == deepest_include) {
      fail_at(place(at), "files include each other more than " + std::to_string(deepest_include) +
                             " deep: look for one that includes itself");
    }
    const std::string name(whole.substr(open + 1, close - open - 1));
    const Cursor before = at;
    std::string text;
    try {
      text = read_whole_file(name);
    } catch (const Failure& failure) {
      fail_at(place(before), failure.what());
    }
    text_ += '\n';
    add(text, name, depth + 1);
    text_ += '\n';
    lines_.push_back({at.file, at.line});
    text_.append(at.column - 1, ' ');
    take(at, whole.size(), true);
  }

  std::string text_;
  std::vector<std::string> files_;
  std::vector<Origin> lines_;  // of each line of the text
};

Value placed(Value value, const Layout& layout) {
  const std::string place = layout.place(value.place);
  if (const Value::List* const list = value.list()) {
    Value::List items;
    items.reserve(list->size());
    for (const Value& item : *list) items.push_back(placed(item, layout));
    value = Value(std::move(items));
  } else if (const Value::Map* const map = value.map()) {
    Value::Map members;
    members.reserve(map->size());
    for (const Value::Member& member : *map) members.push_back({member.key, placed(member.value, layout)});
    value = Value(std::move(members));
  }
  value.place = place;
  return value;
}

}  // namespace

std::string read_whole_file(const std::string& path) {
  if (path == "-") return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
  std::ifstream file(path, std::ios::binary);
  std::string text;
  if (file) text.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  if (!file || file.bad()) {
    throw Failure(ExitStatus::usage, "the file " + path + " cannot be read: " + std::strerror(errno));
  }
  return text;
}

Value read_config_text(std::string_view text, const std::string& name) {
  Layout layout;
  layout.add(text, name, 0);
  store::JsonReading reading = store::read_json(layout.text());
  if (!reading.value) {
    const auto end = reading.fault.find(": ");
    fail_at(layout.place(std::string_view(reading.fault).substr(0, end)), reading.fault.substr(end + 2));
  }
  return placed(std::move(*reading.value), layout);
}

Value read_config_file(const std::string& path) {
  return read_config_text(read_whole_file(path), path == "-" ? "standard input" : path);
}

}  // namespace chainload::ctl
