// SPDX-License-Identifier: MPL-2.0
// Numbers of BOOTP and DHCP, by the names their documents give them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace chainload::core {

/// The fixed part of a message [rfc951 3, rfc2131 2].
namespace header {
inline constexpr std::size_t op = 0;
inline constexpr std::size_t htype = 1;
inline constexpr std::size_t hlen = 2;
inline constexpr std::size_t xid = 4;
inline constexpr std::size_t ciaddr = 12;
inline constexpr std::size_t giaddr = 24;
inline constexpr std::size_t chaddr = 28;
inline constexpr std::size_t chaddr_len = 16;
inline constexpr std::size_t sname = 44;
inline constexpr std::size_t sname_len = 64;
inline constexpr std::size_t file = 108;
inline constexpr std::size_t file_len = 128;
inline constexpr std::size_t cookie = 236;
inline constexpr std::size_t options = 240;
inline constexpr std::uint32_t cookie_value = 0x63825363;
inline constexpr std::uint8_t boot_request = 1;
}  // namespace header

/// Option codes [rfc2132, rfc3004, rfc4578, rfc3046]; 175 is the Etherboot encapsulation.
namespace option {
inline constexpr std::uint8_t pad = 0;
inline constexpr std::uint8_t vendor_specific = 43;
inline constexpr std::uint8_t overload = 52;
inline constexpr std::uint8_t message_type = 53;
inline constexpr std::uint8_t parameter_request = 55;
inline constexpr std::uint8_t max_message_size = 57;
inline constexpr std::uint8_t vendor_class = 60;
inline constexpr std::uint8_t client_id = 61;
inline constexpr std::uint8_t tftp_server = 66;
inline constexpr std::uint8_t boot_file = 67;
inline constexpr std::uint8_t user_class = 77;
inline constexpr std::uint8_t relay_agent = 82;
inline constexpr std::uint8_t client_architecture = 93;
inline constexpr std::uint8_t client_interface = 94;
inline constexpr std::uint8_t client_uuid = 97;
inline constexpr std::uint8_t etherboot = 175;
inline constexpr std::uint8_t end = 255;
}  // namespace option

/// Sub-options of 175 that gPXE and iPXE send or read.
namespace etherboot {
inline constexpr std::uint8_t first_feature = 16;
inline constexpr std::uint8_t last_feature = 79;
inline constexpr std::uint8_t no_proxydhcp = 176;
inline constexpr std::uint8_t bus_id = 177;
inline constexpr std::uint8_t version = 235;
}  // namespace etherboot

/// Values of option 53 [rfc2132 9.6]; a query without it is plain BOOTP.
namespace message {
inline constexpr std::uint8_t bootp = 0;
inline constexpr std::uint8_t discover = 1;
inline constexpr std::uint8_t request = 3;
inline constexpr std::uint8_t nak = 6;
inline constexpr std::uint8_t inform = 8;
}  // namespace message

}  // namespace chainload::core
