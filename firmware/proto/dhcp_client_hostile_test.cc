// SPDX-License-Identifier: MPL-2.0
#include "proto/dhcp_client_bench.h"

#include <set>

namespace proto {
namespace {

using namespace dhcp_test;

// Hostile rows: what is not for us, or from no server, changes nothing.
TEST(DhcpClientHostile, replies_that_are_not_ours_are_ignored) {
  const Bench::Reply replies[] = {
      {.file = "x", .change = [](wire::BootpHeader& header) { header.xid = header.xid + 1; }},
      {.file = "x", .change = [](wire::BootpHeader& header) { header.chaddr[5] ^= 1; }},
      {.file = "x", .change = [](wire::BootpHeader& header) { header.op = 1; }},  // reflected
      {.file = "x", .change = [](wire::BootpHeader& header) { header.magic = 0; }},
      {.file = "x", .change = [](wire::BootpHeader& header) { header.hlen = 16; }},
      {.file = "x", .port = 68},
      {.file = "x", .port = 4011},
      {.names_server = false, .file = "x"},
      {.yiaddr = Ipv4Address::any(), .file = "x"},
      {.yiaddr = Ipv4Address::broadcast(), .file = "x"},
      {.yiaddr = Ipv4Address::of(127, 0, 0, 1), .file = "x"},
      {.yiaddr = Ipv4Address::of(224, 0, 0, 1), .file = "x"},
      {.yiaddr = Ipv4Address::of(0, 0, 0, 9), .file = "x"},
      {.type = DhcpMessageType::ack, .file = "x"},  // of a state we are not in
      {.type = DhcpMessageType::nak, .file = "x"},
      {.type = DhcpMessageType::discover, .file = "x"},
  };
  int row = 0;
  for (const Bench::Reply& reply : replies) {
    Bench bench;
    bench.transmit();
    bench.receive(reply);
    EXPECT_EQ(bench.transmit(), std::nullopt) << row;
    EXPECT_EQ(bench.next()->message_type(), DhcpMessageType::discover) << row;
    ++row;
  }
}

TEST(DhcpClientHostile, acks_of_others_or_with_another_address_are_ignored) {
  const Bench::Reply replies[] = {
      {.type = DhcpMessageType::ack, .from = proxy},
      {.type = DhcpMessageType::ack, .yiaddr = Ipv4Address::of(198, 18, 0, 78)},
      {.type = DhcpMessageType::ack, .port = 1067},
      {.type = DhcpMessageType::nak, .from = proxy},
      {.type = DhcpMessageType::offer},
  };
  for (const Bench::Reply& reply : replies) {
    Bench bench;
    bench.transmit();
    bench.receive({.file = "x"});
    bench.transmit();
    bench.receive(reply);
    EXPECT_FALSE(bench.client().has_lease());
    EXPECT_EQ(bench.next()->message_type(), DhcpMessageType::request);
  }
  Bench bench;  // an ACK without option 54 is taken
  bench.transmit();
  bench.receive({.file = "x"});
  bench.transmit();
  bench.receive({.type = DhcpMessageType::ack, .names_server = false});
  EXPECT_TRUE(bench.client().has_lease());
}

TEST(DhcpClientHostile, ack_that_never_comes_leads_back_to_discover_and_ends) {
  Bench bench;
  const Instant start = bench.now;
  int requests = 0;
  while (const auto packet = bench.next()) {
    if (packet->message_type() == DhcpMessageType::discover) {
      bench.receive({.file = "x"});
    } else {
      ++requests;
    }
  }
  ASSERT_NE(bench.client().failure(), nullptr);
  EXPECT_EQ((bench.now - start).ms(), 60'000);
  EXPECT_EQ(requests, 16);
  EXPECT_NE(bench.client().failure()->sentence().find("offered 198.18.0.77 but did not confirm"),
            std::string_view::npos);
}

TEST(DhcpClientHostile, naks_are_bounded_and_each_starts_anew_with_another_xid) {
  Bench bench;
  std::set<std::uint32_t> xids;
  int discovers = 0;
  while (const auto packet = bench.next()) {
    xids.insert(bench.xid());
    if (packet->message_type() == DhcpMessageType::discover) {
      ++discovers;
      bench.receive({.file = "x"});
    } else {
      bench.receive({.type = DhcpMessageType::nak, .yiaddr = {}});
    }
  }
  EXPECT_EQ(discovers, 3);
  EXPECT_EQ(xids.size(), 3U);
  ASSERT_NE(bench.client().failure(), nullptr);
  EXPECT_EQ(bench.client().failure()->code(), base::ErrorCode::refused);
}

TEST(DhcpClientHostile, silence_ends_after_a_minute_with_a_sentence) {
  Bench bench;
  const Instant start = bench.now;
  std::vector<std::int64_t> at;
  while (bench.next()) at.push_back((bench.now - start).us() / 1'000'000);
  EXPECT_EQ(at, (std::vector<std::int64_t>{0, 1, 3, 7, 15, 25, 35, 45, 55}));
  ASSERT_NE(bench.client().failure(), nullptr);
  EXPECT_EQ(bench.client().failure()->sentence(),
            "DHCP: no answer to 9 requests in 60 s; check the cable, the switch port (spanning tree can "
            "block it for 50 s) "
            "and that a DHCP server serves this network");
  EXPECT_EQ((bench.now - start).ms(), 60'000);
  EXPECT_FALSE(bench.client().has_lease());
}

TEST(DhcpClientHostile, storm_of_a_thousand_offers_is_one_request) {
  Bench bench;
  bench.transmit();
  for (std::uint32_t i = 0; i < 1000; ++i) bench.receive({.from = {server.value + i}, .file = "x"});
  const auto request = bench.transmit();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->options().find_ipv4(54), server);
}

// F1, F2, F5, F6, F11, F16, F26: every option cut or stretched; a lease or none, never a crash (the
// sanitizers watch).
TEST(DhcpClientHostile, F2_F5_options_of_every_size_are_survived) {
  for (const std::uint8_t code : Octets{1, 3, 6, 26, 43, 51, 52, 54, 60, 66, 67, 97, 119, 121, 175}) {
    for (std::size_t size : {0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 127, 128, 129, 255, 700}) {
      for (const std::uint8_t fill : Octets{0, 1, 3, 67, 255}) {
        Bench bench;
        bench.transmit();
        bench.receive({.options = {{code, Octets(size, fill)}}, .file = "x"});
        if (!bench.next()) continue;
        bench.receive({.type = DhcpMessageType::ack, .options = {{code, Octets(size, fill)}}, .file = "x"});
        static_cast<void>(bench.client().config());
        static_cast<void>(bench.client().poll_at());
      }
    }
  }
}

// The same from a ProxyDHCP server, in its offer and on port 4011, and from a boot server.
TEST(DhcpClientHostile, F6_options_of_a_proxy_of_every_size_are_survived) {
  for (const std::uint8_t code : Octets{43, 54, 66, 67, 175}) {
    for (std::size_t size : {0, 1, 2, 3, 4, 5, 9, 127, 128, 255, 700}) {
      for (const std::uint8_t fill : Octets{0, 6, 8, 9, 10, 71, 255}) {
        Bench bench;
        bench.transmit();
        const std::vector<std::pair<std::uint8_t, Octets>> options = {{60, text("PXEClient")},
                                                                      {code, Octets(size, fill)}};
        bench.receive({.yiaddr = {}, .from = proxy, .options = options});
        bench.receive({});
        if (!bench.next()) continue;
        bench.receive({.type = DhcpMessageType::ack, .options = options});
        bench.client().interface_is_up(bench.now);
        if (bench.client().is_finished() || !bench.transmit()) continue;
        bench.receive(
            {.type = DhcpMessageType::ack, .yiaddr = {}, .from = proxy, .options = options, .port = 4011});
        EXPECT_EQ(bench.client().failure(), nullptr);
      }
    }
  }
}

// No lease is renewed here: a boot is over before, and what 51, 58 and 59 say is not read.
TEST(DhcpClientHostile, F11_lease_times_of_any_kind_change_nothing) {
  for (const Octets& time : {Octets{0, 0, 0, 0}, Octets{255, 255, 255, 255}, Octets{}, Octets(9, 1)}) {
    Bench bench;
    bench.transmit();
    const std::vector<std::pair<std::uint8_t, Octets>> options = {
        {51, time}, {58, Octets(4, 255)}, {59, Octets(4, 0)}};
    bench.receive({.options = options, .file = "x"});
    ASSERT_TRUE(bench.transmit());
    bench.receive({.type = DhcpMessageType::ack, .options = options, .file = "x"});
    EXPECT_TRUE(bench.client().has_lease());
    EXPECT_EQ(bench.client().config().address, ours);
  }
}

TEST(DhcpClientHostile, F11_replies_cut_at_every_byte_are_survived) {
  Bench first;
  first.transmit();
  wire::BootpHeader header;
  header.op = 2;
  header.xid = first.xid();
  header.yiaddr = ours.value;
  std::copy(mac.octets.begin(), mac.octets.end(), header.chaddr.begin());
  std::uint8_t room[512];
  wire::DhcpBuilder builder(room, header);
  builder.add_u8(53, 2);
  builder.add(54, word(server));
  builder.add(52, Octets{3});
  builder.add(175, Octets{1, 1, 9, 176, 1, 1});
  builder.add(67, text("file"));
  const std::size_t whole = builder.finish();
  for (std::size_t size = 0; size <= whole; ++size) {
    Bench bench;  // the same seed, the same xid
    bench.transmit();
    ASSERT_EQ(bench.xid(), first.xid());
    const Octets cut(room, room + size);
    bench.client().process({server, ours, 67, 68, cut}, bench.now);
    static_cast<void>(bench.transmit());
  }
}

}  // namespace
}  // namespace proto
