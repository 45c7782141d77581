// SPDX-License-Identifier: MPL-2.0
// Rendering of facts.
#include "text.h"

namespace chainload::core {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

void append_hex(std::string& text, std::uint8_t octet) {
  text += digits[octet >> 4];
  text += digits[octet & 15];
}

Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

std::string hex(Bytes bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t octet : bytes) append_hex(text, octet);
  return text;
}

std::string hex(std::string_view text) {
  return hex(as_bytes(text));
}

std::string mac_text(Bytes address) {
  if (address.empty()) return "none";
  std::string text;
  for (const std::uint8_t octet : address) {
    if (!text.empty()) text += ':';
    append_hex(text, octet);
  }
  return text;
}

std::string ipv4_text(Ipv4 address) {
  const auto value = static_cast<std::uint32_t>(address);
  return std::to_string(value >> 24) + "." + std::to_string(value >> 16 & 255) + "." +
         std::to_string(value >> 8 & 255) + "." + std::to_string(value & 255);
}

std::string printable(Bytes bytes) {
  std::string text;
  for (const std::uint8_t octet : bytes) {
    if (octet == '\\') {
      text += "\\\\";
    } else if (octet >= 0x20 && octet < 0x7f) {
      text += static_cast<char>(octet);
    } else {
      text += "\\x";
      append_hex(text, octet);
    }
  }
  return text;
}

std::string printable(std::string_view text) {
  return printable(as_bytes(text));
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t most = 300;
  if (text.size() <= most) return "\"" + printable(text) + "\"";
  return "\"" + printable(text.substr(0, most)) + "…\"";
}

std::string uuid_text(Bytes option_97) {
  if (option_97.size() != 17) return hex(option_97);
  constexpr std::array<std::uint8_t, 16> order = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
  const Bytes uuid = option_97.subspan(1);
  std::string text;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    append_hex(text, uuid[order[i]]);
  }
  return text;
}

std::string message_name(std::uint8_t message_type) {
  constexpr std::array<std::string_view, 9> names = {"BOOTP",       "DHCPDISCOVER", "DHCPOFFER",
                                                     "DHCPREQUEST", "DHCPDECLINE",  "DHCPACK",
                                                     "DHCPNAK",     "DHCPRELEASE",  "DHCPINFORM"};
  if (message_type < names.size()) return std::string(names[message_type]);
  return "message type " + std::to_string(message_type);
}

std::string_view feature_name(std::uint8_t code) {
  constexpr std::uint8_t first_named = etherboot::first_feature;
  constexpr std::array<std::string_view, 26> names = {
      "pxe-ext",   "iscsi",   "aoe", "http", "https", "tftp", "ftp", "dns", "bzimage",
      "multiboot", "slam",    "srp", "",     "",      "",     "",    "nbi", "pxe",
      "elf",       "comboot", "efi", "fcoe", "vlan",  "menu", "sdi", "nfs"};
  static_assert(names[41 - first_named] == "nfs" && names[32 - first_named] == "nbi");
  if (code < first_named || code >= first_named + names.size()) return {};
  return names[code - first_named];
}

}  // namespace chainload::core
