// SPDX-License-Identifier: MPL-2.0
#include "net/net_bench.h"

namespace net {
namespace {

using base::Duration;

/// Sends numbered datagrams as fast as it is asked.
struct Counter {
  explicit Counter(std::uint16_t port, std::uint8_t count) : endpoint(port, *this), left(count) {}
  void process(const UdpDatagram&, base::Instant) {}
  std::optional<UdpOutgoing> transmit(base::MutBytes room, base::Instant now) {
    if (left == 0 || now < not_before) return std::nullopt;
    room[0] = left--;
    return UdpOutgoing{{}, Bench::server_address, endpoint.local_port(), 7, 1};
  }
  base::Instant poll_at() const { return left == 0 ? base::Instant::never() : not_before; }

  UdpEndpoint endpoint;
  std::uint8_t left;
  base::Instant not_before;
};

TEST(Loop, a_port_belongs_to_one_endpoint) {
  Bench bench;
  Counter a(1000, 0), b(1000, 0), c(1001, 0);
  EXPECT_TRUE(bench.loop->attach(a.endpoint));
  EXPECT_FALSE(bench.loop->attach(b.endpoint));
  EXPECT_TRUE(bench.loop->attach(c.endpoint));
  bench.loop->detach(a.endpoint);
  EXPECT_TRUE(bench.loop->attach(b.endpoint));
}

TEST(Loop, the_table_of_endpoints_has_an_end) {
  Bench bench;
  std::vector<std::unique_ptr<Counter>> machines;
  for (std::uint16_t i = 0; i < Loop::max_endpoints; ++i) {
    machines.push_back(std::make_unique<Counter>(static_cast<std::uint16_t>(1000 + i), std::uint8_t{0}));
    EXPECT_TRUE(bench.loop->attach(machines.back()->endpoint));
  }
  Counter one_more(2000, 0);
  EXPECT_FALSE(bench.loop->attach(one_more.endpoint));
}

TEST(Loop, nothing_is_lost_when_the_cards_queue_is_full) {
  platform::host::SimulatedNic::Card card;
  card.transmit_queue = 2;
  Bench bench(1, card);
  std::vector<std::uint8_t> arrived;
  bench.server.serve_udp(7, [&](const auto& datagram) { arrived.push_back(datagram.payload[0]); });
  Counter first(1000, 1);
  ASSERT_TRUE(bench.loop->attach(first.endpoint));
  ASSERT_TRUE(bench.wait([&] { return arrived.size() == 1; }));  // now ARP is known
  arrived.clear();
  Counter machine(1001, 20);
  ASSERT_TRUE(bench.loop->attach(machine.endpoint));
  EXPECT_TRUE(bench.wait([&] { return arrived.size() == 20; }, Duration::seconds(1)));
  for (std::size_t i = 0; i < arrived.size(); ++i) EXPECT_EQ(arrived[i], 20 - i);
  EXPECT_EQ(bench.counters().unsendable, 0U);
}

TEST(Loop, ephemeral_ports_are_spread_and_free) {
  Bench bench;
  std::vector<bool> seen(0x10000);
  std::size_t different = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint16_t port = bench.loop->ephemeral_port();
    EXPECT_GE(port, 0x8000);
    if (!seen[port]) ++different;
    seen[port] = true;
  }
  EXPECT_GT(different, 950U);
}

TEST(Loop, keys_are_kept_in_order_and_ctrl_c_is_none) {
  Bench bench;
  bench.platform.press("ab\003c");
  bench.loop->step();
  EXPECT_EQ(bench.loop->take_key(), 'a');
  EXPECT_EQ(bench.loop->take_key(), 'b');
  EXPECT_EQ(bench.loop->take_key(), 'c');
  EXPECT_FALSE(bench.loop->take_key());
  EXPECT_TRUE(bench.loop->cancelled());
  bench.loop->clear_cancelled();
  EXPECT_FALSE(bench.loop->cancelled());
}

TEST(Loop, more_keys_than_fit_are_let_go) {
  Bench bench;
  const std::string line(net::Loop::max_keys, 'a');
  bench.platform.press(line + "b\003");
  bench.loop->step();
  std::string kept;
  while (const auto key = bench.loop->take_key()) kept += static_cast<char>(*key);
  EXPECT_EQ(kept, line);
  EXPECT_TRUE(bench.loop->cancelled()) << "Ctrl-C is seen behind any number of keys";
}

TEST(PollUntil, is_done_without_a_turn_when_the_condition_holds) {
  Bench bench;
  bench.platform.press("\003");
  const std::size_t polls = bench.platform.nic().polls();
  EXPECT_EQ(poll_until(
                *bench.loop, [] { return true; }, bench.network.now()),
            Wait::done);
  EXPECT_EQ(bench.platform.nic().polls(), polls);
}

TEST(PollUntil, ends_at_the_deadline_and_not_before) {
  Bench bench;
  const base::Instant deadline = bench.in(Duration::milliseconds(1234));
  EXPECT_EQ(poll_until(
                *bench.loop, [] { return false; }, deadline),
            Wait::timed_out);
  EXPECT_GE(bench.network.now(), deadline);
  EXPECT_LT(bench.network.now(), deadline + Duration::milliseconds(2));
}

TEST(PollUntil, ctrl_c_ends_it_at_once) {
  Bench bench;
  bench.network.at(bench.in(Duration::milliseconds(100)), [&] { bench.platform.press("\003"); });
  EXPECT_EQ(poll_until(
                *bench.loop, [] { return false; }, bench.in(Duration::seconds(9))),
            Wait::cancelled);
  EXPECT_LT(bench.network.now(), base::Instant::from_us(1'110'000));
  EXPECT_EQ(poll_until(
                *bench.loop, [] { return false; }, bench.in(Duration::seconds(9))),
            Wait::cancelled);
}

TEST(PollUntil, a_machine_wakes_when_it_said_it_would) {
  Bench bench;
  std::vector<base::Instant> arrived;
  bench.server.serve_udp(7, [&](const auto&) { arrived.push_back(bench.network.now()); });
  Counter machine(1000, 2);
  machine.not_before = bench.in(Duration::milliseconds(700));
  ASSERT_TRUE(bench.loop->attach(machine.endpoint));
  EXPECT_EQ(bench.loop->poll_at(), machine.not_before);
  EXPECT_TRUE(bench.wait([&] { return !arrived.empty(); }));
  EXPECT_GE(arrived[0], machine.not_before);
  EXPECT_LT(arrived[0], machine.not_before + Duration::milliseconds(3));
}

TEST(PollUntil, an_idle_wait_lets_others_run) {
  Bench bench;
  const std::size_t polls = bench.platform.nic().polls();
  bench.run(Duration::seconds(1));
  EXPECT_LT(bench.platform.nic().polls() - polls, 1100U);
}

}  // namespace
}  // namespace net
