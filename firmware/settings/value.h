// SPDX-License-Identifier: MPL-2.0
// The types a setting can have: how its bytes are written as text, and text as bytes.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "base/text.h"

namespace settings {

enum class Type : std::uint8_t {
  string,
  uristring,  // as string, percent-encoded when read
  ipv4,
  int8,
  int16,
  int32,
  uint8,
  uint16,
  uint32,
  hex,     // 52:54:00
  hexhyp,  // 52-54-00
  hexraw,  // 525400
  uuid,    // sixteen bytes in the order of the text
  guid,    // the same with the first three fields little endian
  base64,  // [rfc4648 4]
};
constexpr bool is_integer(Type type) {
  return type >= Type::int8 && type <= Type::uint32;
}

/// By gPXE's (and iPXE's) name for it.
std::optional<Type> type_named(std::string_view name);
std::string_view name_of(Type type);

/// The sixteen bytes of a UUID with each of the first three fields turned round; `to` holds sixteen.
void swap_guid(base::Bytes from, base::MutBytes to);

/// The bytes that `text` means, written into `buffer`.
base::Result<base::Bytes> parse_value(Type type, std::string_view text, base::MutBytes buffer);

/// Appends the text of `bytes`. Bytes that cannot be of the type (a UUID of seven) append nothing.
void format_value(Type type, base::Bytes bytes, base::TextWriter& out);

}  // namespace settings
