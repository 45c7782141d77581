// SPDX-License-Identifier: MPL-2.0
// The one text of a value.
#include <algorithm>
#include <array>
#include <charconv>

#include "json_text.h"

namespace chainload::store {
namespace {

using core::Value;

void write_string(std::string& text, std::string_view value) {
  constexpr std::string_view digits = "0123456789abcdef";
  text += '"';
  for (const char c : value) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      text += '\\';
      text += c;
    } else if (octet < 0x20 || octet == 0x7f) {
      text += "\\u00";
      text += digits[octet >> 4];
      text += digits[octet & 15];
    } else {
      text += c;
    }
  }
  text += '"';
}

void write_real(std::string& text, double value) {
  std::array<char, 40> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  const std::string_view written(digits.data(), static_cast<std::size_t>(end - digits.data()));
  text += written;
  // Read again it must still be a number with a fraction.
  if (written.find_first_of(".e") == std::string_view::npos) text += ".0";
}

void write(std::string& text, const Value& value);

void write_map(std::string& text, const Value::Map& map) {
  std::vector<const Value::Member*> members;
  members.reserve(map.size());
  for (const Value::Member& member : map) members.push_back(&member);
  std::sort(members.begin(), members.end(), [](const Value::Member* a, const Value::Member* b) {
    return std::pair(a->key != "name", std::string_view(a->key)) <
           std::pair(b->key != "name", std::string_view(b->key));
  });
  text += '{';
  for (const Value::Member* member : members) {
    if (member != members.front()) text += ',';
    write_string(text, member->key);
    text += ':';
    write(text, member->value);
  }
  text += '}';
}

/// At most max_value_depth deep, as whoever made the value promises.
void write(std::string& text, const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
      text += "null";
      break;
    case Value::Kind::boolean:
      text += *value.boolean() ? "true" : "false";
      break;
    case Value::Kind::integer:
      text += std::to_string(*value.integer());
      break;
    case Value::Kind::real:
      write_real(text, *value.real());
      break;
    case Value::Kind::string:
      write_string(text, *value.string());
      break;
    case Value::Kind::list: {
      text += '[';
      bool is_first = true;
      for (const Value& item : *value.list()) {
        if (!is_first) text += ',';
        is_first = false;
        write(text, item);
      }
      text += ']';
      break;
    }
    case Value::Kind::map:
      write_map(text, *value.map());
      break;
  }
}

}  // namespace

std::string canonical_json(const Value& value) {
  std::string text;
  write(text, value);
  return text;
}

std::string json_string(std::string_view value) {
  std::string text;
  write_string(text, value);
  return text;
}

}  // namespace chainload::store
