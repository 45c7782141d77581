// SPDX-License-Identifier: MPL-2.0
// JSON text [rfc8259] to core::Value and back. What is read is bounded in size, depth and members; what is
// written is canonical: equal values have the same text.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/rules/value.h"

namespace chainload::store {

inline constexpr std::size_t longest_text = 32u << 20;
/// No map of a rule holds nearly as many; finding a key twice stays cheap.
inline constexpr std::size_t most_members = 256;

/// Each value's place is `line:column`.
struct JsonReading {
  std::optional<core::Value> value;  // none: see fault
  std::string fault;                 // `3:14: the key "boot" stands twice: keep one`
};

JsonReading read_json(std::string_view text);

/// The same for a text that is one list, whose items are handed over one by one and kept by nobody else;
/// `take` answers false to stop. Returns the fault, empty when there is none.
std::string read_json_items(std::string_view text, const std::function<bool(core::Value)>& take);

/// No spaces; `name` before all other members, these by their octets; a list keeps its order.
std::string canonical_json(const core::Value& value);
std::string json_string(std::string_view text);

}  // namespace chainload::store
