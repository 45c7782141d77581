// SPDX-License-Identifier: MPL-2.0
// What a PXE server says in DHCP option 43: a boot menu, and where the boot servers are [pxe 2.1, table 2-1
// and 2.2.3].
#pragma once

#include "wire/dhcp.h"

namespace wire {

/// Sub-options of 43 where option 60 begins PXEClient.
namespace pxe_option {
enum : std::uint8_t {
  discovery_control = 6,
  multicast_address = 7,
  boot_servers = 8,
  boot_menu = 9,
  menu_prompt = 10,
  boot_item = 71,
};
}  // namespace pxe_option

/// Bits of discovery_control.
namespace pxe_discovery {
enum : std::uint8_t { no_broadcast = 1, no_multicast = 2, only_listed = 4, skip_with_file = 8 };
}  // namespace pxe_discovery

/// Where boot servers of one type are looked for.
struct PxeBootServers {
  static constexpr std::size_t max = 10;

  std::array<base::Ipv4Address, max> addresses{};  // a group's, everybody's, then those of the list
  std::size_t count = 0;
  bool only_listed = false;           // nobody else is believed
  std::optional<std::uint16_t> item;  // the type; absent: a ProxyDHCP server is asked what it offered

  void add(base::Ipv4Address address) {
    if (count < max) addresses[count++] = address;
  }
  bool holds(base::Ipv4Address address) const;
};

class PxeOptions {
 public:
  PxeOptions() = default;
  /// Empty when the packet is of no PXE server, or has no option 43. `scratch` outlives it.
  PxeOptions(const DhcpPacket& packet, base::MutBytes scratch);

  std::uint8_t discovery_control() const {
    return options_.find_u8(pxe_option::discovery_control).value_or(0);
  }
  bool has_menu() const { return !menu_.empty(); }
  /// Seconds; 255: no end; 0 where there is no prompt: the first item is taken at once.
  std::uint8_t menu_timeout() const { return prompt_.empty() ? std::uint8_t{0} : prompt_[0]; }
  std::string_view menu_prompt() const { return prompt_.empty() ? "" : base::as_text(prompt_.subspan(1)); }
  struct Item {
    std::uint16_t type;  // 0: the machine's own disk
    std::string_view text;
  };
  /// Takes the next item off the menu; nothing at its end, or where it stops making sense.
  std::optional<Item> next_item();

  PxeBootServers boot_servers(std::uint16_t type) const;
  /// The type that a boot server says it serves.
  std::optional<std::uint16_t> boot_item() const;

 private:
  base::Bytes find(std::uint8_t code) const { return options_.find(code, {}).value_or(base::Bytes{}); }

  DhcpOptions options_;
  base::Bytes menu_, prompt_;
};

}  // namespace wire
