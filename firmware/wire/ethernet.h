// SPDX-License-Identifier: MPL-2.0
// Ethernet II frames without their check sequence [ieee 802.3 3.1].
#pragma once

#include <optional>

#include "base/address.h"
#include "base/bytes.h"

namespace wire {

struct EthernetLayout {
  std::uint8_t destination[6];
  std::uint8_t source[6];
  base::Be16 ether_type;
};
static_assert(sizeof(EthernetLayout) == 14);
static_assert(offsetof(EthernetLayout, source) == 6);
static_assert(offsetof(EthernetLayout, ether_type) == 12);

enum class EtherType : std::uint16_t { ipv4 = 0x0800, arp = 0x0806 };

constexpr base::MacAddress load_mac(const std::uint8_t* at) {
  return {{at[0], at[1], at[2], at[3], at[4], at[5]}};
}
constexpr void store_mac(std::uint8_t* at, const base::MacAddress& mac) {
  for (std::size_t i = 0; i < mac.octets.size(); ++i) at[i] = mac.octets[i];
}

class EthernetView {
 public:
  /// nullopt when the frame is shorter than its header.
  static constexpr std::optional<EthernetView> parse(base::Bytes frame) {
    if (frame.size() < sizeof(EthernetLayout)) return std::nullopt;
    return EthernetView(frame);
  }
  constexpr base::MacAddress destination() const { return load_mac(frame_.data()); }
  constexpr base::MacAddress source() const {
    return load_mac(frame_.data() + offsetof(EthernetLayout, source));
  }
  constexpr EtherType type() const {
    return EtherType{base::load_be16(frame_.data() + offsetof(EthernetLayout, ether_type))};
  }
  /// With the padding of short frames still behind it.
  constexpr base::Bytes payload() const { return frame_.subspan(sizeof(EthernetLayout)); }

 private:
  explicit constexpr EthernetView(base::Bytes frame) : frame_(frame) {}
  base::Bytes frame_;
};

struct EthernetRepr {
  base::MacAddress destination;
  base::MacAddress source;
  EtherType type{};

  static constexpr std::size_t size = sizeof(EthernetLayout);
  /// `frame` holds at least `size` bytes.
  constexpr void emit(base::MutBytes frame) const {
    store_mac(frame.data(), destination);
    store_mac(frame.data() + offsetof(EthernetLayout, source), source);
    base::store_be16(frame.data() + offsetof(EthernetLayout, ether_type), static_cast<std::uint16_t>(type));
  }
};

}  // namespace wire
