// SPDX-License-Identifier: MPL-2.0
// A JSON value as rules and contexts are written in, free of any JSON library: each adapter converts its own
// into this one and bounds its depth at `max_value_depth`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace chainload::core {

/// Converters refuse what is nested deeper; everything that walks a Value may then recurse.
inline constexpr std::size_t max_value_depth = 32;

class Value {
 public:
  struct Member;
  using List = std::vector<Value>;
  using Map = std::vector<Member>;  // in the order of the text

  enum class Kind : std::uint8_t { null, boolean, integer, real, string, list, map };

  Value();
  Value(bool value);
  Value(std::int64_t value);
  Value(double value);
  Value(std::string value);
  Value(List values);
  Value(Map members);
  Value(const char*) = delete;  // would become a boolean
  Value(int) = delete;          // would be ambiguous

  Kind kind() const { return static_cast<Kind>(content_.index()); }
  bool is(Kind wanted) const { return kind() == wanted; }

  /// Each null unless the value is of that kind.
  const bool* boolean() const { return std::get_if<bool>(&content_); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&content_); }
  const double* real() const { return std::get_if<double>(&content_); }
  const std::string* string() const { return std::get_if<std::string>(&content_); }
  const List* list() const { return std::get_if<List>(&content_); }
  const Map* map() const { return std::get_if<Map>(&content_); }

  /// The first member of that name; null when there is none, or this is no map.
  const Value* find(std::string_view key) const;

  /// Where it stands, such as `kea.conf:12:5`; empty when it came from no file.
  std::string place;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Map> content_;
};

struct Value::Member {
  std::string key;
  Value value;
};

// Below Member, for the variant needs it whole.
inline Value::Value() = default;
inline Value::Value(bool value) : content_(value) {}
inline Value::Value(std::int64_t value) : content_(value) {}
inline Value::Value(double value) : content_(value) {}
inline Value::Value(std::string value) : content_(std::move(value)) {}
inline Value::Value(List values) : content_(std::move(values)) {}
inline Value::Value(Map members) : content_(std::move(members)) {}

inline const Value* Value::find(std::string_view key) const {
  const Map* const members = map();
  if (members == nullptr) return nullptr;
  for (const Member& member : *members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

/// `a number`, `a list`: what stands where something else was wanted.
std::string_view kind_text(Value::Kind kind);

}  // namespace chainload::core
