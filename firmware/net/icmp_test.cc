// SPDX-License-Identifier: MPL-2.0
// What ICMP may say of our packets, who hears it, and what is not believed.
#include "wire/icmp.h"

#include "net/net_bench.h"

namespace net {
namespace {

using base::Duration;
using base::Ipv4Address;
using Octets = std::vector<std::uint8_t>;

/// Says one thing to the server, and then waits.
struct Talker {
  std::optional<UdpOutgoing> transmit(base::MutBytes room, base::Instant) {
    if (said) return std::nullopt;
    said = true;
    room[0] = 1;
    return UdpOutgoing{{}, Bench::server_address, 1000, 69, 1};
  }
  void process(const UdpDatagram&, base::Instant) {}
  base::Instant poll_at() const { return said ? base::Instant::never() : base::Instant{}; }
  bool said = false;
};

/// An ICMP message about a UDP datagram from port 1000 to the server's port 69.
Octets message_about_us(std::uint8_t type = 3, std::uint8_t code = 3) {
  Octets message(36);
  message[0] = type;
  message[1] = code;
  wire::Ipv4Repr{Bench::client_address, Bench::server_address, wire::IpProtocol::udp, 9}.emit(
      base::MutBytes(message).subspan(8));
  base::store_be16(&message[28], 1000);
  base::store_be16(&message[30], 69);
  return message;
}
void mend(Octets& message) {
  if (message.size() < 4) return;
  base::store_be16(&message[2], 0);
  wire::Checksum sum;
  sum.add(message);
  base::store_be16(&message[2], sum.finish());
}

struct IcmpTest : testing::Test {
  void SetUp() override {
    ASSERT_TRUE(bench.loop->attach(endpoint));
    bench.run(Duration::milliseconds(10));
  }
  /// What the endpoint is told when `message` comes.
  std::optional<IcmpReport> heard(const Octets& message) {
    bench.server.send_ipv4(bench.mac(), Bench::server_address, Bench::client_address, wire::IpProtocol::icmp,
                           message);
    bench.run(Duration::milliseconds(2));
    return endpoint.take_report();
  }
  Bench bench;
  Talker talker;
  UdpEndpoint endpoint{1000, talker};
};

TEST_F(IcmpTest, shut_port_is_heard_and_told_in_a_sentence) {
  bench.server.report_unreachable(3);
  talker.said = false;
  bench.run(Duration::milliseconds(10));
  const auto report = endpoint.take_report();
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->error.is_final());
  EXPECT_EQ(report->weight(), IcmpReport::enough);
  EXPECT_EQ(report->sentence().sentence(),
            "198.18.0.1 port 69 cannot be reached: 198.18.0.1 says that nothing listens there; start the "
            "server, or "
            "correct the port");
  EXPECT_FALSE(endpoint.take_report());
}

TEST_F(IcmpTest, reasons_are_final_or_may_pass) {
  for (std::uint8_t code = 0; code < 16; ++code) {
    Octets message = message_about_us(3, code);
    mend(message);
    const auto report = heard(message);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->error.is_final(), code == 2 || code == 3 || code == 9 || code == 10 || code == 13)
        << +code;
  }
  Octets circle = message_about_us(11, 0);
  mend(circle);
  EXPECT_EQ(heard(circle)->weight(), 1U);
}

// Truncated at every byte, an inner header of 60 bytes, other messages, other machines' packets.
TEST_F(IcmpTest, F3_errors_cut_at_every_byte_are_not_heard) {
  const Octets whole = message_about_us();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Octets cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    mend(cut);
    EXPECT_FALSE(heard(cut)) << size;
  }
  Octets good = whole;
  mend(good);
  EXPECT_TRUE(heard(good));
}

TEST_F(IcmpTest, F3_an_inner_header_that_cannot_be_is_not_read) {
  for (const std::uint8_t version_and_ihl : std::initializer_list<std::uint8_t>{0x4f, 0x40, 0x44, 0x55, 0x05}) {
    Octets message = message_about_us();
    message[8] = version_and_ihl;
    mend(message);
    EXPECT_FALSE(heard(message)) << +version_and_ihl;
  }
  Octets long_header = message_about_us();  // and one that is whole, with options, is read
  long_header[8] = 0x4f;
  long_header.insert(long_header.begin() + 28, 40, 1);
  mend(long_header);
  EXPECT_TRUE(heard(long_header));
}

TEST_F(IcmpTest, F3_redirects_and_what_is_not_about_us_change_nothing) {
  for (std::uint8_t type = 0; type < 20; ++type) {
    if (type == 3 || type == 11) continue;
    Octets message = message_about_us(type, 0);
    mend(message);
    EXPECT_FALSE(heard(message)) << +type;
  }
  EXPECT_TRUE(bench.loop->interface().config().gateway.is_any());
  Octets wrong_sum = message_about_us();
  mend(wrong_sum);
  wrong_sum[3] ^= 1;
  EXPECT_FALSE(heard(wrong_sum));
  const std::pair<std::size_t, std::uint8_t> changes[] = {{8 + 15, 9}, {8 + 9, 6}, {29, 0}, {8 + 7, 1}};
  for (const auto& [at, value] : changes) {  // another's address, TCP, another port, a later fragment
    Octets message = message_about_us();
    message[at] = value;
    mend(message);
    EXPECT_FALSE(heard(message)) << at;
  }
}

struct IcmpTcpTest : testing::Test {
  TcpConnection* connect() { return *bench.loop->connect(Bench::server_address, 80); }
  Bench bench;
};

TEST_F(IcmpTcpTest, attempt_to_connect_ends_at_once_when_a_firewall_says_so) {
  bench.server.report_unreachable(13);
  TcpConnection* connection = connect();
  const base::Instant begin = bench.network.now();
  EXPECT_TRUE(bench.wait([&] { return connection->failure() != nullptr; }));
  EXPECT_LT((bench.network.now() - begin).us(), 10'000);
  EXPECT_NE(connection->failure()->sentence().find("a firewall forbids it"), std::string_view::npos);
}

TEST_F(IcmpTcpTest, machine_that_cannot_be_reached_is_given_up_at_the_third_word) {
  bench.server.report_unreachable(1);
  TcpConnection* connection = connect();
  const base::Instant begin = bench.network.now();
  EXPECT_TRUE(bench.wait([&] { return connection->failure() != nullptr; }));
  EXPECT_EQ((bench.network.now() - begin).ms() / 100, 15);  // the SYNs at 0, 0.5 and 1.5 s
  EXPECT_NE(connection->failure()->sentence().find("there is no way to it"), std::string_view::npos);
}

TEST_F(IcmpTcpTest, open_connection_survives_every_error_and_a_guess_at_a_new_one) {
  bench.server.serve_tcp(80, [](platform::host::SimulatedStream&) {});
  TcpConnection* connection = connect();
  EXPECT_TRUE(bench.wait([&] { return connection->is_connected(); }));
  const auto about = [&](std::uint16_t from, std::uint32_t sequence) {
    Octets packet(28);
    wire::Ipv4Repr{Bench::client_address, Bench::server_address, wire::IpProtocol::tcp, 8}.emit(packet);
    base::store_be16(&packet[20], from);
    base::store_be16(&packet[22], 80);
    base::store_be32(&packet[24], sequence);
    for (const std::uint8_t code : std::initializer_list<std::uint8_t>{0, 1, 2, 3, 4, 13}) {
      bench.server.send_icmp_error(3, code, *wire::Ipv4View::parse(packet));
    }
    bench.run(Duration::milliseconds(5));
  };
  about(connection->ends().local_port, 0);
  EXPECT_TRUE(connection->is_connected());
  bench.server.be_silent(true);
  TcpConnection* second = connect();
  bench.run(Duration::milliseconds(5));
  about(second->ends().local_port, 0x12345678);  // another sequence number than that of our SYN
  EXPECT_EQ(second->failure(), nullptr);
}

}  // namespace
}  // namespace net
