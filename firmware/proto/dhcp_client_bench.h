// SPDX-License-Identifier: MPL-2.0
// For the DHCP client's tests: the client under a clock of the test's own, and a server's pen.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "proto/dhcp_client.h"

namespace proto {
namespace dhcp_test {

using base::Duration;
using base::Instant;
using base::Ipv4Address;
using wire::DhcpMessageType;
using Octets = std::vector<std::uint8_t>;

constexpr Ipv4Address server = Ipv4Address::of(198, 18, 0, 1);
constexpr Ipv4Address proxy = Ipv4Address::of(198, 18, 0, 2);
constexpr Ipv4Address ours = Ipv4Address::of(198, 18, 0, 77);
constexpr base::MacAddress mac{{0x52, 0x54, 0x00, 0x12, 0x34, 0x56}};
constexpr std::uint8_t uuid[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

inline Octets word(Ipv4Address address) {
  Octets bytes(4);
  base::store_be32(bytes.data(), address.value);
  return bytes;
}
inline Octets text(std::string_view value) {
  return Octets(value.begin(), value.end());
}

/// A client under a clock of the test's own, and a server's pen.
struct Bench {
  DhcpIdentity identity;
  DhcpTiming timing;
  base::EntropyPool entropy;
  DhcpOutcome outcome;
  Instant now = Instant::from_us(5'000'000);
  std::optional<DhcpClient> client_;
  Octets sent;
  net::UdpOutgoing last;

  explicit Bench(std::uint64_t seed = 1) {
    entropy.mix(seed);
    identity.mac = mac;
    identity.uuid = uuid;
    identity.pci = DhcpIdentity::PciId{0x8086, 0x100e};
  }
  DhcpClient& client() {
    if (!client_) client_.emplace(identity, timing, entropy, outcome, now);
    return *client_;
  }
  /// What the client sends at this moment; nullopt when nothing.
  std::optional<wire::DhcpPacket> transmit() {
    std::uint8_t room[1472];
    const auto outgoing = client().transmit(room, now);
    if (!outgoing) return std::nullopt;
    last = *outgoing;
    sent.assign(room, room + outgoing->payload_size);
    EXPECT_EQ(client().transmit(room, now), std::nullopt);  // one at a time
    return wire::DhcpPacket::parse(sent);
  }
  /// Lets time pass until the client wants to speak, no further than `limit` from now.
  std::optional<wire::DhcpPacket> next(Duration limit = Duration::seconds(100)) {
    const Instant until = now + limit;
    while (client().poll_at() <= until) {
      now = std::max(now, client().poll_at());
      if (auto packet = transmit()) return packet;
      if (client().is_finished() || client().poll_at() <= now) break;
    }
    return std::nullopt;
  }
  std::uint32_t xid() const { return base::load_be32(&sent[4]); }

  struct Reply {
    DhcpMessageType type = DhcpMessageType::offer;
    Ipv4Address yiaddr = ours;
    Ipv4Address from = server;
    std::vector<std::pair<std::uint8_t, Octets>> options{};
    bool names_server = true;
    std::string file{};
    std::uint16_t port = 67;
    std::function<void(wire::BootpHeader&)> change{};
    bool is_bootp = false;
  };
  void receive(const Reply& reply) {
    wire::BootpHeader header;
    header.op = wire::bootp_op_reply;
    header.xid = xid();
    header.yiaddr = reply.yiaddr.value;
    std::copy(mac.octets.begin(), mac.octets.end(), header.chaddr.begin());
    std::copy(reply.file.begin(), reply.file.end(), header.file.begin());
    if (reply.change) reply.change(header);
    std::uint8_t room[1472];
    wire::DhcpBuilder builder(room, header);
    if (!reply.is_bootp) builder.add_u8(53, static_cast<std::uint8_t>(reply.type));
    if (reply.names_server && !reply.is_bootp) builder.add(54, word(reply.from));
    for (const auto& [code, value] : reply.options) builder.add(code, value);
    const std::size_t size = builder.finish();
    ASSERT_NE(size, 0U);
    client().process({reply.from, Ipv4Address::broadcast(), reply.port, 68, base::Bytes(room).first(size)},
                     now);
  }
};

}  // namespace dhcp_test
}  // namespace proto
