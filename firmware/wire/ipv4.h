// SPDX-License-Identifier: MPL-2.0
// IPv4 headers [rfc791 3.1].
#pragma once

#include <optional>

#include "base/address.h"
#include "wire/checksum.h"

namespace wire {

struct Ipv4Layout {
  std::uint8_t version_and_ihl;
  std::uint8_t type_of_service;
  base::Be16 total_length;
  base::Be16 identification;
  base::Be16 flags_and_fragment_offset;
  std::uint8_t time_to_live;
  std::uint8_t protocol;
  base::Be16 header_checksum;
  base::Be32 source;
  base::Be32 destination;
};
static_assert(sizeof(Ipv4Layout) == 20);
static_assert(offsetof(Ipv4Layout, type_of_service) == 1);
static_assert(offsetof(Ipv4Layout, total_length) == 2);
static_assert(offsetof(Ipv4Layout, identification) == 4);
static_assert(offsetof(Ipv4Layout, flags_and_fragment_offset) == 6);
static_assert(offsetof(Ipv4Layout, time_to_live) == 8);
static_assert(offsetof(Ipv4Layout, protocol) == 9);
static_assert(offsetof(Ipv4Layout, header_checksum) == 10);
static_assert(offsetof(Ipv4Layout, source) == 12);
static_assert(offsetof(Ipv4Layout, destination) == 16);

enum class IpProtocol : std::uint8_t { icmp = 1, tcp = 6, udp = 17 };

class Ipv4View {
 public:
  /// nullopt when the version or any length is wrong. Options are stepped over unread: a host that forwards
  /// nothing needs none of them. The checksum is a question of its own.
  static constexpr std::optional<Ipv4View> parse(base::Bytes packet) {
    if (packet.size() < sizeof(Ipv4Layout) || packet[0] >> 4 != 4) return std::nullopt;
    const std::size_t claimed_header = (packet[0] & 0xfU) * 4;
    const std::size_t claimed_total = base::load_be16(packet.data() + offsetof(Ipv4Layout, total_length));
    if (claimed_header < sizeof(Ipv4Layout) || claimed_total < claimed_header ||
        claimed_total > packet.size()) {
      return std::nullopt;
    }
    return Ipv4View(packet.first(claimed_total), claimed_header);
  }
  constexpr bool checksum_ok() const {
    Checksum sum;
    sum.add(packet_.first(header_size_));
    return sum.finish() == 0;
  }
  /// True for any piece of a datagram that came in more than one.
  constexpr bool is_fragment() const {
    return (base::load_be16(packet_.data() + offsetof(Ipv4Layout, flags_and_fragment_offset)) & 0x3fff) != 0;
  }
  constexpr std::uint16_t identification() const {
    return base::load_be16(packet_.data() + offsetof(Ipv4Layout, identification));
  }
  constexpr bool more_fragments() const {
    return (packet_[offsetof(Ipv4Layout, flags_and_fragment_offset)] & 0x20) != 0;
  }
  /// Bytes.
  constexpr std::size_t fragment_offset() const {
    return (base::load_be16(packet_.data() + offsetof(Ipv4Layout, flags_and_fragment_offset)) & 0x1fffU) * 8;
  }
  constexpr IpProtocol protocol() const { return IpProtocol{packet_[offsetof(Ipv4Layout, protocol)]}; }
  constexpr base::Ipv4Address source() const {
    return {base::load_be32(packet_.data() + offsetof(Ipv4Layout, source))};
  }
  constexpr base::Ipv4Address destination() const {
    return {base::load_be32(packet_.data() + offsetof(Ipv4Layout, destination))};
  }
  constexpr base::Bytes payload() const { return packet_.subspan(header_size_); }

 private:
  constexpr Ipv4View(base::Bytes packet, std::size_t header_size)
      : packet_(packet), header_size_(header_size) {}
  base::Bytes packet_;
  std::size_t header_size_;
};

/// What we send: no options, never to be fragmented.
struct Ipv4Repr {
  base::Ipv4Address source;
  base::Ipv4Address destination;
  IpProtocol protocol{};
  std::size_t payload_size = 0;

  static constexpr std::size_t size = sizeof(Ipv4Layout);
  static constexpr std::uint8_t time_to_live = 64;

  /// `packet` holds at least `size` bytes; size + payload_size < 65536.
  constexpr void emit(base::MutBytes packet) const {
    std::uint8_t* at = packet.data();
    base::store_be16(at, 0x4500);
    base::store_be16(at + offsetof(Ipv4Layout, total_length),
                     static_cast<std::uint16_t>(size + payload_size));
    base::store_be32(at + offsetof(Ipv4Layout, identification),
                     0x4000);  // id 0 [rfc6864 4.1], don't fragment
    base::store_be32(at + offsetof(Ipv4Layout, time_to_live),
                     std::uint32_t{time_to_live} << 24 | static_cast<std::uint32_t>(protocol) << 16);
    base::store_be32(at + offsetof(Ipv4Layout, source), source.value);
    base::store_be32(at + offsetof(Ipv4Layout, destination), destination.value);
    Checksum sum;
    sum.add(packet.first(size));
    base::store_be16(at + offsetof(Ipv4Layout, header_checksum), sum.finish());
  }
};

}  // namespace wire
