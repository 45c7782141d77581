// SPDX-License-Identifier: MPL-2.0
// Widths are counted in characters, not octets.
#include "screen.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "store/json_text.h"

namespace chainload::ctl {
namespace {

using core::Value;

constexpr std::size_t line_width = 100;

bool colours_on = false;

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

const char* code_of(Colour colour) {
  switch (colour) {
    case Colour::good:
      return "\x1b[32m";
    case Colour::bad:
      return "\x1b[31m";
    case Colour::dim:
      return "\x1b[2m";
    case Colour::strong:
      return "\x1b[1m";
    case Colour::none:
      break;
  }
  return "";
}

std::string on_one_line(const Value& value) {
  std::string text;
  if (const Value::List* const list = value.list()) {
    for (const Value& item : *list) text += (text.empty() ? "[ " : ", ") + on_one_line(item);
    return text.empty() ? "[]" : text + " ]";
  }
  if (const Value::Map* const map = value.map()) {
    for (const Value::Member& member : *map) {
      text +=
          (text.empty() ? "{ " : ", ") + store::json_string(member.key) + ": " + on_one_line(member.value);
    }
    return text.empty() ? "{}" : text + " }";
  }
  return store::canonical_json(value);
}

void lay_out(std::string& text, const Value& value, std::size_t indent, std::size_t used) {
  const std::string line = on_one_line(value);
  if (used + line.size() <= line_width || (value.list() == nullptr && value.map() == nullptr)) {
    text += line;
    return;
  }
  const std::string inner(indent + 2, ' ');
  bool first = true;
  const auto begin_item = [&] {
    text += (first ? "\n" : ",\n") + inner;
    first = false;
  };
  text += value.list() != nullptr ? '[' : '{';
  if (const Value::List* const list = value.list()) {
    for (const Value& item : *list) {
      begin_item();
      lay_out(text, item, indent + 2, indent + 3);
    }
  } else {
    for (const Value::Member& member : *value.map()) {
      begin_item();
      const std::string key = store::json_string(member.key) + ": ";
      text += key;
      lay_out(text, member.value, indent + 2, indent + 3 + key.size());
    }
  }
  text += "\n" + std::string(indent, ' ') + (value.list() != nullptr ? "]" : "}");
}

}  // namespace

void set_colours(bool on) {
  colours_on = on;
}

bool colours_wanted(const std::string& choice) {
  if (choice != "auto") return choice == "always";
  return isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
}

std::string coloured(std::string_view text, Colour colour) {
  if (!colours_on || colour == Colour::none) return std::string(text);
  return code_of(colour) + std::string(text) + "\x1b[0m";
}

std::string Table::text() const {
  std::vector<std::size_t> widths;
  for (const std::string& title : head_) widths.push_back(width_of(title));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i)
      widths[i] = std::max(widths[i], width_of(row[i].text));
  }
  std::string text;
  const auto add_line = [&](const std::vector<Cell>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += coloured(row[i].text, row[i].colour);
      if (i + 1 < row.size()) text.append(widths[i] - width_of(row[i].text) + 2, ' ');
    }
    while (!text.empty() && text.back() == ' ') text.pop_back();
    text += '\n';
  };
  std::vector<Cell> head;
  for (const std::string& title : head_) head.emplace_back(title, Colour::strong);
  add_line(head);
  for (const auto& row : rows_) add_line(row);
  return text;
}

std::string laid_out_json(const Value& value) {
  std::string text;
  lay_out(text, value, 0, 0);
  return text + "\n";
}

std::string counted(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace chainload::ctl
