// SPDX-License-Identifier: MPL-2.0
#include "proto/dhcp_client_bench.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>

namespace proto {
namespace {

using namespace dhcp_test;

Octets options_after_cookie(const Octets& packet) {
  return Octets(packet.begin() + 240, packet.end());
}

/// The options as captures of gPXE 1.0.1 have them, with the differences in 55 and 175 that we mean to have.
Octets expected_options(std::uint8_t type) {
  unsigned major = 0, minor = 0, patch = 0;
  EXPECT_EQ(std::sscanf(CHAINLOAD_VERSION, "%u.%u.%u", &major, &minor, &patch), 3);
  const auto octet = [](unsigned value) { return static_cast<std::uint8_t>(value); };
  Octets expected = {53, 1, type, 57, 2, 0x05, 0xc0, 93, 2, 0, 0, 94, 3, 1, 2, 1, 60, 32};
  for (char c : std::string("PXEClient:Arch:00000:UNDI:002001"))
    expected.push_back(static_cast<std::uint8_t>(c));
  const Octets tail = {77,
                       4,
                       0x67,
                       0x50,
                       0x58,
                       0x45,  // raw "gPXE"
                       55,
                       18,
                       1,
                       3,
                       6,
                       7,
                       12,
                       15,
                       17,
                       43,
                       60,
                       66,
                       67,
                       175,
                       203,
                       26,
                       42,
                       119,
                       121,
                       249,  // Deviation
                       175,
                       27,
                       0xb1,
                       5,
                       1,
                       0x80,
                       0x86,
                       0x10,
                       0x0e,
                       0x18,
                       1,
                       1,
                       0x21,
                       1,
                       1,
                       0x13,
                       1,
                       1,  // Deviation
                       0xeb,
                       3,
                       octet(major),
                       octet(minor),
                       octet(patch),
                       0x17,
                       1,
                       1,
                       0x15,
                       1,
                       1,
                       61,
                       7,
                       1,
                       0x52,
                       0x54,
                       0,
                       0x12,
                       0x34,
                       0x56,
                       97,
                       17,
                       0,
                       0,
                       1,
                       2,
                       3,
                       4,
                       5,
                       6,
                       7,
                       8,
                       9,
                       10,
                       11,
                       12,
                       13,
                       14,
                       15};
  expected.insert(expected.end(), tail.begin(), tail.end());
  return expected;
}

TEST(DhcpClientIdentity, discover_has_gpxes_options_in_gpxes_order) {
  Bench bench;
  ASSERT_TRUE(bench.transmit());
  Octets expected = expected_options(1);
  expected.push_back(255);
  EXPECT_EQ(options_after_cookie(bench.sent), expected);
  EXPECT_EQ(bench.last.destination, Ipv4Address::broadcast());
  EXPECT_EQ(bench.last.destination_port, 67);
  EXPECT_EQ(bench.last.source_port, 68);
  EXPECT_TRUE(bench.last.source.is_any());
}

/// The options of a recorded packet of gPXE 1.0.1, where the corpus is at hand.
Octets recorded_options(const std::string& name) {
  const char* path = std::getenv("CHAINLOAD_CORPUS");
  std::ifstream file(path == nullptr ? "" : path);
  std::string line;
  while (std::getline(file, line)) {
    const std::size_t at = line.find("\"hex\": \"");
    if (line.find('"' + name + '"') == std::string::npos || at == std::string::npos) continue;
    Octets packet;
    for (std::size_t i = at + 8; line[i] != '"'; i += 2) {
      packet.push_back(static_cast<std::uint8_t>(std::stoi(line.substr(i, 2), nullptr, 16)));
    }
    return options_after_cookie(packet);
  }
  return {};
}

TEST(DhcpClientIdentity, options_are_those_of_a_recorded_gpxe_but_for_55_and_175) {
  const Octets recorded = recorded_options("gpxe-1.0.1-discover");
  if (recorded.empty()) return;  // the recordings are not part of the project; this holds where they are
  Bench bench;
  bench.transmit();
  const Octets sent = options_after_cookie(bench.sent);
  wire::DhcpOptionWalker theirs{wire::DhcpOptions(recorded)}, mine{wire::DhcpOptions(sent)};
  while (const auto their = theirs.next()) {
    const auto my = mine.next();
    ASSERT_TRUE(my);
    EXPECT_EQ(my->code, their->code);
    if (their->code == 55) {
      ASSERT_GE(my->value.size(), their->value.size());
      EXPECT_TRUE(std::equal(their->value.begin(), their->value.end(), my->value.begin()));
    } else if (their->code == 61 || their->code == 97) {
      EXPECT_EQ(my->value.size(), their->value.size());
      EXPECT_EQ(my->value[0], their->value[0]);
    } else if (their->code != 175) {
      EXPECT_TRUE(std::equal(my->value.begin(), my->value.end(), their->value.begin(), their->value.end()))
          << int{my->code};
    }
  }
  EXPECT_FALSE(mine.next());
}

TEST(DhcpClientIdentity, request_appends_server_and_address) {
  Bench bench;
  bench.transmit();
  bench.receive({.file = "x"});
  ASSERT_TRUE(bench.transmit());
  Octets expected = expected_options(3);
  const Octets tail = {54, 4, 198, 18, 0, 1, 50, 4, 198, 18, 0, 77, 255};
  expected.insert(expected.end(), tail.begin(), tail.end());
  EXPECT_EQ(options_after_cookie(bench.sent), expected);
}

TEST(DhcpClientIdentity, F22_fixed_part_holds_nothing_but_who_we_are) {  // F22
  Bench bench;
  bench.transmit();
  Octets fixed(bench.sent.begin(), bench.sent.begin() + 236);
  EXPECT_EQ(fixed[0], 1);
  EXPECT_EQ(fixed[1], 1);
  EXPECT_EQ(fixed[2], 6);
  for (std::size_t i = 8; i < 236; ++i) {
    EXPECT_EQ(fixed[i], i >= 28 && i < 34 ? mac.octets[i - 28] : 0) << i;
  }
}

TEST(DhcpClientIdentity, what_is_unknown_is_left_out) {
  Bench bench;
  bench.identity.uuid = {};
  bench.identity.pci.reset();
  bench.identity.client_architecture = 7;
  bench.identity.undi_major = 3;
  bench.identity.undi_minor = 10;
  const auto packet = bench.transmit();
  ASSERT_TRUE(packet);
  std::uint8_t scratch[64];
  EXPECT_FALSE(packet->options().contains(97));
  EXPECT_FALSE(packet->options().find_encapsulated(175, scratch).contains(177));
  EXPECT_EQ(base::as_text(*packet->options().find(60, scratch)), "PXEClient:Arch:00007:UNDI:003010");
  EXPECT_EQ(packet->options().find_u16(93), 7);
}

TEST(DhcpClientIdentity, F8_xid_is_random_and_kept_by_the_request) {  // F8; Deviation
  std::set<std::uint32_t> seen;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    Bench bench(seed);
    bench.transmit();
    seen.insert(bench.xid());
    const std::uint32_t xid = bench.xid();
    bench.receive({.file = "x"});
    bench.transmit();
    ASSERT_EQ(bench.xid(), xid);
  }
  EXPECT_EQ(seen.size(), 1000U);
}

TEST(DhcpClient, secs_count_from_the_first_discover_and_the_request_repeats_them) {  // Deviation
  Bench bench;
  std::vector<int> secs, seconds;
  const Instant start = bench.now;
  for (int i = 0; i < 5; ++i) {
    const auto packet = bench.next();
    ASSERT_TRUE(packet);
    secs.push_back(packet->header().secs);
    seconds.push_back(static_cast<int>((bench.now - start).us() / 1'000'000));
  }
  EXPECT_EQ(seconds, (std::vector<int>{0, 1, 3, 7, 15}));
  EXPECT_EQ(secs, seconds);
  bench.now = bench.now + Duration::seconds(4);
  bench.receive({.file = "x"});
  EXPECT_EQ(bench.next()->header().secs, 15);
  EXPECT_EQ(bench.next()->header().secs, 15);
}

TEST(DhcpClient, broadcast_flag_is_set_from_the_third_discover) {  // Deviation
  Bench bench;
  for (int i = 1; i <= 4; ++i) EXPECT_EQ(bench.next()->header().flags, i >= 3 ? 0x8000 : 0) << i;
  bench.receive({.file = "x"});
  EXPECT_EQ(bench.next()->header().flags, 0x8000);
  Bench always;
  always.timing.always_broadcast = true;
  EXPECT_EQ(always.next()->header().flags, 0x8000);
}

TEST(DhcpClient, complete_offer_is_requested_at_once) {
  for (const Bench::Reply& reply : {Bench::Reply{.file = "x"}, Bench::Reply{.options = {{67, text("x")}}},
                                    Bench::Reply{.options = {{175, {176, 1, 1}}}}}) {
    Bench bench;
    bench.transmit();
    bench.receive(reply);
    const auto request = bench.transmit();  // not a microsecond later
    ASSERT_TRUE(request);
    EXPECT_EQ(request->message_type(), DhcpMessageType::request);
    bench.receive({.type = DhcpMessageType::ack, .options = reply.options, .file = reply.file});
    EXPECT_TRUE(bench.client().has_lease());
    EXPECT_TRUE(bench.client().is_finished());
    EXPECT_FALSE(bench.outcome.ack.is_empty());
    EXPECT_TRUE(bench.outcome.proxy.is_empty());
  }
}

TEST(DhcpClient, offer_without_filename_is_kept_until_timeout) {
  Bench bench;
  bench.transmit();
  bench.now = bench.now + Duration::milliseconds(100);
  bench.receive({});
  const Instant offered = bench.now;
  const auto again = bench.next();  // DISCOVER goes on meanwhile
  ASSERT_TRUE(again);
  EXPECT_EQ(again->message_type(), DhcpMessageType::discover);
  const auto request = bench.next();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->message_type(), DhcpMessageType::request);
  EXPECT_EQ((bench.now - offered).ms(), 2000);
  bench.receive({.type = DhcpMessageType::ack});
  EXPECT_TRUE(bench.client().is_finished());
}

TEST(DhcpClient, better_offer_wins_while_waiting) {
  Bench bench;
  bench.transmit();
  bench.receive({.options = {{175, {1, 1, 0xff}}}});  // priority -1
  bench.receive({.yiaddr = Ipv4Address::of(198, 18, 0, 78), .from = proxy});
  EXPECT_EQ(bench.next(Duration::milliseconds(999)), std::nullopt);
  bench.receive({.yiaddr = Ipv4Address::of(198, 18, 0, 79),
                 .from = Ipv4Address::of(198, 18, 0, 3),
                 .options = {{175, {1, 1, 5}}}});
  bench.receive({.options = {{175, {1, 1, 4}}}, .file = "complete, but of less priority"});
  bench.now = bench.now + Duration::seconds(2);
  const auto request = bench.transmit();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->options().find_ipv4(50), Ipv4Address::of(198, 18, 0, 79));
  EXPECT_EQ(request->options().find_ipv4(54), Ipv4Address::of(198, 18, 0, 3));
}

TEST(DhcpClient, complete_offer_beats_an_earlier_incomplete_one) {
  Bench bench;
  bench.transmit();
  bench.receive({});
  bench.receive({.yiaddr = Ipv4Address::of(198, 18, 0, 78), .from = proxy, .file = "x"});
  EXPECT_EQ(bench.transmit()->options().find_ipv4(54), proxy);
}

const std::pair<std::uint8_t, Octets> pxe_client = {60, text("PXEClient")};

TEST(DhcpClientProxy, offer_with_a_file_is_all_that_is_needed) {
  Bench bench;
  bench.transmit();
  bench.receive({.yiaddr = {}, .from = proxy, .options = {pxe_client}, .file = "undionly.kpxe"});
  EXPECT_EQ(bench.transmit(), std::nullopt);
  bench.receive({});
  EXPECT_EQ(bench.transmit()->options().find_ipv4(54), server);
  bench.receive({.type = DhcpMessageType::ack});
  EXPECT_TRUE(bench.client().is_finished());
  std::uint8_t scratch[64];
  EXPECT_EQ(base::as_text(wire::DhcpPacket::parse(bench.outcome.proxy.view())->boot_file(scratch)),
            "undionly.kpxe");
}

TEST(DhcpClientProxy, without_a_file_its_server_is_asked_on_4011) {
  for (std::uint16_t port : {std::uint16_t{4011}, std::uint16_t{67}}) {
    Bench bench;
    bench.transmit();
    bench.receive({});
    bench.receive({.yiaddr = {}, .from = proxy, .options = {pxe_client}});
    ASSERT_TRUE(bench.transmit());
    bench.receive({.type = DhcpMessageType::ack});
    EXPECT_TRUE(bench.client().has_lease());
    EXPECT_FALSE(bench.client().is_finished());
    EXPECT_EQ(bench.transmit(), std::nullopt);  // not before we have our address
    bench.client().interface_is_up(bench.now);
    const auto request = bench.transmit();
    ASSERT_TRUE(request);
    EXPECT_EQ(bench.last.destination, proxy);
    EXPECT_EQ(bench.last.destination_port, 4011);
    EXPECT_EQ(request->header().ciaddr, ours.value);
    EXPECT_EQ(request->message_type(), DhcpMessageType::request);
    EXPECT_EQ(request->options().find_ipv4(54), proxy);
    EXPECT_FALSE(request->options().contains(50));
    bench.receive({.type = DhcpMessageType::ack,
                   .yiaddr = {},
                   .from = proxy,
                   .names_server = port == 67,
                   .file = "b",
                   .port = port});
    EXPECT_TRUE(bench.client().is_finished());
    std::uint8_t scratch[64];
    EXPECT_EQ(base::as_text(wire::DhcpPacket::parse(bench.outcome.proxy.view())->boot_file(scratch)), "b");
  }
}

TEST(DhcpClientProxy, dhcp_server_that_says_pxeclient_is_asked_itself) {
  Bench bench;
  bench.transmit();
  bench.receive({.options = {pxe_client}});
  ASSERT_TRUE(bench.transmit());
  bench.receive({.type = DhcpMessageType::ack, .options = {pxe_client}});
  bench.client().interface_is_up(bench.now);
  ASSERT_TRUE(bench.transmit());
  EXPECT_EQ(bench.last.destination, server);
  EXPECT_EQ(bench.last.destination_port, 4011);
}

TEST(DhcpClientProxy, silence_on_4011_costs_two_seconds_and_no_more) {
  Bench bench;
  bench.transmit();
  bench.receive({});
  bench.receive({.yiaddr = {}, .from = proxy, .options = {pxe_client}});
  bench.transmit();
  bench.receive({.type = DhcpMessageType::ack});
  bench.client().interface_is_up(bench.now);
  const Instant up = bench.now;
  int requests = 0;
  while (bench.next()) ++requests;
  EXPECT_EQ(requests, 3);  // at 0, 0.5 and 1.5 s
  EXPECT_TRUE(bench.client().is_finished());
  EXPECT_EQ(bench.client().failure(), nullptr);
  EXPECT_EQ((bench.now - up).ms(), 2000);
  EXPECT_FALSE(bench.outcome.proxy.is_empty());  // the offer is still there to be read
}

TEST(DhcpClientProxy, is_not_asked_when_the_server_says_so_or_the_ack_names_a_file) {
  for (const bool says_so : {true, false}) {
    Bench bench;
    bench.transmit();
    bench.receive({.yiaddr = {}, .from = proxy, .options = {pxe_client}});
    if (says_so) {
      bench.receive({.options = {{175, {176, 1, 1}}}});
    } else {
      bench.receive({});
    }
    bench.transmit();
    bench.receive({.type = DhcpMessageType::ack, .file = says_so ? "" : "x"});
    EXPECT_TRUE(bench.client().is_finished());
    EXPECT_EQ(bench.outcome.proxy.is_empty(), says_so);
  }
}

TEST(DhcpClient, bootp_reply_is_answer_enough) {
  Bench bench;
  bench.transmit();
  bench.receive({.file = "x", .is_bootp = true});
  EXPECT_TRUE(bench.client().is_finished());
  EXPECT_EQ(bench.client().config().address, ours);
  EXPECT_EQ(bench.transmit(), std::nullopt);
}

}  // namespace
}  // namespace proto
