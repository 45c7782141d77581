// SPDX-License-Identifier: MPL-2.0
// Exact reading of command arguments: what is wrong is named.
#pragma once

#include <cc/data.h>

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/compose.h"

namespace chainload::kea {

/// The text names the argument.
class BadArgument : public std::runtime_error {
 public:
  BadArgument(const std::string& name, const std::string& sentence)
      : std::runtime_error("argument \"" + name + "\": " + sentence) {}
};

/// `map_name` is empty for the arguments themselves. Throws unless it is a map with known keys only.
void check_argument_keys(const std::string& map_name, const isc::data::ConstElementPtr& map,
                         std::span<const std::string_view> known);

std::string string_argument(const std::string& name, const isc::data::Element& value);
std::int64_t number_argument(const std::string& name, const isc::data::Element& value, std::int64_t least,
                             std::int64_t most);

/// `facts` of chainload-explain, every key of it optional.
core::GivenFacts facts_argument(const isc::data::ConstElementPtr& facts);

/// `packet` of chainload-explain: the BOOTP payload in hex, 1 to 65,507 octets.
std::vector<std::uint8_t> packet_argument(const isc::data::Element& packet);

}  // namespace chainload::kea
