// SPDX-License-Identifier: MPL-2.0
// What dmesg shows and a log server is told.
#include "flow/boot_bench.h"

namespace flow::boot_test {
namespace {

struct LoggedBench : BootBench {
  explicit LoggedBench(Ipv4Address log_server = server_address) {
    server.serve_udp(514, [this](const SimulatedServer::Datagram& datagram) {
      source_ports.insert(datagram.source_port);
      told.emplace_back(base::as_text(datagram.payload));
    });
    if (log_server.is_any()) return;
    std::string value(4, '\0');
    for (unsigned i = 0; i < 4; ++i) value[i] = static_cast<char>(log_server.value >> (24 - 8 * i));
    dhcp.options.push_back({7, value});
  }
  /// What is on the wire when the firmware has gone arrives, too.
  HostPlatform::Ending run() {
    const HostPlatform::Ending ending = BootBench::run();
    network.run_until(network.now() + base::Duration::milliseconds(100));
    return ending;
  }
  long count(const std::string& line) const {
    return std::count(told.begin(), told.end(), line);
  }
  std::string all() const {
    std::string text;
    for (const std::string& line : told) text += line + "\n";
    return text;
  }

  std::vector<std::string> told;
  std::set<std::uint16_t> source_ports;
};

TEST(Syslog, server_of_option_7_is_told_each_line_once_and_from_the_start) {
  LoggedBench bench;
  bench.dhcp.options.push_back({12, "rack7"});
  bench.boot_script("echo Hello there\n");
  bench.run();
  EXPECT_EQ(bench.count("<30>rack7 chainload: Hello there"), 1) << bench.all();
  EXPECT_EQ(bench.count("<30>rack7 chainload: Next server: 198.18.0.1"), 1) << bench.all();
  EXPECT_EQ(bench.count("<30>rack7 chainload: http://198.18.0.1/boot.gpxe... ok"), 1) << bench.all();
  ASSERT_FALSE(bench.told.empty());
  EXPECT_EQ(bench.told[0].rfind("<30>rack7 chainload: Chainload gPXE", 0), 0) << bench.told[0];
  EXPECT_EQ(bench.source_ports, std::set<std::uint16_t>{514});
}

TEST(Syslog, without_a_name_our_address_stands_in_its_place) {
  LoggedBench bench;
  bench.boot_script("echo Hello\n");
  EXPECT_EQ(bench.run(), HostPlatform::Ending::exited);
  EXPECT_EQ(bench.count("<30>198.18.0.77 chainload: Hello"), 1) << bench.all();
}

TEST(Syslog, setting_names_the_server_too_and_what_came_before_follows) {
  LoggedBench bench(Ipv4Address::any());
  bench.boot_script("echo Early\nset syslog 198.18.0.1\nset hostname by-hand\necho Late\n");
  bench.run();
  EXPECT_EQ(bench.count("<30>by-hand chainload: Early"), 1) << bench.all();
  EXPECT_EQ(bench.count("<30>by-hand chainload: Late"), 1) << bench.all();
}

TEST(Syslog, nobody_is_told_without_a_server) {
  LoggedBench bench(Ipv4Address::any());
  bench.boot_script("echo Hello\nsleep 1\n");
  bench.run();
  EXPECT_TRUE(bench.told.empty()) << bench.all();
}

TEST(Syslog, last_words_before_a_restart_arrive) {
  LoggedBench bench;
  bench.boot_script("echo Once more\nreboot\n");
  EXPECT_EQ(bench.run(), HostPlatform::Ending::restarted);
  EXPECT_EQ(bench.count("<30>198.18.0.77 chainload: Once more"), 1) << bench.all();
}

TEST(Syslog, last_words_before_a_kernel_starts_arrive) {
  LoggedBench bench;
  bench.serve("/vmlinuz", image::TestKernel{}.file());
  bench.boot_script("kernel /vmlinuz\necho Here we go\nboot\n");
  EXPECT_EQ(bench.run(), HostPlatform::Ending::started);
  EXPECT_EQ(bench.count("<30>198.18.0.77 chainload: Here we go"), 1) << bench.all();
}

TEST(Syslog, server_that_is_not_there_delays_nothing) {
  LoggedBench bench(Ipv4Address::of(198, 18, 0, 200));
  bench.boot_script("echo Hello\n");
  const auto begin = bench.network.now();
  bench.run();
  EXPECT_TRUE(bench.platform.has_printed("Hello\n")) << bench.printed();
  EXPECT_LT((bench.network.now() - begin).ms(), 2000);
}

TEST(Syslog, escape_sequences_passwords_and_what_is_typed_are_left_out) {
  LoggedBench bench;
  bench.boot_script(
      "set esc:hex 1b\necho ${esc:string}[1;33mYellow${esc:string}[0m text\n"
      "imgfetch http://me:secret@198.18.0.1/none || echo Denied\nlogin\nmenu Secrets\nitem a Hidden item\n"
      "choose x\necho Chosen ${x}\n");
  bench.platform.press("me\rhush\r");
  bench.network.at(bench.network.now() + base::Duration::seconds(20), [&] { bench.platform.press("\r"); });
  bench.run();
  EXPECT_EQ(bench.count("<30>198.18.0.77 chainload: Yellow text"), 1) << bench.all();
  EXPECT_EQ(bench.count("<30>198.18.0.77 chainload: Chosen a"), 1) << bench.all();
  EXPECT_NE(bench.all().find("http://me:***@198.18.0.1/none"), std::string::npos) << bench.all();
  for (const char* absent : {"secret", "hush", "Hidden item"}) {
    EXPECT_EQ(bench.all().find(absent), std::string::npos) << bench.all();
  }
}

TEST(Dmesg, shows_what_was_written_and_writes_it_once) {
  BootBench bench;
  bench.boot_script("echo One line\ndmesg\ndmesg\n");
  bench.run();
  int times = 0;
  for (std::size_t at = 0; (at = bench.printed().find("One line\n", at)) != std::string::npos; ++at) ++times;
  EXPECT_EQ(times, 3) << bench.printed();
}

TEST(Dmesg, in_the_shell_shows_the_boot_and_nothing_that_was_typed) {
  BootBench bench;
  bench.boot_script("echo Before the shell\nshell\n");
  bench.platform.press("set a typed-text\rdmesg\rexit\r");
  bench.run();
  const std::size_t log = bench.printed().find("dmesg\n");
  ASSERT_NE(log, std::string::npos) << bench.printed();
  const std::string shown = bench.printed().substr(log);
  EXPECT_NE(shown.find("Chainload gPXE"), std::string::npos) << shown;
  EXPECT_NE(shown.find("Before the shell\n"), std::string::npos) << shown;
  EXPECT_EQ(shown.find("typed-text"), std::string::npos) << shown;
}

}  // namespace
}  // namespace flow::boot_test
