// SPDX-License-Identifier: MPL-2.0
// acquire() against DHCP servers on a simulated network, good and bad.
#include "proto/acquire.h"

#include "net/net_bench.h"

namespace proto {
namespace {

using base::Duration;
using base::Instant;
using base::Ipv4Address;
using platform::host::LinkQuality;
using platform::host::SimulatedServer;
using wire::DhcpMessageType;
using Octets = std::vector<std::uint8_t>;

constexpr Ipv4Address ours = Ipv4Address::of(198, 18, 0, 77);

/// Offers and confirms one address; or says only what to boot.
class DhcpServer {
 public:
  DhcpServer(SimulatedServer& server, Ipv4Address address) : server_(server), address_(address) {
    server.serve_udp(67, [this](const SimulatedServer::Datagram& datagram) { receive(datagram); });
    server.serve_udp(4011, [this](const SimulatedServer::Datagram& datagram) { receive(datagram); });
  }
  std::string file;
  bool is_pxe = false;
  bool answers_unicast =
      true;  // to the offered address and the client's MAC, when the client does not ask otherwise
  unsigned refusals = 0;  // DHCPNAKs to come
  std::vector<DhcpMessageType> received;
  std::vector<std::uint32_t> xids;
  std::vector<std::uint16_t> ports;

 private:
  void receive(const SimulatedServer::Datagram& datagram) {
    const auto query = wire::DhcpPacket::parse(datagram.payload);
    if (!query || datagram.source_port != 68) return;
    const auto type = query->message_type();
    received.push_back(*type);
    xids.push_back(query->header().xid);
    ports.push_back(datagram.destination_port);
    const auto wanted_server = query->options().find_ipv4(54);
    if (wanted_server && *wanted_server != server_.address()) return;
    wire::BootpHeader header;
    header.op = wire::bootp_op_reply;
    header.xid = query->header().xid;
    header.flags = query->header().flags;
    header.yiaddr = address_.value;
    header.chaddr = query->header().chaddr;
    header.siaddr = server_.address().value;
    const bool at_boot_port = datagram.destination_port == 4011;
    if (at_boot_port) header.ciaddr = query->header().ciaddr;
    if (!is_pxe || at_boot_port) std::copy(file.begin(), file.end(), header.file.begin());
    std::uint8_t room[600];
    wire::DhcpBuilder builder(room, header);
    DhcpMessageType answer =
        type == DhcpMessageType::discover ? DhcpMessageType::offer : DhcpMessageType::ack;
    if (answer == DhcpMessageType::ack && refusals != 0) {
      --refusals;
      answer = DhcpMessageType::nak;
    }
    builder.add_u8(53, static_cast<std::uint8_t>(answer));
    builder.add_u32(54, server_.address().value);
    builder.add_u32(1, 0xffffff00);
    builder.add_u32(3, server_.address().value);
    if (is_pxe) builder.add(60, base::as_bytes("PXEClient"));
    const base::Bytes packet = base::Bytes(room).first(builder.finish());
    const bool broadcast = (query->header().flags & wire::dhcp_flag_broadcast) != 0;
    if (at_boot_port) {
      server_.send_udp(4011, datagram.source, 68, packet);
    } else if (broadcast || address_.is_any()) {
      server_.send_udp(67, Ipv4Address::broadcast(), 68, packet);
    } else if (answers_unicast) {
      server_.send_udp_from(server_.address(), 67, datagram.source_mac, address_, 68, packet);
    }
  }
  SimulatedServer& server_;
  Ipv4Address address_;
};

struct Bench : net::Bench {
  explicit Bench(std::uint64_t seed = 1, LinkQuality cable = {}) : net::Bench(seed, {}, cable, cable) {
    identity.mac = mac();
  }
  std::string run() {
    const Instant begin = network.now();
    const base::Status status = acquire(*loop, identity, timing, outcome);
    took = network.now() - begin;
    if (!status) code = status.error().code();
    return status ? "" : std::string(status.error().sentence());
  }
  DhcpIdentity identity;
  DhcpTiming timing;
  DhcpOutcome outcome;
  Duration took;
  base::ErrorCode code{};
};

TEST(Acquire, address_is_ours_in_a_millisecond_when_the_offer_is_complete) {
  Bench bench;
  DhcpServer dhcp(bench.server, ours);
  dhcp.file = "boot.gpxe";
  EXPECT_EQ(bench.run(), "");
  EXPECT_EQ(bench.loop->interface().config().address, ours);
  EXPECT_EQ(bench.loop->interface().config().netmask, Ipv4Address::of(255, 255, 255, 0));
  EXPECT_EQ(bench.loop->interface().config().gateway, Bench::server_address);
  EXPECT_EQ(dhcp.received, (std::vector{DhcpMessageType::discover, DhcpMessageType::request}));
  EXPECT_LT(bench.took.us(), 5000);
  EXPECT_FALSE(bench.outcome.ack.is_empty());
}

TEST(Acquire, offer_without_a_file_costs_the_wait_for_a_proxy) {
  Bench bench;
  DhcpServer dhcp(bench.server, ours);
  EXPECT_EQ(bench.run(), "");
  EXPECT_EQ(bench.took.us() / 10'000, 200);
}

TEST(Acquire, proxy_on_port_4011_names_the_file) {
  Bench bench;
  SimulatedServer other(bench.network, base::MacAddress{{0x52, 0x54, 0, 0xaa, 0, 2}},
                        Ipv4Address::of(198, 18, 0, 3));
  DhcpServer dhcp(bench.server, ours);
  DhcpServer proxy(other, Ipv4Address::any());
  proxy.is_pxe = true;
  proxy.file = "from-the-proxy";
  EXPECT_EQ(bench.run(), "");
  std::uint8_t scratch[128];
  const auto packet = wire::DhcpPacket::parse(bench.outcome.proxy.view());
  ASSERT_TRUE(packet);
  EXPECT_EQ(base::as_text(packet->boot_file(scratch)), "from-the-proxy");
  EXPECT_EQ(proxy.ports.back(), 4011);
  EXPECT_LT(bench.took.us(), 20'000);
}

TEST(Acquire, replies_that_need_the_broadcast_flag_arrive_from_the_third_try_on) {
  Bench bench;
  DhcpServer dhcp(bench.server, ours);
  dhcp.file = "x";
  dhcp.answers_unicast = false;
  EXPECT_EQ(bench.run(), "");
  EXPECT_EQ(bench.took.us() / 1'000'000, 3);
}

TEST(Acquire, refusals_are_survived_up_to_the_third) {
  Bench bench;
  DhcpServer dhcp(bench.server, ours);
  dhcp.file = "x";
  dhcp.refusals = 2;
  EXPECT_EQ(bench.run(), "");
  EXPECT_EQ(dhcp.received.size(), 6U);
  dhcp.refusals = 3;
  EXPECT_NE(bench.run().find("DHCPNAK"), std::string::npos);
  EXPECT_FALSE(bench.loop->interface().is_configured());
  EXPECT_EQ(bench.run(), "");  // and again from the beginning
}

TEST(Acquire, bad_cables_cost_time_and_nothing_else) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    LinkQuality cable;
    cable.loss = 200;
    cable.duplication = cable.reordering = cable.corruption = 50;
    Bench bench(seed, cable);
    DhcpServer dhcp(bench.server, ours);
    dhcp.file = "x";
    EXPECT_EQ(bench.run(), "") << seed;
    EXPECT_EQ(bench.loop->interface().config().address, ours);
  }
}

TEST(Acquire, silence_and_ctrl_c_are_sentences) {
  Bench bench;
  bench.timing.total = Duration::seconds(10);
  EXPECT_NE(bench.run().find("DHCP: no answer to 4 requests in 10 s"), std::string::npos);
  EXPECT_FALSE(bench.loop->interface().is_configured());
  bench.network.at(bench.in(Duration::seconds(3)), [&bench] { bench.platform.press("\3"); });
  EXPECT_EQ(bench.run(), "DHCP was cancelled by Ctrl-C");
  EXPECT_EQ(bench.code, base::ErrorCode::cancelled);
  EXPECT_EQ(bench.took.us() / 1'000'000, 3);
}

}  // namespace
}  // namespace proto
