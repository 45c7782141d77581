// SPDX-License-Identifier: MPL-2.0
// Kinds, keys and ranges.
#include "argument.h"

#include <algorithm>

#include "core/facts/text.h"

namespace chainload::core {

void check_keys(const std::string& map_name, const Value& map, std::span<const std::string_view> known) {
  if (map.map() == nullptr) {
    throw BadArgument(map_name.empty() ? "arguments" : map_name, "it is not a map: write { … }");
  }
  for (const Value::Member& member : *map.map()) {
    if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
    std::string names;
    for (const std::string_view name : known) names += (names.empty() ? "" : ", ") + std::string(name);
    throw BadArgument((map_name.empty() ? "" : map_name + ".") + printable(member.key),
                      names.empty() ? "this command takes none: remove it"
                                    : "there is no such argument; known are " + names);
  }
}

std::string string_in(const std::string& name, const Value& value) {
  if (const auto* text = value.string()) return *text;
  throw BadArgument(name, "it is " + std::string(kind_text(value.kind())) + ": write a string in quotes");
}

std::int64_t number_in(const std::string& name, const Value& value, std::int64_t least, std::int64_t most) {
  const std::int64_t* const number = value.integer();
  if (number == nullptr) {
    throw BadArgument(name, "it is " + std::string(kind_text(value.kind())) + ": write a whole number");
  }
  if (*number < least || *number > most) {
    throw BadArgument(name, "it is " + std::to_string(*number) + ": write a number from " +
                                std::to_string(least) + " to " + std::to_string(most));
  }
  return *number;
}

}  // namespace chainload::core
