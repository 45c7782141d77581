// SPDX-License-Identifier: MPL-2.0
// UDP headers [rfc768].
#pragma once

#include <optional>

#include "wire/ipv4.h"

namespace wire {

struct UdpLayout {
  base::Be16 source_port;
  base::Be16 destination_port;
  base::Be16 length;
  base::Be16 checksum;
};
static_assert(sizeof(UdpLayout) == 8);
static_assert(offsetof(UdpLayout, destination_port) == 2);
static_assert(offsetof(UdpLayout, length) == 4);
static_assert(offsetof(UdpLayout, checksum) == 6);

class UdpView {
 public:
  /// nullopt when the length is less than a header's or more than there is; what stands behind it is left
  /// out.
  static constexpr std::optional<UdpView> parse(base::Bytes datagram) {
    if (datagram.size() < sizeof(UdpLayout)) return std::nullopt;
    const std::size_t claimed_length = base::load_be16(datagram.data() + offsetof(UdpLayout, length));
    if (claimed_length < sizeof(UdpLayout) || claimed_length > datagram.size()) return std::nullopt;
    return UdpView(datagram.first(claimed_length));
  }
  /// A checksum of 0 says that the sender made none.
  constexpr bool checksum_ok(base::Ipv4Address source, base::Ipv4Address destination) const {
    if (base::load_be16(datagram_.data() + offsetof(UdpLayout, checksum)) == 0) return true;
    Checksum sum;
    sum.add_pseudo_header(source, destination, static_cast<std::uint8_t>(IpProtocol::udp), datagram_.size());
    sum.add(datagram_);
    return sum.finish() == 0;
  }
  constexpr std::uint16_t source_port() const { return base::load_be16(datagram_.data()); }
  constexpr std::uint16_t destination_port() const {
    return base::load_be16(datagram_.data() + offsetof(UdpLayout, destination_port));
  }
  constexpr base::Bytes payload() const { return datagram_.subspan(sizeof(UdpLayout)); }

 private:
  explicit constexpr UdpView(base::Bytes datagram) : datagram_(datagram) {}
  base::Bytes datagram_;
};

struct UdpRepr {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::size_t payload_size = 0;

  static constexpr std::size_t size = sizeof(UdpLayout);

  /// `datagram` is exactly size + payload_size bytes, and the payload already stands in its place.
  constexpr void emit(base::MutBytes datagram, base::Ipv4Address source,
                      base::Ipv4Address destination) const {
    std::uint8_t* at = datagram.data();
    base::store_be16(at, source_port);
    base::store_be16(at + offsetof(UdpLayout, destination_port), destination_port);
    base::store_be32(at + offsetof(UdpLayout, length), static_cast<std::uint32_t>(datagram.size()) << 16);
    Checksum sum;
    sum.add_pseudo_header(source, destination, static_cast<std::uint8_t>(IpProtocol::udp), datagram.size());
    sum.add(datagram);
    const std::uint16_t checksum = sum.finish();
    base::store_be16(at + offsetof(UdpLayout, checksum),
                     checksum == 0 ? 0xffff : checksum);  // 0 would say "none"
  }
};

}  // namespace wire
