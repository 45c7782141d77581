// SPDX-License-Identifier: MPL-2.0
// Asking boot servers for an item of a PXE menu.
#include "proto/dhcp_client_bench.h"

namespace proto {
namespace {

using namespace dhcp_test;

constexpr Ipv4Address group = Ipv4Address::of(224, 0, 1, 2);

/// A client that has its address and wants item 0x8001 of these servers.
struct BootServerBench : Bench {
  explicit BootServerBench(std::initializer_list<Ipv4Address> addresses, bool only_listed = false) {
    servers.item = 0x8001;
    servers.only_listed = only_listed;
    for (const Ipv4Address address : addresses) servers.add(address);
    client_.emplace(identity, timing, entropy, outcome, now, &servers, ours);
    client_->interface_is_up(now);
  }
  /// Where it asks at this moment.
  std::vector<Ipv4Address> ask() {
    std::vector<Ipv4Address> asked;
    std::uint8_t room[1472];
    while (const auto outgoing = client().transmit(room, now)) {
      asked.push_back(outgoing->destination);
      ports.push_back(outgoing->destination_port);
      sent.assign(room, room + outgoing->payload_size);
    }
    return asked;
  }
  void answer(Ipv4Address from, Octets item = {0x80, 1, 0, 0}, std::string file = "boot.0") {
    Octets vendor;
    if (!item.empty()) {
      vendor = {71, static_cast<std::uint8_t>(item.size())};
      vendor.insert(vendor.end(), item.begin(), item.end());
    }
    receive({.type = DhcpMessageType::ack,
             .yiaddr = {},
             .from = from,
             .options = {{60, text("PXEClient")}, {43, vendor}},
             .file = std::move(file),
             .port = 4011});
  }
  wire::PxeBootServers servers;
  std::vector<std::uint16_t> ports;
};

TEST(BootServer, all_are_asked_at_once_and_the_first_answer_counts) {
  BootServerBench bench({group, Ipv4Address::broadcast(), proxy});
  EXPECT_EQ(bench.ask(), (std::vector{group, Ipv4Address::broadcast(), proxy}));
  EXPECT_EQ(bench.ports, (std::vector<std::uint16_t>{4011, 67, 4011}));
  const auto request = wire::DhcpPacket::parse(bench.sent);
  EXPECT_EQ(request->message_type(), DhcpMessageType::request);
  EXPECT_EQ(request->header().ciaddr, ours.value);
  std::uint8_t scratch[64];
  EXPECT_EQ(base::as_text(*request->options().find(43, scratch)), std::string("\x47\4\x80\1\0\0\xff", 7));
  EXPECT_FALSE(request->options().contains(54));
  bench.answer(server);
  EXPECT_TRUE(bench.client().is_finished());
  EXPECT_EQ(bench.client().failure(), nullptr);
  EXPECT_EQ(base::as_text(wire::DhcpPacket::parse(bench.outcome.proxy.view())->boot_file(scratch)), "boot.0");
}

TEST(BootServer, silence_ends_with_a_sentence_after_the_time_that_is_set) {
  BootServerBench bench({proxy});
  int requests = 0;
  const Instant begin = bench.now;
  while (bench.next()) ++requests;
  EXPECT_EQ(requests, 5);  // at 0, 0.5, 1.5, 3.5 and 7.5 s
  EXPECT_EQ((bench.now - begin).ms(), 10'000);
  EXPECT_EQ(bench.client().failure()->sentence(),
            "PXE: no boot server answered for type 32769 in 10 s; is the one that the menu means running, "
            "and does it "
            "know this type?");
}

TEST(BootServer, F6_answers_of_others_of_another_type_or_without_a_file_are_ignored) {
  BootServerBench bench({proxy}, true);
  bench.ask();
  bench.answer(server);
  bench.answer(proxy, {0x80, 2, 0, 0});
  bench.answer(proxy, {0x80, 1, 0, 0}, "");
  EXPECT_FALSE(bench.client().is_finished());
  bench.answer(proxy, {});
  EXPECT_TRUE(bench.client().is_finished());
  EXPECT_EQ(bench.client().failure(), nullptr);
}

TEST(BootServer, a_menu_is_as_good_as_a_file_and_brings_no_request_to_4011) {
  Bench bench;
  bench.transmit();
  bench.receive({});
  bench.receive(
      {.yiaddr = {}, .from = proxy, .options = {{60, text("PXEClient")}, {43, {9, 4, 0, 1, 1, 'x'}}}});
  ASSERT_TRUE(bench.transmit());
  bench.receive({.type = DhcpMessageType::ack});
  EXPECT_TRUE(bench.client().is_finished());
}

TEST(DhcpTiming, waits_are_as_long_as_they_are_set) {
  Bench bench;
  bench.timing = {.total = Duration::seconds(3),
                  .first_wait = Duration::milliseconds(250),
                  .longest_wait = Duration::milliseconds(500),
                  .proxy_wait = Duration::milliseconds(100),
                  .always_broadcast = true};
  std::vector<std::int64_t> sent_at;
  const Instant begin = bench.now;
  while (const auto packet = bench.next()) {
    sent_at.push_back((bench.now - begin).ms());
    EXPECT_EQ(packet->header().flags, wire::dhcp_flag_broadcast);
  }
  EXPECT_EQ(sent_at, (std::vector<std::int64_t>{0, 250, 750, 1250, 1750, 2250, 2750}));
  EXPECT_NE(bench.client().failure()->sentence().find("in 3 s"), std::string_view::npos);
}

}  // namespace
}  // namespace proto
