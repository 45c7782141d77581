// SPDX-License-Identifier: MPL-2.0
#include "proto/dhcp_config.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace proto {
namespace {

using base::Ipv4Address;
using Octets = std::vector<std::uint8_t>;
using Options = std::vector<std::pair<std::uint8_t, Octets>>;

constexpr Ipv4Address ours = Ipv4Address::of(198, 18, 0, 77), router = Ipv4Address::of(198, 18, 0, 254);
const std::pair<std::uint8_t, Octets> mask = {1, {255, 255, 255, 0}};
const std::pair<std::uint8_t, Octets> option_3 = {3, {198, 18, 0, 253}};

net::Ipv4Config config(const Options& options) {
  wire::BootpHeader header;
  header.op = 2;
  header.yiaddr = ours.value;
  Octets room(8000);
  wire::DhcpBuilder builder(room, header);
  for (const auto& [code, value] : options) builder.add(code, value);
  return ipv4_config(base::Bytes(room).first(builder.finish()));
}
/// Where a packet to `destination` goes under `routes`, by the interface's own rule.
struct FakeNic final : platform::Nic {
  base::MacAddress mac() const override { return {{2, 0, 0, 0, 0, 1}}; }
  std::size_t mtu() const override { return 1500; }
  std::string_view description() const override { return "test"; }
  std::string_view driver() const override { return "test"; }
  bool transmit(base::Bytes) override { return true; }
  std::span<const base::Bytes> poll() override { return {}; }
  std::size_t receive_burst() const override { return 8; }
};
Ipv4Address hop(const Options& options, Ipv4Address destination) {
  FakeNic nic;
  const auto interface = std::make_unique<net::Interface>(nic);
  interface->configure(config(options));
  return interface->next_hop(destination);
}

TEST(DhcpConfig, comes_from_the_ack) {
  const net::Ipv4Config got = config({mask, {3, {198, 18, 0, 254, 198, 18, 0, 253}}, {26, {5, 120}}});
  EXPECT_EQ(got.address, ours);
  EXPECT_EQ(got.netmask, Ipv4Address::of(255, 255, 255, 0));
  EXPECT_EQ(got.gateway, router);
  EXPECT_EQ(got.mtu, 1400);
}

TEST(DhcpConfig, F24_leaves_out_what_cannot_be) {
  for (const Octets& bad : {Octets{255, 0, 255, 0}, Octets{0, 0, 0, 0}, Octets{255, 255, 255}}) {
    EXPECT_EQ(config({{1, bad}}).netmask, Ipv4Address::of(255, 255, 255, 0));  // that of its class
  }
  EXPECT_TRUE(config({mask, {3, {10, 0, 0, 1}}}).gateway.is_any());  // not our neighbour
  EXPECT_TRUE(config({mask, {3, {255, 255, 255, 255}}}).gateway.is_any());
  EXPECT_TRUE(config({mask, {3, {198, 18, 0, 77}}}).gateway.is_any());  // ourselves
  EXPECT_TRUE(config({{3, {1, 2, 3}}}).gateway.is_any());
  for (const Octets& bad : {Octets{0, 68}, Octets{255, 255}, Octets{5, 120, 0}})
    EXPECT_EQ(config({{26, bad}}).mtu, 0);
}

// [rfc3442]: the destination descriptors of its own examples, and the gateway that takes option 3's place.
TEST(DhcpConfig, classless_routes_are_obeyed_and_hide_option_3) {
  const Options options = {
      mask, option_3, {121, {0,  198, 18,  0, 254, 8,   10, 198, 18, 0,  2,  24,  10,  27, 129, 198, 18, 0, 3,
                             25, 10,  229, 0, 128, 198, 18, 0,   4,  32, 10, 198, 122, 47, 198, 18,  0,  5}}};
  EXPECT_EQ(config(options).gateway, router);
  EXPECT_EQ(hop(options, Ipv4Address::of(192, 0, 2, 1)), router);
  EXPECT_EQ(hop(options, Ipv4Address::of(10, 1, 1, 1)), Ipv4Address::of(198, 18, 0, 2));
  EXPECT_EQ(hop(options, Ipv4Address::of(10, 27, 129, 9)), Ipv4Address::of(198, 18, 0, 3));
  EXPECT_EQ(hop(options, Ipv4Address::of(10, 229, 0, 129)), Ipv4Address::of(198, 18, 0, 4));
  EXPECT_EQ(hop(options, Ipv4Address::of(10, 229, 0, 127)), Ipv4Address::of(198, 18, 0, 2));
  EXPECT_EQ(hop(options, Ipv4Address::of(10, 198, 122, 47)), Ipv4Address::of(198, 18, 0, 5));
  // Without a default route in it there is none: option 3 MUST be ignored.
  const Octets only_ten = {8, 10, 198, 18, 0, 2};
  EXPECT_TRUE(hop({mask, option_3, {121, only_ten}}, Ipv4Address::of(192, 0, 2, 1)).is_any());
  // Microsoft's number counts where the other is missing, and one option may come in pieces [rfc3396].
  EXPECT_EQ(hop({mask, option_3, {249, only_ten}}, Ipv4Address::of(10, 0, 0, 1)),
            Ipv4Address::of(198, 18, 0, 2));
  EXPECT_EQ(hop({mask, {121, {8, 10, 198}}, {121, {18, 0, 2}}}, Ipv4Address::of(10, 0, 0, 1)),
            Ipv4Address::of(198, 18, 0, 2));
  // 0.0.0.0 as the router: on our own cable.
  EXPECT_EQ(hop({mask, {121, {24, 192, 0, 2, 0, 0, 0, 0}}}, Ipv4Address::of(192, 0, 2, 9)),
            Ipv4Address::of(192, 0, 2, 9));
}

// One wrong byte, and option 121 is as if it were not there.
TEST(DhcpConfig, F24_routes_that_break_the_format_are_not_there_at_all) {
  for (const Octets& bad : {Octets{33, 1, 1, 1, 1, 1, 198, 18, 0, 2}, Octets{255}, Octets{0, 198, 18, 0},
                            Octets{}, Octets{8, 10, 198, 18, 0, 2, 8}, Octets{32, 10, 0, 0, 198, 18, 0, 2}}) {
    const Options options = {mask, option_3, {121, bad}};
    EXPECT_EQ(config(options).gateway, Ipv4Address::of(198, 18, 0, 253));
    EXPECT_EQ(hop(options, Ipv4Address::of(10, 0, 0, 1)), Ipv4Address::of(198, 18, 0, 253));
  }
}

// A router that is no neighbour would have to be reached by a route itself: it is never taken, so there is no
// circle. And no route, however narrow, takes a neighbour away from us (CVE-2024-3661).
TEST(DhcpConfig, F24_routes_lead_to_neighbours_only_and_never_take_our_own_network) {
  EXPECT_TRUE(hop({mask, {121, {8, 10, 10, 0, 0, 1}}}, Ipv4Address::of(10, 0, 0, 1)).is_any());
  EXPECT_TRUE(hop({mask, {121, {8, 10, 198, 18, 0, 77}}}, Ipv4Address::of(10, 0, 0, 1)).is_any());
  EXPECT_TRUE(hop({mask, {121, {8, 10, 224, 0, 0, 1}}}, Ipv4Address::of(10, 0, 0, 1)).is_any());
  EXPECT_TRUE(hop({mask, {121, {0, 0, 0, 0, 0}}}, Ipv4Address::of(10, 0, 0, 1)).is_any());
  const Ipv4Address neighbour = Ipv4Address::of(198, 18, 0, 1);
  EXPECT_EQ(hop({mask, {121, {32, 198, 18, 0, 1, 198, 18, 0, 66}}}, neighbour), neighbour);
  EXPECT_EQ(hop({mask, {121, {1, 128, 198, 18, 0, 66, 1, 0, 198, 18, 0, 66}}}, neighbour), neighbour);
}

TEST(DhcpConfig, F24_more_routes_than_there_is_room_for_leave_the_first_and_the_gateway) {
  Octets many;
  for (std::uint8_t i = 0; i < 200; ++i) many.insert(many.end(), {16, 10, i, 198, 18, 0, 2});
  many.insert(many.end(), {0, 198, 18, 0, 254});
  const Options options = {mask, {121, many}};
  EXPECT_EQ(hop(options, Ipv4Address::of(10, 15, 0, 1)), Ipv4Address::of(198, 18, 0, 2));
  EXPECT_EQ(hop(options, Ipv4Address::of(10, 16, 0, 1)), router);
}

}  // namespace
}  // namespace proto
