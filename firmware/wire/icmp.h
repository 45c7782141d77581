// SPDX-License-Identifier: MPL-2.0
// ICMP [rfc792]: echo, and what routers and hosts say of a packet of ours that came to nothing.
#pragma once

#include <optional>

#include "wire/ipv4.h"

namespace wire {

struct IcmpEchoLayout {
  std::uint8_t type;
  std::uint8_t code;
  base::Be16 checksum;
  base::Be16 identifier;
  base::Be16 sequence;
};
static_assert(sizeof(IcmpEchoLayout) == 8);
static_assert(offsetof(IcmpEchoLayout, checksum) == 2);
static_assert(offsetof(IcmpEchoLayout, identifier) == 4);
static_assert(offsetof(IcmpEchoLayout, sequence) == 6);

struct IcmpEchoRepr {
  enum class Type : std::uint8_t { reply = 0, request = 8 };

  Type type{};
  std::uint16_t identifier = 0;
  std::uint16_t sequence = 0;
  base::Bytes body;

  constexpr std::size_t size() const { return sizeof(IcmpEchoLayout) + body.size(); }

  /// nullopt for anything but an echo request or reply with a right checksum.
  static constexpr std::optional<IcmpEchoRepr> parse(base::Bytes message) {
    if (message.size() < sizeof(IcmpEchoLayout) || message[1] != 0) return std::nullopt;
    if (message[0] != static_cast<std::uint8_t>(Type::request) &&
        message[0] != static_cast<std::uint8_t>(Type::reply)) {
      return std::nullopt;
    }
    Checksum sum;
    sum.add(message);
    if (sum.finish() != 0) return std::nullopt;
    return IcmpEchoRepr{Type{message[0]},
                        base::load_be16(message.data() + offsetof(IcmpEchoLayout, identifier)),
                        base::load_be16(message.data() + offsetof(IcmpEchoLayout, sequence)),
                        message.subspan(sizeof(IcmpEchoLayout))};
  }
  /// `message` holds at least size() bytes and overlaps `body` nowhere.
  constexpr void emit(base::MutBytes message) const {
    std::uint8_t* at = message.data();
    at[0] = static_cast<std::uint8_t>(type);
    at[1] = 0;
    base::store_be16(at + offsetof(IcmpEchoLayout, checksum), 0);
    base::store_be16(at + offsetof(IcmpEchoLayout, identifier), identifier);
    base::store_be16(at + offsetof(IcmpEchoLayout, sequence), sequence);
    for (std::size_t i = 0; i < body.size(); ++i) at[sizeof(IcmpEchoLayout) + i] = body[i];
    Checksum sum;
    sum.add(message.first(size()));
    base::store_be16(at + offsetof(IcmpEchoLayout, checksum), sum.finish());
  }
};

/// Which packet of ours came to nothing, and why.
struct IcmpError {
  std::uint8_t type = 0, code = 0;
  IpProtocol protocol{};
  base::Ipv4Address source, destination;
  std::uint16_t source_port = 0, destination_port = 0;
  std::uint32_t sequence = 0;  // of TCP

  static constexpr std::uint8_t unreachable = 3, time_exceeded = 11;

  /// Nothing lets the next try end otherwise: a shut port, an unknown protocol, a firewall [rfc1122 3.2.2.1,
  /// rfc1812 5.2.7.1]. The other reasons may pass while routers learn.
  constexpr bool is_final() const {
    return type == unreachable && (code == 2 || code == 3 || code == 9 || code == 10 || code == 13);
  }
  /// nullopt for anything but unreachable and time exceeded with a right checksum and the first 8 bytes of
  /// the first fragment of a UDP or TCP packet.
  static constexpr std::optional<IcmpError> parse(base::Bytes message) {
    constexpr std::size_t inner_at = sizeof(IcmpEchoLayout), ports = 8;
    if (message.size() < inner_at + sizeof(Ipv4Layout) + ports) return std::nullopt;
    if (message[0] != unreachable && message[0] != time_exceeded) return std::nullopt;
    Checksum sum;
    sum.add(message);
    if (sum.finish() != 0) return std::nullopt;
    const std::uint8_t* inner = message.data() + inner_at;
    const std::size_t claimed_header = (inner[0] & 0xfU) * 4;
    if (inner[0] >> 4 != 4 || claimed_header < sizeof(Ipv4Layout) ||
        claimed_header > message.size() - inner_at - ports ||
        (base::load_be16(inner + offsetof(Ipv4Layout, flags_and_fragment_offset)) & 0x1fff) != 0) {
      return std::nullopt;
    }
    const std::uint8_t* transport = inner + claimed_header;
    return IcmpError{message[0],
                     message[1],
                     IpProtocol{inner[offsetof(Ipv4Layout, protocol)]},
                     {base::load_be32(inner + offsetof(Ipv4Layout, source))},
                     {base::load_be32(inner + offsetof(Ipv4Layout, destination))},
                     base::load_be16(transport),
                     base::load_be16(transport + 2),
                     base::load_be32(transport + 4)};
  }
};

}  // namespace wire
