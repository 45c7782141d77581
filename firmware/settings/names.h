// SPDX-License-Identifier: MPL-2.0
// How a setting is named: `scope/name:type`, gPXE's names for DHCP options, and options by number.
#pragma once

#include <optional>

#include "settings/value.h"

namespace settings {

enum class Scope : std::uint8_t {
  user,       // set by hand, no scope named
  net0,       // the network card: its own values, and what was set by hand as net0/…
  dhcp,       // net0.dhcp: the ACK
  proxydhcp,  // the ProxyDHCP server's ACK
  smbios,
  builtin,
};

/// What a setting is stored under: a DHCP option, an option within an option, or a field of the packet.
struct Tag {
  enum Special : std::uint16_t { none = 0, yiaddr = 0xff01, siaddr = 0xff02 };
  std::uint16_t value = none;

  static constexpr Tag option(unsigned code) { return {static_cast<std::uint16_t>(code)}; }
  static constexpr Tag nested(unsigned code, unsigned inner) {
    return {static_cast<std::uint16_t>(code << 8 | inner)};
  }
  constexpr bool is_none() const { return value == none; }
  constexpr bool is_nested() const { return value > 0xff && value < 0xff00; }
  constexpr std::uint8_t code() const { return static_cast<std::uint8_t>(is_nested() ? value >> 8 : value); }
  constexpr std::uint8_t inner() const { return static_cast<std::uint8_t>(value); }
  constexpr bool operator==(const Tag&) const = default;
};

/// A setting's name, taken apart. The texts are only referred to.
struct SettingId {
  std::optional<Scope> scope;  // nothing: search them all
  std::string_view name;       // as written, without scope and type
  Tag tag;                     // none: a name of the user's own
  std::optional<Type> type;    // as written after the colon, else the one gPXE gives the name
};

/// The names that are known without being set, for listings and completion.
std::size_t known_name_count();
std::string_view known_name(std::size_t i);

/// "net0/67:string" and the like; an error names the part that makes no sense.
base::Result<SettingId> parse_id(std::string_view id);

}  // namespace settings
