// SPDX-License-Identifier: MPL-2.0
// ICMP echo [rfc792], the one message of its kind we take part in.
#pragma once

#include <optional>

#include "wire/checksum.h"

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

}  // namespace wire
