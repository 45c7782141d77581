// SPDX-License-Identifier: MPL-2.0
// Short forms for building the values that are shown.
#pragma once

#include <string>
#include <string_view>

#include "core/rules/value.h"

namespace chainload::core {

inline Value text_value(std::string_view text) {
  return Value(std::string(text));
}
inline Value number_value(std::size_t number) {
  return Value(static_cast<std::int64_t>(number));
}
inline void set(Value::Map& map, std::string_view key, Value value) {
  map.push_back({std::string(key), std::move(value)});
}
inline void set_text(Value::Map& map, std::string_view key, std::string_view text) {
  set(map, key, text_value(text));
}
inline void set_number(Value::Map& map, std::string_view key, std::size_t number) {
  set(map, key, number_value(number));
}

}  // namespace chainload::core
