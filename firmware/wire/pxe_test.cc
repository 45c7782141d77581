// SPDX-License-Identifier: MPL-2.0
#include "wire/pxe.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wire {
namespace {

using base::Ipv4Address;
using Octets = std::vector<std::uint8_t>;

/// A packet of a PXE server with this option 43.
struct Packet {
  explicit Packet(const Octets& vendor, std::string_view vendor_class = "PXEClient") : bytes(2000) {
    BootpHeader header;
    header.op = bootp_op_reply;
    DhcpBuilder builder(bytes, header);
    builder.add(dhcp_option::vendor_class, base::as_bytes(vendor_class));
    builder.add(dhcp_option::vendor_encapsulated, vendor);
    bytes.resize(builder.finish());
  }
  PxeOptions options() { return PxeOptions(*DhcpPacket::parse(bytes), scratch); }
  Octets bytes;
  std::uint8_t scratch[1472];
};

/// What dnsmasq sends for two services: control 3, a menu, a list of servers, a prompt.
const Octets menu = {6,   1,   3, 8, 7, 0x80, 0,   1,   198, 18,  0,   9,  9, 15, 0x80, 0,   3,   'o',
                     'n', 'e', 0, 0, 6, 'd',  'i', 's', 'k', '!', '!', 10, 4, 5,  'F',  '8', '?', 255};

TEST(PxeOptions, menu_prompt_and_servers_are_read) {
  Packet packet(menu);
  PxeOptions options = packet.options();
  EXPECT_TRUE(options.has_menu());
  EXPECT_EQ(options.menu_timeout(), 5);
  EXPECT_EQ(options.menu_prompt(), "F8?");
  const auto first = options.next_item(), second = options.next_item();
  EXPECT_EQ(first->type, 0x8000);
  EXPECT_EQ(first->text, "one");
  EXPECT_EQ(second->type, 0);
  EXPECT_EQ(second->text, "disk!!");
  EXPECT_FALSE(options.next_item());
  const PxeBootServers servers = packet.options().boot_servers(0x8000);
  EXPECT_EQ(servers.count, 1U);
  EXPECT_EQ(servers.addresses[0], Ipv4Address::of(198, 18, 0, 9));
  EXPECT_FALSE(servers.only_listed);
  EXPECT_EQ(packet.options().boot_servers(1).count, 0U);
}

TEST(PxeOptions, discovery_control_says_which_ways_there_are) {
  const auto ways = [](int control) {
    Packet packet(
        {6, 1, static_cast<std::uint8_t>(control), 7, 4, 224, 0, 1, 2, 8, 7, 0, 1, 1, 198, 18, 0, 9});
    return packet.options().boot_servers(1);
  };
  EXPECT_EQ(ways(0).count, 3U);
  EXPECT_EQ(ways(0).addresses[0], Ipv4Address::of(224, 0, 1, 2));
  EXPECT_EQ(ways(0).addresses[1], Ipv4Address::broadcast());
  EXPECT_EQ(ways(1).count, 2U);
  EXPECT_EQ(ways(3).count, 1U);
  EXPECT_TRUE(ways(7).only_listed);
  EXPECT_TRUE(ways(7).holds(Ipv4Address::of(198, 18, 0, 9)));
  EXPECT_FALSE(ways(7).holds(Ipv4Address::of(198, 18, 0, 8)));
}

TEST(PxeOptions, strangers_have_none) {
  Packet packet(menu, "HTTPClient");
  EXPECT_FALSE(packet.options().has_menu());
}

// Cut at every octet, lengths that lie, a list that names another type with 255 servers, a group that is
// none.
TEST(PxeOptions, F6_hostile_sub_options_end_early) {
  for (std::size_t size = 0; size < menu.size(); ++size) {
    Packet packet(Octets(menu.begin(), menu.begin() + static_cast<std::ptrdiff_t>(size)));
    PxeOptions options = packet.options();
    int items = 0;
    while (options.next_item()) ++items;
    EXPECT_LE(items, 2);
    EXPECT_LE(options.boot_servers(0x8000).count, 2U);
  }
  Packet lying({9, 6, 0, 1, 200, 'a', 'b', 'c', 8, 3, 0, 1, 255, 7, 4, 198, 18, 0, 1, 10, 0});
  PxeOptions options = lying.options();
  EXPECT_FALSE(options.next_item());
  EXPECT_EQ(options.menu_timeout(), 0);
  EXPECT_EQ(options.menu_prompt(), "");
  EXPECT_EQ(options.boot_servers(1).count, 1U);  // the broadcast; 7 is no group
  Packet empty_menu({9, 0, 10, 1, 255});
  EXPECT_FALSE(empty_menu.options().has_menu());
  Octets many = {8, 243, 0, 1, 60};
  many.insert(many.end(), 240, 9);
  Packet crowd(many);
  EXPECT_EQ(crowd.options().boot_servers(1).count, PxeBootServers::max);
  Octets prompt = {10, 250, 255};
  prompt.insert(prompt.end(), 249, 0x1b);
  Packet talker(prompt);
  EXPECT_EQ(talker.options().menu_prompt().size(), 249U);
  EXPECT_FALSE(Packet({71, 1, 0}).options().boot_item());
  EXPECT_EQ(Packet({71, 4, 1, 2, 0, 0}).options().boot_item(), 0x102);
}

}  // namespace
}  // namespace wire
