// SPDX-License-Identifier: MPL-2.0
// A whole DHCP conversation with a server that says what it likes, when it likes. Each packet of the input is
// <milliseconds / 16> <port> <length high> <length low> <bytes>; its xid and MAC are made right, or nothing
// would happen.
#include <algorithm>
#include <cstring>

#include "fuzz_target.h"
#include "proto/dhcp_client.h"

FUZZ_TARGET(dhcp_client) {
  fuzz::Reader reader{input};
  base::EntropyPool entropy;
  proto::DhcpIdentity identity;
  identity.mac = {{0x52, 0x54, 0, 1, 2, 3}};
  const proto::DhcpTiming timing;
  proto::DhcpOutcome outcome;
  base::Instant now = base::Instant::from_us(1);
  const base::Instant start = now;
  proto::DhcpClient client(identity, timing, entropy, outcome, now);
  std::uint8_t sent[1472];
  std::uint32_t xid = 0;
  const auto turn = [&] {
    while (const auto outgoing = client.transmit(sent, now)) {
      const auto packet = wire::DhcpPacket::parse(base::Bytes(sent).first(outgoing->payload_size));
      fuzz::require(packet && packet->header().op == 1);
      xid = packet->header().xid;
      fuzz::note(base::Bytes(sent).first(outgoing->payload_size));
    }
    if (client.has_lease()) {
      fuzz::require(!client.config().address.is_any());
      client.interface_is_up(now);
    }
  };
  turn();
  while (!reader.rest.empty() && !client.is_finished()) {
    now = now + base::Duration::milliseconds(reader.number() * 16);
    static constexpr std::uint16_t ports[] = {67, 4011, 68, 67};
    const std::uint16_t port = ports[reader.number() & 3];
    const std::size_t high = reader.number();
    const base::Bytes bytes = reader.piece(high << 8 | reader.number());
    std::uint8_t packet[1500] = {};
    const std::size_t size = std::min(bytes.size(), sizeof packet);
    std::copy_n(bytes.begin(), size, packet);
    if (size >= 240) {
      packet[0] = 2;
      packet[2] = 6;
      base::store_be32(packet + 4, xid);
      std::copy(identity.mac.octets.begin(), identity.mac.octets.end(), packet + 28);
      base::store_be32(packet + 236, wire::dhcp_magic_cookie);
    }
    turn();
    client.process({base::Ipv4Address::of(198, 18, 0, 1), base::Ipv4Address::broadcast(), port, 68,
                    base::Bytes(packet).first(size)},
                   now);
    turn();
  }
  // Whatever was said, it ends.
  for (int turns = 0; !client.is_finished(); ++turns) {
    fuzz::require(turns < 1000);
    now = std::max(now, client.poll_at());
    turn();
  }
  fuzz::require(now <= start + timing.total + timing.proxy_wait + base::Duration::seconds(1200));
  if (client.failure() != nullptr) {
    fuzz::require(!client.failure()->sentence().empty());
    fuzz::note(client.failure()->sentence());
  }
}
