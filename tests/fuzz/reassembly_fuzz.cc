// SPDX-License-Identifier: MPL-2.0
// Pieces of datagrams in any order and shape: each octet of a datagram that comes out was in a piece that
// went in.
#include <memory>

#include "fuzz_target.h"
#include "net/reassembly.h"

FUZZ_TARGET(reassembly) {
  const auto reassembly = std::make_unique<net::Reassembly>();
  fuzz::Reader reader{input};
  base::Instant now = base::Instant::from_us(1'000'000);
  while (!reader.rest.empty()) {
    // Which datagram, where, whether more follows, how much time has passed, how long.
    const std::uint8_t id = reader.number(), place = reader.number(), flags = reader.number();
    const std::size_t size = reader.number() * ((flags & 2) != 0 ? 8U : 1U);
    std::vector<std::uint8_t> packet(wire::Ipv4Repr::size + size);
    wire::Ipv4Repr{{0xc6120001U + (id & 1U)}, {0xc6120002U}, wire::IpProtocol::udp, size}.emit(packet);
    base::store_be16(&packet[4], id & 0x3eU);
    const unsigned units = (flags & 4) != 0 ? place * 32U : place;
    base::store_be16(&packet[6], static_cast<std::uint16_t>((units & 0x1fff) | (flags & 1 ? 0x2000 : 0)));
    // Every octet says where in which datagram it belongs.
    for (std::size_t i = 0; i < size; ++i) {
      packet[wire::Ipv4Repr::size + i] = static_cast<std::uint8_t>((id & 0x3fU) * 41 + (units * 8 + i) * 3);
    }
    if ((flags & 8) != 0) now = now + base::Duration::seconds(1 + (flags >> 4));
    const auto whole = reassembly->add(*wire::Ipv4View::parse(packet), now);
    if (!whole) continue;
    fuzz::require(whole->checksum_ok() && !whole->is_fragment());
    fuzz::require(whole->payload().size() <= net::Reassembly::max_payload);
    for (std::size_t i = 0; i < whole->payload().size(); ++i) {
      fuzz::require(whole->payload()[i] == static_cast<std::uint8_t>((id & 0x3fU) * 41 + i * 3));
    }
  }
}
