// SPDX-License-Identifier: MPL-2.0
// Exact reading of command arguments: what is wrong is named.
#pragma once

#include <cc/data.h>

#include <span>
#include <string>
#include <string_view>

#include "core/explain/argument.h"

namespace chainload::kea {

using core::BadArgument;

/// `map_name` is empty for the arguments themselves. Throws unless it is a map with known keys only.
void check_argument_keys(const std::string& map_name, const isc::data::ConstElementPtr& map,
                         std::span<const std::string_view> known);

std::string string_argument(const std::string& name, const isc::data::Element& value);
std::int64_t number_argument(const std::string& name, const isc::data::Element& value, std::int64_t least,
                             std::int64_t most);

}  // namespace chainload::kea
