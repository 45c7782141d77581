// SPDX-License-Identifier: MPL-2.0
// Link-layer, IPv4 and physical addresses as types of their own.
#pragma once

#include <array>
#include <compare>
#include <cstdint>

namespace base {

struct MacAddress {
  std::array<std::uint8_t, 6> octets{};

  static constexpr MacAddress broadcast() { return {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}; }
  constexpr bool is_group() const { return (octets[0] & 1) != 0; }
  constexpr bool operator==(const MacAddress&) const = default;
};
static_assert(sizeof(MacAddress) == 6);

/// Host order inside; the wire layer converts.
struct Ipv4Address {
  std::uint32_t value = 0;

  static constexpr Ipv4Address any() { return {0}; }
  static constexpr Ipv4Address broadcast() { return {0xffffffffU}; }
  static constexpr Ipv4Address of(unsigned a, unsigned b, unsigned c, unsigned d) {
    return {static_cast<std::uint32_t>(a << 24 | b << 16 | c << 8 | d)};
  }
  constexpr bool is_any() const { return value == 0; }
  constexpr bool is_multicast() const { return value >> 28 == 0xe; }
  constexpr bool is_loopback() const { return value >> 24 == 127; }
  constexpr auto operator<=>(const Ipv4Address&) const = default;
};

/// An address on the memory bus. On the BIOS platform equal to the linear address.
struct PhysicalAddress {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const PhysicalAddress&) const = default;
  constexpr PhysicalAddress operator+(std::uint64_t offset) const { return {value + offset}; }
};

}  // namespace base
