// SPDX-License-Identifier: MPL-2.0
// ARP for IPv4 over Ethernet [rfc826].
#pragma once

#include <optional>

#include "wire/ethernet.h"

namespace wire {

struct ArpLayout {
  base::Be16 hardware_type;  // ar$hrd: 1, Ethernet
  base::Be16 protocol_type;  // ar$pro: 0x0800
  std::uint8_t hardware_length;
  std::uint8_t protocol_length;
  base::Be16 operation;
  std::uint8_t sender_mac[6];
  base::Be32 sender_ip;
  std::uint8_t target_mac[6];
  base::Be32 target_ip;
};
static_assert(sizeof(ArpLayout) == 28);
static_assert(offsetof(ArpLayout, protocol_type) == 2);
static_assert(offsetof(ArpLayout, hardware_length) == 4);
static_assert(offsetof(ArpLayout, protocol_length) == 5);
static_assert(offsetof(ArpLayout, operation) == 6);
static_assert(offsetof(ArpLayout, sender_mac) == 8);
static_assert(offsetof(ArpLayout, sender_ip) == 14);
static_assert(offsetof(ArpLayout, target_mac) == 18);
static_assert(offsetof(ArpLayout, target_ip) == 24);

struct ArpRepr {
  enum class Operation : std::uint16_t { request = 1, reply = 2 };

  Operation operation{};
  base::MacAddress sender_mac;
  base::Ipv4Address sender_ip;
  base::MacAddress target_mac;  // zero in a request
  base::Ipv4Address target_ip;

  static constexpr std::size_t size = sizeof(ArpLayout);

  /// nullopt for anything but a request or reply about IPv4 over Ethernet whose sender is one machine's
  /// address.
  static constexpr std::optional<ArpRepr> parse(base::Bytes packet) {
    if (packet.size() < size) return std::nullopt;
    const std::uint8_t* at = packet.data();
    if (base::load_be32(at) !=
            (hardware_ethernet << 16 | std::uint32_t{static_cast<std::uint16_t>(EtherType::ipv4)}) ||
        base::load_be16(at + offsetof(ArpLayout, hardware_length)) != lengths) {
      return std::nullopt;
    }
    ArpRepr arp{Operation{base::load_be16(at + offsetof(ArpLayout, operation))},
                load_mac(at + offsetof(ArpLayout, sender_mac)),
                {base::load_be32(at + offsetof(ArpLayout, sender_ip))},
                load_mac(at + offsetof(ArpLayout, target_mac)),
                {base::load_be32(at + offsetof(ArpLayout, target_ip))}};
    if (arp.operation != Operation::request && arp.operation != Operation::reply) return std::nullopt;
    if (arp.sender_mac.is_group() || arp.sender_mac == base::MacAddress{}) return std::nullopt;
    return arp;
  }
  /// `packet` holds at least `size` bytes.
  constexpr void emit(base::MutBytes packet) const {
    std::uint8_t* at = packet.data();
    base::store_be32(at, hardware_ethernet << 16 | static_cast<std::uint16_t>(EtherType::ipv4));
    base::store_be16(at + offsetof(ArpLayout, hardware_length), lengths);
    base::store_be16(at + offsetof(ArpLayout, operation), static_cast<std::uint16_t>(operation));
    store_mac(at + offsetof(ArpLayout, sender_mac), sender_mac);
    base::store_be32(at + offsetof(ArpLayout, sender_ip), sender_ip.value);
    store_mac(at + offsetof(ArpLayout, target_mac), target_mac);
    base::store_be32(at + offsetof(ArpLayout, target_ip), target_ip.value);
  }

 private:
  static constexpr std::uint32_t hardware_ethernet = 1;
  static constexpr std::uint16_t lengths = 6 << 8 | 4;  // of a MAC and of an IPv4 address
};

}  // namespace wire
