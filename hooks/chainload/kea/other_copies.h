// SPDX-License-Identifier: MPL-2.0
// Is this library loaded already, by this name or as a copy in another file?
#pragma once

#include <optional>
#include <string>

namespace chainload::kea {

/// What a loaded file of this library exports, so that the next one can ask: true from load() to unload().
inline constexpr const char* in_use_symbol = "chainload_is_in_use";

/// The path of a file in this process that holds this library and is in use. Ask before this one is.
std::optional<std::string> copy_in_use();

}  // namespace chainload::kea
