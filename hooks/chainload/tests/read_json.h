// SPDX-License-Identifier: MPL-2.0
// JSON text as core::Value, for tests that know nothing of Kea. Each value's place is `line:column`.
#pragma once

#include <optional>
#include <string_view>

#include "core/rules/value.h"

namespace chainload::tests {

/// Nothing when the text is no JSON, has something after it, or is nested deeper than max_value_depth.
std::optional<core::Value> read_json(std::string_view text);

}  // namespace chainload::tests
