// SPDX-License-Identifier: MPL-2.0
// Keys, strings and numbers among Kea's elements.
#include "arguments.h"

#include <algorithm>

#include "compat.h"
#include "core/facts/text.h"

namespace chainload::kea {

using isc::data::ConstElementPtr;
using isc::data::Element;

void check_argument_keys(const std::string& map_name, const ConstElementPtr& map,
                         std::span<const std::string_view> known) {
  if (!map || map->getType() != Element::map) {
    throw BadArgument(map_name.empty() ? "arguments" : map_name, "it is not a map: write { … }");
  }
  for (const auto& [key, value] : map->mapValue()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    std::string names;
    for (const std::string_view name : known) names += (names.empty() ? "" : ", ") + std::string(name);
    throw BadArgument((map_name.empty() ? "" : map_name + ".") + core::printable(key),
                      names.empty() ? "this command takes none: remove it"
                                    : "there is no such argument; known are " + names);
  }
}

std::string string_argument(const std::string& name, const Element& value) {
  if (value.getType() != Element::string) {
    throw BadArgument(name, "it is " + kind_text(value) + ": write a string in quotes");
  }
  return value.stringValue();
}

std::int64_t number_argument(const std::string& name, const Element& value, std::int64_t least,
                             std::int64_t most) {
  if (value.getType() != Element::integer) {
    throw BadArgument(name, "it is " + kind_text(value) + ": write a whole number");
  }
  const std::int64_t number = value.intValue();
  if (number < least || number > most) {
    throw BadArgument(name, "it is " + std::to_string(number) + ": write a number from " +
                                std::to_string(least) + " to " + std::to_string(most));
  }
  return number;
}

bool flag_in(const ConstElementPtr& arguments, const char* name) {
  const ConstElementPtr value = arguments->get(name);
  return value && value->boolValue();
}

std::int64_t number_in(const ConstElementPtr& arguments, const char* name, std::int64_t otherwise) {
  const ConstElementPtr value = arguments->get(name);
  return value ? value->intValue() : otherwise;
}

std::optional<std::uint64_t> revision_in(const ConstElementPtr& arguments, const char* name) {
  const ConstElementPtr value = arguments->get(name);
  if (!value) return std::nullopt;
  return static_cast<std::uint64_t>(value->intValue());
}

std::string remark(const ConstElementPtr& arguments) {
  const ConstElementPtr reason = arguments->get("reason");
  return reason ? core::printable(reason->stringValue()) : "no reason given";
}

}  // namespace chainload::kea
