// SPDX-License-Identifier: MPL-2.0
// Whole boots over what networks do: PXE menus, routes, pings, servers that are not there.
#include "flow/boot_bench.h"

namespace flow::boot_test {
namespace {

#define EXPECT_SHOWN(bench, text) EXPECT_TRUE((bench).platform.has_printed(text)) << (bench).printed()

/// DHCP with a menu of three items; the boot server behind it names a script by type.
struct MenuBench : BootBench {
  explicit MenuBench(std::uint8_t seconds, bool by_proxy = true) {
    std::string vendor("\x06\x01\x03\x08\x0e\x80\x01\x01\xc6\x12\0\x09\x80\x02\x01\xc6\x12\0\x09", 19);
    const std::string items(
        "\x80\x01\x05"
        "First"
        "\x80\x02\x06"
        "Second"
        "\0\0\x04"
        "Disk",
        24);
    vendor += std::string("\x09", 1) + static_cast<char>(items.size()) + items;
    vendor += std::string("\x0a\x05", 2) + static_cast<char>(seconds) + "Pick" + '\xff';
    DhcpReply& teller = by_proxy ? offer : dhcp;
    teller.options.push_back({60, "PXEClient"});
    teller.options.push_back({43, vendor});
    if (by_proxy) {
      proxy.serve_udp(67, [this](const SimulatedServer::Datagram& d) { answer(d, proxy, offer); });
    }
    proxy.serve_udp(4011, [this](const SimulatedServer::Datagram& d) {
      const auto query = wire::DhcpPacket::parse(d.payload);
      std::uint8_t scratch[64];
      const auto vendor_options = query->options().find(43, scratch);
      if (!vendor_options || vendor_options->size() < 6) return;
      asked.push_back(base::load_be16(vendor_options->data() + 2));
      const DhcpReply reply{
          {}, proxy_address, "script." + std::to_string(asked.back() & 0xff), {{60, "PXEClient"}}};
      const Octets packet = reply.packet(wire::DhcpMessageType::ack, proxy_address, &query->header());
      proxy.send_udp(4011, d.source, 68, packet);
    });
    for (const char* n : {"1", "2"}) {
      tftp_of_proxy.files["script." + std::string(n)] =
          octets("#!gpxe\necho This is script " + std::string(n) + "\n");
    }
  }
  void press(std::int64_t ms, const std::string& keys) {
    network.at(network.now() + base::Duration::milliseconds(ms), [this, keys] { platform.press(keys); });
  }
  DhcpReply offer;
  proto::fetch_test::TftpServer tftp_of_proxy{proxy};
  std::vector<int> asked;
};

TEST(PxeMenu, first_item_starts_when_the_time_is_over) {
  for (const bool by_proxy : {true, false}) {
    MenuBench bench(3, by_proxy);
    const auto begin = bench.network.now();
    bench.run();
    EXPECT_SHOWN(bench, "Pick");
    EXPECT_SHOWN(bench, "Second");
    EXPECT_SHOWN(bench, "This is script 1\n");
    EXPECT_EQ(bench.asked, std::vector<int>{0x8001});
    EXPECT_EQ((bench.network.now() - begin).ms() / 1000, 3);
  }
}

TEST(PxeMenu, key_chooses_and_the_boot_servers_file_beats_dhcps) {
  MenuBench bench(30);
  bench.dhcp.file = "";
  bench.press(1000, "2");
  bench.run();
  EXPECT_SHOWN(bench, "PXE boot server (net0 52:54:00:12:34:56)... ok\n");
  EXPECT_SHOWN(bench, "This is script 2\n");
}

TEST(PxeMenu, without_time_the_first_item_is_taken_unseen_and_without_end_it_waits) {
  MenuBench bench(0);
  bench.run();
  EXPECT_SHOWN(bench, "This is script 1\n");
  EXPECT_FALSE(bench.platform.has_printed("Second"));
  MenuBench patient(255);
  patient.press(600'000, "\r");
  patient.run();
  EXPECT_SHOWN(patient, "This is script 1\n");
}

TEST(PxeMenu, type_0_is_the_machines_own_disk) {
  MenuBench bench(30);
  bench.press(500, "3");
  EXPECT_EQ(bench.run(), HostPlatform::Ending::exited);
  EXPECT_SHOWN(bench, "the machine's own disk");
  EXPECT_TRUE(bench.asked.empty());
}

TEST(PxeMenu, server_can_skip_it_beside_a_file) {
  MenuBench bench(30, false);
  bench.dhcp.options.back().second[2] = 8 | 3;
  bench.boot_script("echo No menu\n");
  bench.run();
  EXPECT_SHOWN(bench, "No menu\n");
  EXPECT_TRUE(bench.asked.empty());
}

TEST(PxeMenu, pxebs_asks_from_a_script) {
  MenuBench bench(0, false);
  bench.dhcp.options.back().second[2] = 8 | 3;
  bench.boot_script(
      "pxebs net0 0x8002 && chain tftp://${pxebs/next-server}/${pxebs/filename}\npxebs net7 1 || echo No "
      "card\n");
  bench.run();
  EXPECT_SHOWN(bench, "This is script 2\n");
  EXPECT_SHOWN(bench, "No card\n");
}

TEST(NetworkCommands, ping_counts_answers_and_fails_without_any) {
  BootBench bench;
  bench.boot_script(
      "ping --count 2 --size 100 198.18.0.1 && echo Alive\nping -c 2 -t 50 198.18.0.200 || echo Dead\n"
      "ping -c 1 -s 5000 198.18.0.1 || echo Too much\nping 198.18.0.1 || echo Ended\n");
  bench.network.at(bench.network.now() + base::Duration::seconds(20), [&] { bench.platform.press("\3"); });
  bench.run();
  EXPECT_SHOWN(bench, "100 bytes from 198.18.0.1: seq=2");
  EXPECT_SHOWN(bench, "Alive\n");
  EXPECT_SHOWN(bench, "0 bytes from 198.18.0.200: seq=2 (no answer)\n");
  EXPECT_SHOWN(bench, "Dead\n");
  EXPECT_SHOWN(bench, "Too much\n");
  EXPECT_SHOWN(bench, "Ended\n");
}

TEST(NetworkCommands, routes_of_option_121_are_shown_and_used) {
  BootBench bench;
  bench.dhcp.options = {{1, std::string("\xff\xff\xff\0", 4)},
                        {3, std::string("\xc6\x12\0\xc8", 4)},
                        {121, std::string("\x18\xcb\0\x71\xc6\x12\0\x01", 8)}};  // 203.0.113.0/24 by .1
  bench.server.also_is(Ipv4Address::of(203, 0, 113, 5));
  bench.dhcp.file = "http://203.0.113.5/boot.gpxe";
  bench.serve("/boot.gpxe", std::string_view("#!gpxe\nroute\nping -c 1 8.8.8.8\n"));
  bench.run();
  EXPECT_SHOWN(bench, "net0: 198.18.0.77/255.255.255.0\n  203.0.113.0/255.255.255.0 gw 198.18.0.1\n");
  EXPECT_SHOWN(bench, "8.8.8.8 cannot be reached");
}

TEST(NetworkCommands, shut_ports_are_told_at_once) {
  const std::pair<const char*, const char*> rows[] = {
      {"imgfetch tftp://198.18.0.1:1069/x",
       "198.18.0.1 port 1069 cannot be reached: 198.18.0.1 says that nothing listens there"},
      {"nslookup a boot.example",
       "the name \"boot.example\" could not be looked up: 198.18.0.1 port 53 cannot be reached"}};
  for (const auto& [command, sentence] : rows) {
    BootBench bench;
    bench.server.report_unreachable(3);
    bench.dhcp.options.push_back({6, std::string("\xc6\x12\0\x01", 4)});
    bench.boot_script(command);
    const auto begin = bench.network.now();
    bench.run();
    EXPECT_SHOWN(bench, sentence);
    EXPECT_LT((bench.network.now() - begin).ms(), 1000);
  }
}

TEST(NetworkCommands, ifconf_gives_up_when_it_is_told_to) {
  BootBench bench;
  bench.boot_script("sleep 1\nifconf --timeout 3000 net0 || echo Given up\n");
  const auto begin = bench.network.now();
  bench.network.at(begin + base::Duration::milliseconds(500), [&] { bench.server.be_silent(true); });
  bench.run();
  EXPECT_SHOWN(bench, "Given up\n");
  EXPECT_GE((bench.network.now() - begin).ms(), 4000);
  EXPECT_LT((bench.network.now() - begin).ms(), 5000);
}

TEST(NetworkSettings, times_of_dhcp_are_settings_and_wrong_ones_are_named) {
  BootBench bench;
  bench.boot_script(
      "set proxydhcp-timeout 100\nset dhcp-timeout 1500\ndhcp && echo Quick\nset dhcp-timeout soon\ndhcp\n");
  bench.run();
  EXPECT_SHOWN(bench, "Quick\n");
  EXPECT_SHOWN(bench, "Setting \"dhcp-timeout\" is \"soon\": it wants a number of milliseconds");
}

}  // namespace
}  // namespace flow::boot_test
