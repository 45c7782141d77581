// SPDX-License-Identifier: MPL-2.0
// IPv4 datagrams that came in pieces [rfc791 3.2, rfc815].
#pragma once

#include <array>
#include <optional>

#include "base/time.h"
#include "wire/ipv4.h"

namespace net {

/// Room for four datagrams at a time; a fifth takes the place of the oldest. A datagram whose pieces overlap
/// in part, contradict each other or lie beyond the room is dropped whole [rfc5722 for why]; a copy of a
/// piece is ignored.
class Reassembly {
 public:
  static constexpr std::size_t max_datagrams = 4;
  static constexpr std::size_t max_payload = 4096;
  static constexpr base::Duration patience = base::Duration::seconds(15);

  /// The whole datagram when `fragment` was the last piece of it; valid until the next call.
  std::optional<wire::Ipv4View> add(const wire::Ipv4View& fragment, base::Instant now);

 private:
  static constexpr std::size_t unit = 8;  // what fragment offsets count in
  struct Datagram {
    base::Ipv4Address source, destination;
    wire::IpProtocol protocol{};
    std::uint16_t identification = 0;
    base::Instant expires;  // in the past: nothing is here
    std::size_t total = 0;  // of the payload; 0 until the last piece came
    std::size_t reach = 0;  // end of the furthest piece
    std::size_t units = 0;  // that have come
    std::array<bool, max_payload / unit> has{};
    std::array<std::uint8_t, wire::Ipv4Repr::size + max_payload> packet{};
  };
  Datagram& place_of(const wire::Ipv4View& fragment, base::Instant now);

  std::array<Datagram, max_datagrams> datagrams_{};
};

}  // namespace net
