// SPDX-License-Identifier: MPL-2.0
// The interface among well-behaved and hostile neighbours.
#include "net/net_bench.h"
#include "wire/icmp.h"

namespace net {
namespace {

using base::Duration;
using base::Ipv4Address;
using wire::ArpRepr;
using Buffer = std::vector<std::uint8_t>;

/// Notes what comes in on a port, and can be told to send.
struct Echoer {
  explicit Echoer(std::uint16_t port) : endpoint(port, *this) {}
  void process(const UdpDatagram& datagram, base::Instant) {
    received.emplace_back(datagram.payload.begin(), datagram.payload.end());
    last = datagram;
  }
  std::optional<UdpOutgoing> transmit(base::MutBytes room, base::Instant) {
    if (to_send.empty()) return std::nullopt;
    const Buffer payload = to_send.back();
    to_send.pop_back();
    EXPECT_LE(payload.size(), room.size());
    std::copy(payload.begin(), payload.end(), room.begin());
    return UdpOutgoing{{}, destination, endpoint.local_port(), 7, payload.size()};
  }
  base::Instant poll_at() const { return to_send.empty() ? base::Instant::never() : base::Instant{}; }

  UdpEndpoint endpoint;
  std::vector<Buffer> received, to_send;
  UdpDatagram last;
  Ipv4Address destination = Bench::server_address;
};

struct InterfaceTest : testing::Test {
  void SetUp() override {
    ASSERT_TRUE(bench.loop->attach(client.endpoint));
    bench.server.send_arp(question(), base::MacAddress::broadcast());
    bench.run(Duration::milliseconds(10));
    bench.network.record();
  }
  ArpRepr question() {
    return {ArpRepr::Operation::request, Bench::server_mac, Bench::server_address, {}, Bench::client_address};
  }
  Buffer ipv4(Ipv4Address source, Ipv4Address destination, wire::IpProtocol protocol, base::Bytes payload) {
    Buffer frame(34 + payload.size());
    wire::EthernetRepr{bench.mac(), Bench::server_mac, wire::EtherType::ipv4}.emit(frame);
    wire::Ipv4Repr{source, destination, protocol, payload.size()}.emit(base::MutBytes(frame).subspan(14));
    std::copy(payload.begin(), payload.end(), frame.begin() + 34);
    return frame;
  }
  Buffer udp(Ipv4Address source, Ipv4Address destination, std::uint16_t port = 1000, std::size_t size = 4) {
    Buffer datagram(8 + size, 0x61);
    wire::UdpRepr{7, port, size}.emit(datagram, source, destination);
    return ipv4(source, destination, wire::IpProtocol::udp, datagram);
  }
  static void mend_header(Buffer& frame) {
    const std::size_t size = (frame[14] & 0xfU) * 4;
    base::store_be16(frame.data() + 24, 0);
    wire::Checksum sum;
    sum.add(base::Bytes(frame).subspan(14, size));
    base::store_be16(frame.data() + 24, sum.finish());
  }
  void inject(const Buffer& frame) {
    bench.server.send_frame(frame);
    bench.run(Duration::milliseconds(2));
  }
  /// Frames that the client itself has sent since SetUp().
  std::vector<Buffer> sent() {
    std::vector<Buffer> frames;
    for (const auto& recorded : bench.network.recorded()) {
      if (recorded.from == bench.platform.nic().port()) frames.push_back(recorded.frame);
    }
    return frames;
  }

  Bench bench;
  Echoer client{1000};
};

TEST_F(InterfaceTest, takes_a_datagram_for_it_and_for_everybody) {
  inject(udp(Bench::server_address, Bench::client_address));
  inject(udp(Bench::server_address, Ipv4Address::broadcast()));
  inject(udp(Bench::server_address, Ipv4Address::of(198, 18, 0, 255)));
  EXPECT_EQ(client.received.size(), 3U);
  EXPECT_EQ(client.last.source, Bench::server_address);
  EXPECT_EQ(client.last.source_port, 7);
}

TEST_F(InterfaceTest, leaves_what_is_for_others) {
  inject(udp(Bench::server_address, Ipv4Address::of(198, 18, 0, 3)));
  inject(udp(Bench::server_address, Ipv4Address::of(224, 0, 0, 1)));
  Buffer other_mac = udp(Bench::server_address, Bench::client_address);
  other_mac[5] ^= 1;
  bench.loop->interface().receive(other_mac, bench.network.now());
  EXPECT_TRUE(client.received.empty());
  EXPECT_EQ(bench.counters().not_for_us, 3U);
}

// IPv4 rows: source broadcast, 127, multicast, 0, our own; TTL 0 is no fault of the packet that has arrived.
TEST_F(InterfaceTest, drops_impossible_sources) {
  for (const Ipv4Address source :
       {Ipv4Address::broadcast(), Ipv4Address::of(127, 0, 0, 1), Ipv4Address::of(224, 0, 0, 1),
        Ipv4Address::any(), Bench::client_address, Ipv4Address::of(198, 18, 0, 255)}) {
    inject(udp(source, Bench::client_address));
  }
  EXPECT_TRUE(client.received.empty());
  EXPECT_EQ(bench.counters().malformed, 6U);
  Buffer old = udp(Bench::server_address, Bench::client_address);
  old[22] = 0;
  mend_header(old);
  inject(old);
  EXPECT_EQ(client.received.size(), 1U);
}

// Every truncation of a good frame; nothing is read behind the end (ASan), and nothing is taken.
TEST_F(InterfaceTest, F9_drops_every_truncation) {
  const Buffer good = udp(Bench::server_address, Bench::client_address, 1000, 9);
  for (std::size_t size = 0; size < good.size(); ++size) {
    const Buffer cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    const auto packet = bench.loop->interface().receive(cut, bench.network.now());
    EXPECT_FALSE(packet.has_value()) << size;
  }
}

// A million ARP packets that cannot be: all memory is here from the start, and the cache still answers.
TEST_F(InterfaceTest, F9_a_million_bad_arp_packets_are_counted_and_change_nothing) {
  Buffer frame(60);
  wire::EthernetRepr{bench.mac(), Bench::server_mac, wire::EtherType::arp}.emit(frame);
  question().emit(base::MutBytes(frame).subspan(14));
  const std::size_t places[] = {15, 17, 18, 19};  // hardware, protocol, their lengths
  const std::uint32_t before = bench.counters().malformed;
  for (std::uint32_t i = 0; i < 1'000'000; ++i) {
    std::uint8_t& changed = frame[places[i % 4]];
    const std::uint8_t right = changed;
    changed = static_cast<std::uint8_t>(right + 1 + i % 251);
    bench.loop->interface().receive(frame, bench.network.now());
    changed = right;
  }
  EXPECT_EQ(bench.counters().malformed - before, 1'000'000U);
  inject(udp(Bench::server_address, Bench::client_address));
  EXPECT_EQ(client.received.size(), 1U);
}

// IPv4 options, whatever they hold, are stepped over, and the datagram behind them is taken.
TEST_F(InterfaceTest, F4_steps_over_options) {
  for (const std::uint8_t filler : std::initializer_list<std::uint8_t>{0, 1, 0x83, 0x44, 0xff}) {
    Buffer frame = udp(Bench::server_address, Bench::client_address);
    frame.insert(frame.begin() + 34, 40, filler);
    frame[14] = 0x4f;
    base::store_be16(frame.data() + 16, static_cast<std::uint16_t>(frame.size() - 14));
    mend_header(frame);
    inject(frame);
  }
  EXPECT_EQ(client.received.size(), 5U);
}

// A datagram in pieces reaches its port; pieces that never become one are counted and cost nothing.
TEST_F(InterfaceTest, F21_fragments_are_put_together_within_bounds) {
  for (unsigned i = 0; i < 1000; ++i) {
    Buffer frame = udp(Bench::server_address, Bench::client_address);
    base::store_be16(frame.data() + 18, static_cast<std::uint16_t>(i));
    base::store_be16(frame.data() + 20, static_cast<std::uint16_t>(i % 2 == 0 ? 0x2000 | i : 1 + i));
    mend_header(frame);
    bench.loop->interface().receive(frame, bench.network.now());
  }
  EXPECT_TRUE(client.received.empty());
  EXPECT_EQ(bench.counters().fragments, 1000U);
  const Buffer whole = udp(Bench::server_address, Bench::client_address, 1000, 2000);
  for (const std::size_t at : {std::size_t{1480}, std::size_t{0}}) {
    const std::size_t size = at == 0 ? 1480 : whole.size() - 34 - at;
    Buffer piece(whole.begin(), whole.begin() + 34);
    piece.insert(piece.end(), whole.begin() + 34 + static_cast<std::ptrdiff_t>(at),
                 whole.begin() + 34 + static_cast<std::ptrdiff_t>(at + size));
    base::store_be16(piece.data() + 16, static_cast<std::uint16_t>(20 + size));
    base::store_be16(piece.data() + 18, 4242);
    base::store_be16(piece.data() + 20, static_cast<std::uint16_t>(at / 8 | (at == 0 ? 0x2000 : 0)));
    mend_header(piece);
    inject(piece);
  }
  ASSERT_EQ(client.received.size(), 1U);
  EXPECT_EQ(client.received[0], Buffer(2000, 0x61));
}

// The UDP rows: wrong checksum, none, port 0, lengths.
TEST_F(InterfaceTest, F20_checks_datagrams) {
  Buffer wrong = udp(Bench::server_address, Bench::client_address);
  wrong.back() ^= 1;
  inject(wrong);
  EXPECT_EQ(bench.counters().bad_checksum, 1U);
  base::store_be16(wrong.data() + 40, 0);
  inject(wrong);
  EXPECT_EQ(client.received.size(), 1U);
  for (const std::uint16_t claimed : std::initializer_list<std::uint16_t>{0, 1, 7, 13, 0xffff}) {
    Buffer frame = udp(Bench::server_address, Bench::client_address);
    base::store_be16(frame.data() + 38, claimed);
    inject(frame);
  }
  Buffer port_zero = udp(Bench::server_address, Bench::client_address);
  base::store_be16(port_zero.data() + 34, 0);
  base::store_be16(port_zero.data() + 40, 0);
  inject(port_zero);
  EXPECT_EQ(bench.counters().malformed, 6U);
  inject(udp(Bench::server_address, Bench::client_address, 1001));
  EXPECT_EQ(bench.counters().no_listener, 1U);
  EXPECT_EQ(client.received.size(), 1U);
  EXPECT_TRUE(sent().empty());  // nobody is told that a port is shut
}

TEST_F(InterfaceTest, answers_echo_with_the_size_that_came) {
  for (const std::size_t size : {0U, 1U, 18U, 56U, 1472U}) {
    bench.server.ping(Bench::client_address, size);
    bench.run(Duration::milliseconds(5));
    EXPECT_EQ(bench.server.last_echo().size(), size);
  }
  EXPECT_EQ(bench.server.echo_replies(), 5U);
}

// ICMP rows: echo to broadcast and multicast, wrong checksum, F3's redirects: all without an answer.
TEST_F(InterfaceTest, F3_answers_no_other_icmp) {
  Buffer message(64);
  wire::IcmpEchoRepr{wire::IcmpEchoRepr::Type::request, 1, 1, base::Bytes(message).first(8)}.emit(
      base::MutBytes(message).subspan(16));
  const Buffer echo(message.begin() + 16, message.begin() + 32);
  inject(ipv4(Bench::server_address, Ipv4Address::broadcast(), wire::IpProtocol::icmp, echo));
  inject(ipv4(Bench::server_address, Ipv4Address::of(198, 18, 0, 255), wire::IpProtocol::icmp, echo));
  inject(ipv4(Bench::server_address, Ipv4Address::of(224, 0, 0, 1), wire::IpProtocol::icmp, echo));
  Buffer wrong = echo;
  wrong[2] ^= 1;
  inject(ipv4(Bench::server_address, Bench::client_address, wire::IpProtocol::icmp, wrong));
  for (std::uint8_t type = 1; type < 20; ++type) {
    if (type == 8) continue;
    for (std::size_t size = 0; size <= 8 + 68; ++size) {
      Buffer other(size, 0x4f);
      if (size > 0) other[0] = type;
      if (size >= 4) {
        base::store_be16(other.data() + 2, 0);
        wire::Checksum sum;
        sum.add(other);
        base::store_be16(other.data() + 2, sum.finish());
      }
      bench.loop->interface().receive(
          ipv4(Bench::server_address, Bench::client_address, wire::IpProtocol::icmp, other),
          bench.network.now());
    }
  }
  bench.run(Duration::milliseconds(5));
  EXPECT_TRUE(sent().empty());
}

// ICMP row: a flood brings one answer each at the most, and only as many as the card takes.
TEST_F(InterfaceTest, an_echo_flood_is_never_amplified) {
  for (int i = 0; i < 2000; ++i) bench.server.ping(Bench::client_address, 8);
  bench.run(Duration::milliseconds(500));
  EXPECT_GT(bench.server.echo_replies(), 0U);
  EXPECT_LE(bench.server.echo_replies(), 2000U);
  EXPECT_EQ(sent().size(), bench.server.echo_replies() + bench.server.arp_requests());
}

TEST_F(InterfaceTest, answers_who_asks_for_it_and_who_only_probes) {
  bench.server.send_arp(question(), base::MacAddress::broadcast());
  bench.run(Duration::milliseconds(2));
  ArpRepr probe = question();
  probe.sender_ip = Ipv4Address::any();
  bench.server.send_arp(probe, base::MacAddress::broadcast());
  bench.run(Duration::milliseconds(2));
  ASSERT_EQ(sent().size(), 2U);
  for (const Buffer& frame : sent()) {
    const auto reply = ArpRepr::parse(base::Bytes(frame).subspan(14));
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->operation, ArpRepr::Operation::reply);
    EXPECT_EQ(reply->sender_ip, Bench::client_address);
    EXPECT_EQ(reply->sender_mac, bench.mac());
    EXPECT_EQ(reply->target_mac, Bench::server_mac);
  }
}

// ARP rows: another's question, our own address as the sender, a storm.
TEST_F(InterfaceTest, is_not_drawn_into_others_arp) {
  ArpRepr other = question();
  other.target_ip = Ipv4Address::of(198, 18, 0, 9);
  bench.server.send_arp(other, base::MacAddress::broadcast());
  ArpRepr conflict = question();
  conflict.sender_ip = Bench::client_address;
  bench.server.send_arp(conflict, base::MacAddress::broadcast());
  bench.run(Duration::milliseconds(5));
  EXPECT_EQ(bench.counters().address_conflicts, 1U);
  Buffer announcement(60);
  wire::EthernetRepr{base::MacAddress::broadcast(), Bench::server_mac, wire::EtherType::arp}.emit(
      announcement);
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    ArpRepr storm = question();
    storm.sender_ip = storm.target_ip = {i << 8 | 7};
    storm.emit(base::MutBytes(announcement).subspan(14));
    bench.loop->interface().receive(announcement, bench.network.now());
  }
  bench.run(Duration::milliseconds(5));
  EXPECT_TRUE(sent().empty());
}

// F10: what fills a short frame up is zeros, even after a long frame went out from the same buffer.
TEST_F(InterfaceTest, F10_padding_is_zero) {
  client.to_send = {Buffer(1400, 0x55)};
  bench.run(Duration::milliseconds(20));
  client.to_send = {Buffer(1, 0x55)};
  bench.run(Duration::milliseconds(20));
  bench.server.ping(Bench::client_address, 1);
  bench.server.send_arp(question(), base::MacAddress::broadcast());
  bench.run(Duration::milliseconds(20));
  const std::size_t ends[] = {14 + 28, 14 + 20 + 8 + 1400, 14 + 20 + 8 + 1, 14 + 20 + 8 + 1, 14 + 28};
  const auto frames = sent();
  ASSERT_EQ(frames.size(), std::size(ends));
  for (std::size_t i = 0; i < frames.size(); ++i) {
    EXPECT_GE(frames[i].size(), 60U);
    for (std::size_t at = ends[i]; at < frames[i].size(); ++at) EXPECT_EQ(frames[i][at], 0) << i << " " << at;
  }
}

TEST_F(InterfaceTest, holds_a_datagram_until_arp_has_answered) {
  client.to_send = {Buffer(3, 0x41)};
  std::size_t arrived = 0;
  bench.server.serve_udp(7, [&](const auto& datagram) { arrived += datagram.payload.size(); });
  EXPECT_TRUE(bench.wait([&] { return arrived == 3; }, Duration::seconds(1)));
  EXPECT_EQ(bench.server.arp_requests(), 1U);
}

TEST_F(InterfaceTest, sends_through_the_gateway_what_is_not_on_the_network) {
  const Ipv4Address far = Ipv4Address::of(203, 0, 113, 5);
  client.destination = far;
  client.to_send = {Buffer(3, 0x41)};
  bench.run(Duration::milliseconds(5));
  EXPECT_EQ(bench.counters().unsendable, 1U);
  EXPECT_TRUE(sent().empty());
  bench.loop->interface().configure(
      {Bench::client_address, Ipv4Address::of(255, 255, 255, 0), Bench::server_address});
  client.to_send = {Buffer(3, 0x41)};
  bench.run(Duration::milliseconds(20));
  const auto frames = sent();
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(wire::Ipv4View::parse(base::Bytes(frames[1]).subspan(14))->destination(), far);
  EXPECT_EQ(wire::EthernetView::parse(frames[1])->destination(), Bench::server_mac);
}

TEST_F(InterfaceTest, without_an_address_everything_to_its_mac_may_be_an_offer) {
  bench.loop->interface().configure({});
  inject(udp(Bench::server_address, Ipv4Address::of(198, 18, 0, 200)));
  inject(udp(Bench::server_address, Ipv4Address::broadcast()));
  inject(udp(Bench::server_address, Ipv4Address::of(224, 0, 0, 1)));
  EXPECT_EQ(client.received.size(), 2U);
  client.destination = Ipv4Address::broadcast();
  client.to_send = {Buffer(3, 0x41)};
  bench.run(Duration::milliseconds(5));
  const auto frames = sent();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(wire::Ipv4View::parse(base::Bytes(frames[0]).subspan(14))->source(), Ipv4Address::any());
  bench.server.send_arp(question(), base::MacAddress::broadcast());
  bench.run(Duration::milliseconds(5));
  EXPECT_EQ(sent().size(), 1U);  // no ARP for an address that is not ours yet
}

TEST_F(InterfaceTest, a_missing_netmask_is_the_one_of_the_class) {
  Interface& interface = bench.loop->interface();
  interface.configure({Ipv4Address::of(10, 1, 2, 3), {}, {}});
  EXPECT_EQ(interface.next_hop(Ipv4Address::of(10, 200, 0, 1)), Ipv4Address::of(10, 200, 0, 1));
  EXPECT_TRUE(interface.next_hop(Ipv4Address::of(11, 0, 0, 1)).is_any());
  interface.configure({Ipv4Address::of(172, 16, 2, 3), {}, {}});
  EXPECT_TRUE(interface.is_broadcast(Ipv4Address::of(172, 16, 255, 255)));
  interface.configure({Ipv4Address::of(192, 0, 2, 3), {}, {}});
  EXPECT_TRUE(interface.is_broadcast(Ipv4Address::of(192, 0, 2, 255)));
}

// DHCP row: a netmask with holes, and those that leave no host: no crash, and the neighbour still answers.
TEST_F(InterfaceTest, lives_with_any_netmask) {
  for (const std::uint32_t mask : {0xff00ff00U, 0x00000001U, 0xffffffffU, 0xfffffffeU, 0x7fffffffU}) {
    bench.loop->interface().configure({Bench::client_address, {mask}, Bench::server_address});
    EXPECT_FALSE(bench.loop->interface().next_hop(Bench::server_address).is_any()) << mask;
    EXPECT_FALSE(bench.loop->interface().is_broadcast(Bench::server_address)) << mask;
  }
}

TEST_F(InterfaceTest, the_mtu_is_only_made_smaller) {
  Interface& interface = bench.loop->interface();
  for (const auto& [told, used] : {std::pair{0, 1500}, {1400, 1400}, {9000, 1500}, {68, 1500}, {576, 576}}) {
    interface.configure({Bench::client_address, {}, {}, static_cast<std::uint16_t>(told)});
    EXPECT_EQ(interface.mtu(), static_cast<std::size_t>(used)) << told;
  }
}

}  // namespace
}  // namespace net
