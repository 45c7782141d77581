// SPDX-License-Identifier: MPL-2.0
// Whole boots over what networks do: routes, pings, servers that are not there.
#include "flow/boot_bench.h"

namespace flow::boot_test {
namespace {

#define EXPECT_SHOWN(bench, text) EXPECT_TRUE((bench).platform.has_printed(text)) << (bench).printed()

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
