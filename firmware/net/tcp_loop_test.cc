// SPDX-License-Identifier: MPL-2.0
// Connections as the loop makes, refuses and ends them.
#include "net/net_bench.h"

namespace net {
namespace {

using base::Duration;

std::string error_of(const base::Result<TcpConnection*>& result) {
  return result.ok() ? "" : std::string(result.error().sentence());
}

TEST(LoopConnect, says_why_it_cannot) {
  Bench bench;
  EXPECT_NE(error_of(bench.loop->connect(base::Ipv4Address::of(203, 0, 113, 1), 80)).find("gateway"),
            std::string::npos);
  bench.loop->interface().configure({});
  EXPECT_NE(error_of(bench.loop->connect(Bench::server_address, 80)).find("no address"), std::string::npos);
}

TEST(LoopConnect, a_machine_that_is_not_there_is_told_from_one_that_refuses) {
  Bench bench;
  TcpConnection& absent = **bench.loop->connect(base::Ipv4Address::of(198, 18, 0, 99), 80);
  EXPECT_TRUE(bench.wait([&] { return absent.failure() != nullptr; }, Duration::seconds(15)));
  EXPECT_EQ(absent.failure()->code(), base::ErrorCode::unreachable);
  EXPECT_NE(absent.failure()->sentence().find("198.18.0.99 does not answer ARP"), std::string_view::npos);
  bench.loop->release(absent);
  TcpConnection& refused = **bench.loop->connect(Bench::server_address, 81);
  EXPECT_TRUE(bench.wait([&] { return refused.failure() != nullptr; }, Duration::seconds(1)));
  EXPECT_EQ(refused.failure()->code(), base::ErrorCode::refused);
  bench.loop->release(refused);
}

TEST(LoopConnect, has_an_end_and_released_connections_make_room) {
  Bench bench;
  bench.server.serve_tcp(80, [](auto&) {});
  std::vector<TcpConnection*> all;
  for (std::size_t i = 0; i < Loop::max_connections; ++i) {
    auto connected = bench.loop->connect(Bench::server_address, 80);
    ASSERT_TRUE(connected.ok());
    all.push_back(*connected);
  }
  EXPECT_NE(error_of(bench.loop->connect(Bench::server_address, 80)).find("in use"), std::string::npos);
  EXPECT_TRUE(bench.wait([&] { return all[0]->is_connected() && all[1]->is_connected(); }));
  all[0]->close();
  bench.loop->release(*all[0]);
  EXPECT_TRUE(bench.loop->connect(Bench::server_address, 80).ok());
}

TEST(LoopConnect, after_a_doubt_servers_are_told_to_send_smaller_packets) {
  std::vector<std::uint16_t> told;
  for (int doubts = 0; doubts < 4; ++doubts) {
    Bench bench;
    bench.network.record();
    for (int i = 0; i < doubts; ++i) bench.loop->doubt_path();
    ASSERT_TRUE(bench.loop->connect(Bench::server_address, 80).ok());
    bench.run(Duration::milliseconds(5));
    for (const auto& recorded : bench.network.recorded()) {
      const auto packet = wire::Ipv4View::parse(base::Bytes(recorded.frame).subspan(14));
      if (!packet || packet->protocol() != wire::IpProtocol::tcp) continue;
      const auto segment = wire::TcpView::parse(packet->payload());
      if (segment->flags().syn) told.push_back(*wire::TcpOptions::parse(segment->options()).mss);
    }
  }
  EXPECT_EQ(told, (std::vector<std::uint16_t>{1460, 1240, 536, 536}));
}

TEST(LoopRelease, without_close_the_server_gets_a_reset) {
  Bench bench;
  bench.server.serve_tcp(80, [](auto&) {});
  TcpConnection& connection = **bench.loop->connect(Bench::server_address, 80);
  EXPECT_TRUE(bench.wait([&] { return connection.is_connected(); }));
  bench.loop->release(connection);
  bench.run(Duration::milliseconds(10));
  EXPECT_TRUE(bench.server.stream().was_reset());
}

TEST(LoopRelease, after_close_the_farewell_goes_on_by_itself) {
  Bench bench;
  bench.server.serve_tcp(80, [](auto& stream) { stream.on_end([](auto& self) { self.close(); }); });
  TcpConnection& connection = **bench.loop->connect(Bench::server_address, 80);
  EXPECT_TRUE(bench.wait([&] { return connection.is_connected(); }));
  connection.send(base::as_bytes("bye"));
  connection.close();
  bench.loop->release(connection);
  bench.run(Duration::milliseconds(500));
  EXPECT_EQ(bench.server.stream().received(), "bye");
  EXPECT_TRUE(bench.server.stream().end_seen());
  EXPECT_TRUE(bench.server.stream().all_acknowledged());
  EXPECT_FALSE(bench.server.stream().was_reset());
}

TEST(LoopRelease, a_server_that_never_says_goodbye_is_cut_off) {
  Bench bench;
  bench.server.serve_tcp(80, [](auto&) {});
  TcpConnection& connection = **bench.loop->connect(Bench::server_address, 80);
  EXPECT_TRUE(bench.wait([&] { return connection.is_connected(); }));
  connection.close();
  bench.loop->release(connection);
  bench.run(Duration::seconds(3));
  EXPECT_TRUE(bench.server.stream().end_seen());
  EXPECT_TRUE(bench.server.stream().was_reset());
  EXPECT_EQ(bench.loop->poll_at(), base::Instant::never());
}

TEST(LoopConnect, a_segment_for_no_connection_is_answered_by_a_reset_and_a_reset_by_nothing) {
  Bench bench;
  bench.server.send_arp({wire::ArpRepr::Operation::request,
                         Bench::server_mac,
                         Bench::server_address,
                         {},
                         Bench::client_address},
                        base::MacAddress::broadcast());
  bench.run(Duration::milliseconds(5));
  bench.network.record();
  for (const bool is_reset : {false, true}) {
    wire::TcpRepr stray;
    stray.source_port = 80;
    stray.destination_port = 40000;
    stray.acknowledgment = {4711};
    stray.flags.ack = true;
    stray.flags.rst = is_reset;
    std::vector<std::uint8_t> bytes(stray.size());
    stray.emit(bytes, Bench::server_address, Bench::client_address);
    bench.server.send_ipv4(bench.mac(), Bench::server_address, Bench::client_address, wire::IpProtocol::tcp,
                           bytes);
    bench.run(Duration::milliseconds(10));
  }
  std::size_t resets = 0;
  for (const auto& recorded : bench.network.recorded()) {
    if (recorded.from != bench.platform.nic().port()) continue;
    const auto packet = wire::Ipv4View::parse(base::Bytes(recorded.frame).subspan(14));
    if (!packet || packet->protocol() != wire::IpProtocol::tcp) continue;
    const auto segment = wire::TcpView::parse(packet->payload());
    EXPECT_TRUE(segment->flags().rst);
    EXPECT_EQ(segment->sequence().value, 4711U);
    ++resets;
  }
  EXPECT_EQ(resets, 1U);
}

// F-TCP1: a checksum of 0, and a wrong one, are as if nothing had come.
TEST(LoopConnect, segments_without_a_right_checksum_do_not_exist) {
  Bench bench;
  bench.server.serve_tcp(80, [](auto&) {});
  TcpConnection& connection = **bench.loop->connect(Bench::server_address, 80);
  EXPECT_TRUE(bench.wait([&] { return connection.is_connected(); }));
  wire::TcpRepr reset;
  reset.source_port = 80;
  reset.destination_port = connection.ends().local_port;
  reset.flags.rst = true;
  std::vector<std::uint8_t> bytes(reset.size());
  for (std::uint32_t i = 0; i < 100; ++i) {
    reset.sequence = {i * 0x2000000};
    reset.emit(bytes, Bench::server_address, Bench::client_address);
    base::store_be16(bytes.data() + 16,
                     static_cast<std::uint16_t>(i % 2 == 0 ? 0 : ~base::load_be16(bytes.data() + 16)));
    bench.server.send_ipv4(bench.mac(), Bench::server_address, Bench::client_address, wire::IpProtocol::tcp,
                           bytes);
  }
  bench.run(Duration::milliseconds(100));
  EXPECT_GE(bench.counters().bad_checksum, 40U);
  EXPECT_TRUE(connection.is_connected());
}

// F7: a thousand connections have unrelated first numbers, and another machine at the same time has others.
TEST(LoopConnect, F7_first_sequence_numbers_cannot_be_foretold) {
  std::vector<std::uint32_t> numbers[2];
  for (std::size_t machine = 0; machine < 2; ++machine) {
    Bench bench(machine + 1);
    bench.server.serve_tcp(80, [](auto&) {});
    for (int i = 0; i < 1000; ++i) {
      TcpConnection& connection = **bench.loop->connect(Bench::server_address, 80);
      ASSERT_TRUE(bench.wait([&] { return connection.is_connected(); }));
      numbers[machine].push_back(bench.server.streams().back()->client_initial().value);
      bench.loop->release(connection);
    }
  }
  std::sort(numbers[0].begin(), numbers[0].end());
  EXPECT_EQ(std::adjacent_find(numbers[0].begin(), numbers[0].end()), numbers[0].end());
  std::size_t quarters[4] = {};
  for (const std::uint32_t number : numbers[0]) ++quarters[number >> 30];
  for (const std::size_t quarter : quarters) EXPECT_GT(quarter, 150U);
  std::size_t common = 0;
  for (const std::uint32_t number : numbers[1]) {
    if (std::binary_search(numbers[0].begin(), numbers[0].end(), number)) ++common;
  }
  EXPECT_LE(common, 1U);
}

}  // namespace
}  // namespace net
