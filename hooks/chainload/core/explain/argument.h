// SPDX-License-Identifier: MPL-2.0
// Exact reading of what a person says in an argument: what is wrong is named.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/rules/value.h"

namespace chainload::core {

/// The text names the argument.
class BadArgument : public std::runtime_error {
 public:
  BadArgument(const std::string& name, const std::string& sentence)
      : std::runtime_error("argument \"" + name + "\": " + sentence) {}
};

/// `map_name` is empty for the arguments themselves. Throws unless it is a map with known keys only.
void check_keys(const std::string& map_name, const Value& map, std::span<const std::string_view> known);

/// Throw unless the value is of that kind, and the number in the range.
std::string string_in(const std::string& name, const Value& value);
std::int64_t number_in(const std::string& name, const Value& value, std::int64_t least, std::int64_t most);

}  // namespace chainload::core
