// SPDX-License-Identifier: MPL-2.0
// Builds the query that a client with given facts would send, so that facts given by hand are read by the
// same walker as packets from the wire.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "facts.h"

namespace chainload::core {

struct GivenFacts {
  std::vector<std::uint8_t> hardware_address;
  std::uint8_t message_type = message::discover;
  Ipv4 relay{};
  std::optional<std::string> user_class;                    // one raw string, as gPXE and iPXE send it
  std::optional<std::vector<std::string>> user_class_list;  // as RFC 3004 has it; each 1 to 255 octets
  std::optional<std::string> vendor_class;
  std::vector<std::uint16_t> architectures;
  std::optional<std::array<std::uint8_t, 16>> uuid;           // in the order of the wire
  std::vector<std::uint8_t> features;                         // sub-options of 175
  std::optional<std::array<std::uint8_t, 3>> loader_version;  // 175.235
  std::vector<std::uint8_t> requested_options;
  std::vector<std::uint8_t> client_id;   // option 61
  std::vector<std::uint8_t> circuit_id;  // sub-options of 82; at most 255 octets each
  std::vector<std::uint8_t> remote_id;
};

/// Options over 255 octets are sent in pieces [rfc3396].
std::vector<std::uint8_t> compose_query(const GivenFacts& given);

/// `52:54:00:77:00:01`, with colons, hyphens or nothing between the octets; 1 to 16 of them.
std::optional<std::vector<std::uint8_t>> parse_mac(std::string_view text);

/// `cf2ed26c-…` to the octets of option 97 without its type octet (first three fields little-endian).
std::optional<std::array<std::uint8_t, 16>> parse_uuid(std::string_view text);

/// Hexadecimal digits, an even number; white space and colons between octets are skipped.
std::optional<std::vector<std::uint8_t>> parse_hex(std::string_view text);

}  // namespace chainload::core
