// SPDX-License-Identifier: MPL-2.0
// Facts as people read them. Client data is never printed as it came.
#pragma once

#include <string>

#include "facts.h"

namespace chainload::core {

std::string hex(Bytes bytes);
std::string hex(std::string_view text);

/// `52:54:00:77:00:01`; `none` for an empty address.
std::string mac_text(Bytes address);

std::string ipv4_text(Ipv4 address);

/// Octets outside printable ASCII become \xNN, a backslash becomes \\.
std::string printable(Bytes bytes);
std::string printable(std::string_view text);

/// Printable, in double quotes, and no longer than a sentence bears.
std::string in_quotes(std::string_view text);

/// The usual form of a 17-octet option 97 (first three fields little-endian, as SMBIOS keeps them); hex
/// otherwise.
std::string uuid_text(Bytes option_97);

std::string message_name(std::uint8_t message_type);

/// Empty for a sub-option of 175 that is no known feature.
std::string_view feature_name(std::uint8_t code);

}  // namespace chainload::core
