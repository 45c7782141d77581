// SPDX-License-Identifier: MPL-2.0
// Exact reading of command arguments: what is wrong is named.
#pragma once

#include <cc/data.h>

#include <optional>
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

/// Rules on a page where no limit is given.
inline constexpr std::int64_t usual_page = 100;

/// Of arguments that have been checked against the command's table: absent ones are false, `otherwise`, none.
bool flag_in(const isc::data::ConstElementPtr& arguments, const char* name);
std::int64_t number_in(const isc::data::ConstElementPtr& arguments, const char* name, std::int64_t otherwise);
std::optional<std::uint64_t> revision_in(const isc::data::ConstElementPtr& arguments, const char* name);

/// `reason` of a change, for the log.
std::string remark(const isc::data::ConstElementPtr& arguments);

}  // namespace chainload::kea
