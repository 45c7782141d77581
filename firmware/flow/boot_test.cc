// SPDX-License-Identifier: MPL-2.0
// Whole boots, from firmware_main to what a kernel or boot program would find in memory.
#include "flow/boot_bench.h"
#include "flow/loop_check.h"

namespace flow::boot_test {
namespace {

using Ending = HostPlatform::Ending;
using image::TestKernel;

#define EXPECT_PRINTED(bench, text) EXPECT_TRUE((bench).platform.has_printed(text)) << (bench).printed()

TEST(Boot, a_script_brings_kernel_and_two_initrds_into_memory) {
  BootBench bench;
  const auto kernel = TestKernel{.protected_size = 500'000}.file();
  const auto first = proto::fetch_test::pattern(70'001), second = proto::fetch_test::pattern(4096);
  bench.boot_script(
      "echo Hello ${net0/mac}\nkernel images/vmlinuz console=ttyS0\ninitrd images/one.cpio\n"
      "initrd --name two http://198.18.0.1/images/two.cpio\nimgargs vmlinuz console=ttyS0 ip=${ip}\nboot\n");
  bench.serve("/images/vmlinuz", kernel);
  bench.serve("/images/one.cpio", first);
  bench.serve("/images/two.cpio", second);
  ASSERT_EQ(bench.run(), Ending::started) << bench.printed();
  EXPECT_PRINTED(bench, "Chainload gPXE ");
  EXPECT_PRINTED(bench, "Features: DNS HTTP TFTP bzImage PXE\n");
  EXPECT_PRINTED(bench, "net0: 52:54:00:12:34:56 on a simulated card\n");
  EXPECT_PRINTED(bench,
                 "DHCP (net0 52:54:00:12:34:56)... ok\nnet0: 198.18.0.77/255.255.255.0 gw 198.18.0.1\n");
  EXPECT_PRINTED(
      bench, "Booting from filename \"http://198.18.0.1/boot.gpxe\"\nhttp://198.18.0.1/boot.gpxe... ok\n");
  EXPECT_PRINTED(bench, "Hello 52:54:00:12:34:56\nhttp://198.18.0.1/images/vmlinuz... ok\n");

  const auto& started = *bench.platform.ram().started();
  EXPECT_EQ(started.kind, base::LoadPlan::Start::linux_real_mode);
  EXPECT_EQ(started.segment, 0x1000);
  const Octets setup = bench.ram(0x10000, 0x1f000);
  EXPECT_EQ(base::load_le32(&setup[0x202]), 0x53726448U);
  EXPECT_EQ(setup[0x210], 0xff);
  EXPECT_EQ(base::load_le32(&setup[0x228]), 0x1e000U);
  const std::string command_line = "console=ttyS0 ip=198.18.0.77";
  EXPECT_EQ(std::string(base::as_text(setup).substr(0xe000, command_line.size() + 1)), command_line + '\0');
  EXPECT_EQ(bench.ram(0x100000, 500'000), Octets(kernel.begin() + 2560, kernel.end()));
  const std::uint32_t initrd = base::load_le32(&setup[0x218]);
  EXPECT_EQ(base::load_le32(&setup[0x21c]), 73728U + 4096U);  // the first, padded to a page, and the second
  EXPECT_EQ(bench.ram(initrd, first.size()), first);
  EXPECT_EQ(bench.ram(initrd + 73728, second.size()), second);
  EXPECT_EQ(bench.user_classes, std::set<std::string>{"gPXE"});
}

TEST(Boot, an_initrd_with_a_path_is_a_file_of_the_first_root) {
  BootBench bench;
  bench.boot_script("kernel vmlinuz\ninitrd one\ninitrd two /etc/two mode=0600\ninitrd three\nboot\n");
  bench.serve("/vmlinuz", TestKernel{}.file());
  bench.serve("/one", std::string(100, '1'));
  bench.serve("/two", std::string(5000, '2'));
  bench.serve("/three", std::string(10, '3'));
  ASSERT_EQ(bench.run(), Ending::started) << bench.printed();
  const Octets setup = bench.ram(0x10000, 0x1000);
  const std::uint32_t initrd = base::load_le32(&setup[0x218]), size = base::load_le32(&setup[0x21c]);
  EXPECT_EQ(size, 4096U + 8192U + 10U);
  const std::string all(base::as_text(bench.ram(initrd, size)));
  EXPECT_EQ(all.substr(0, 101), std::string(100, '1') + '\0');
  EXPECT_EQ(all.substr(4096, 6), "070701");
  EXPECT_EQ(all.substr(4096 + 110, 9), std::string("/etc/two\0", 9));
  EXPECT_EQ(all.substr(4096 + 120, 5001), std::string(5000, '2') + '\0');
  EXPECT_EQ(all.substr(12288), std::string(10, '3'));
}

TEST(Boot, the_file_name_may_hold_settings) {
  BootBench bench;
  bench.dhcp.file = "http://198.18.0.1/boot.php?mac=${net0/mac:hexhyp}";
  bench.serve("/boot.php?mac=52-54-00-12-34-56", std::string_view("#!gpxe\necho found me\n"));
  EXPECT_EQ(bench.run(), Ending::exited);
  EXPECT_PRINTED(bench, "found me\n");
  EXPECT_PRINTED(bench, "The boot script ended without booting");
}

TEST(Boot, a_plain_file_name_comes_by_tftp_and_starts_at_7c00) {
  BootBench bench;
  const Octets program = proto::fetch_test::pattern(30'000);
  bench.dhcp.options.push_back({67, "pxelinux.0"});
  bench.tftp.files["pxelinux.0"] = program;
  ASSERT_EQ(bench.run(), Ending::started) << bench.printed();
  EXPECT_EQ(bench.platform.ram().started()->kind, base::LoadPlan::Start::pxe_nbp);
  EXPECT_EQ(bench.ram(0x7c00, program.size()), program);
  EXPECT_PRINTED(bench,
                 "Next server: 198.18.0.1\nFilename: pxelinux.0\nBooting from filename "
                 "\"tftp://198.18.0.1/pxelinux.0\"\n");
  EXPECT_FALSE(bench.platform.has_printed("loop"));
}

TEST(Boot, a_boot_program_that_ends_lets_the_script_go_on) {
  BootBench bench;
  bench.platform.let_nbp_return();
  bench.boot_script("chain tftp://198.18.0.1/tool.0\necho back again\n");
  bench.tftp.files["tool.0"] = Octets(5000, 0xf4);
  EXPECT_EQ(bench.run(), Ending::exited) << bench.printed();
  EXPECT_PRINTED(bench, "back again\n");
}

TEST(Boot, proxydhcp_names_the_file_and_its_own_server) {
  BootBench bench;
  bench.dhcp.file.clear();
  bench.dhcp.siaddr = BootBench::server_address;  // as servers do that have no file to offer
  DhcpReply reply;
  reply.siaddr = BootBench::proxy_address;
  reply.file = "tool.0";
  reply.options = {{60, "PXEClient"}, {43, std::string("\x06\x01\x08\xff", 4)}};
  bench.proxy.serve_udp(67, [&](const SimulatedServer::Datagram& d) { bench.answer(d, bench.proxy, reply); });
  proto::fetch_test::TftpServer tftp(bench.proxy);
  tftp.files["tool.0"] = Octets(5000, 0xf4);
  ASSERT_EQ(bench.run(), Ending::started) << bench.printed();
  EXPECT_PRINTED(bench, "Booting from filename \"tftp://198.18.0.9/tool.0\"\n");
}

TEST(Boot, an_answer_without_a_file_is_explained) {
  BootBench bench;
  EXPECT_EQ(bench.run(), Ending::failed);
  EXPECT_PRINTED(
      bench,
      "DHCP server 198.18.0.1 gave us 198.18.0.77 but no boot file: let it answer user class gPXE with the "
      "address of a script (option 67 or the file field)\n");
  EXPECT_PRINTED(bench, "Nothing was booted");
  BootBench with_root;
  with_root.dhcp.options.push_back({17, "iscsi:198.18.0.1::::iqn"});
  EXPECT_EQ(with_root.run(), Ending::failed);
  EXPECT_PRINTED(with_root, "only a root-path");
}

TEST(Boot, a_name_without_a_server_is_explained) {
  BootBench bench;
  bench.dhcp.siaddr = {};
  bench.dhcp.file = "pxelinux.0";
  EXPECT_EQ(bench.run(), Ending::failed);
  EXPECT_PRINTED(bench,
                 "DHCP named the boot file pxelinux.0 but no server: set next-server (siaddr) beside it, or option 66\n");
}

TEST(Boot, option_66_is_the_server_where_siaddr_is_none) {
  for (const char* server : {"198.18.0.1", "boot.example"}) {
    BootBench bench;
    bench.dhcp.siaddr = {};
    bench.dhcp.file = "script.gpxe";
    bench.dhcp.options.push_back({6, std::string("\xc6\x12\0\x01", 4)});
    bench.dhcp.options.push_back({66, server});
    bench.tftp.files["script.gpxe"] = octets("#!gpxe\necho The server is ${next-server}\n");
    proto::fetch_test::DnsServer names(bench.server);
    names.names["boot.example"] = BootBench::server_address;
    bench.run();
    EXPECT_PRINTED(bench, std::string("Next server: ") + server + "\n");
    EXPECT_PRINTED(bench, server[0] == 'b' ? "The server is \n" : "The server is 198.18.0.1\n");
  }
}

TEST(Boot, silence_is_a_sentence_too) {
  BootBench bench;
  bench.server.be_silent(true);
  bench.proxy.be_silent(true);
  EXPECT_EQ(bench.run(), Ending::failed);
  EXPECT_PRINTED(bench, "DHCP (net0 52:54:00:12:34:56)...\n");
  EXPECT_PRINTED(bench, "Nothing was booted");
}

TEST(Boot, ctrl_c_ends_the_wait_for_dhcp) {
  BootBench bench;
  bench.server.be_silent(true);
  bench.proxy.be_silent(true);
  bench.platform.press("\3");
  EXPECT_EQ(bench.run(), Ending::failed);
  EXPECT_PRINTED(bench, "Ctrl-C");
}

TEST(Boot, being_handed_our_own_file_names_the_loop_and_obeys) {
  HostPlatform::Machine machine;
  machine.image_stamp = octets("a stamp of this very build");
  BootBench bench(machine);
  Octets ours(60'000, 0x90);
  std::copy(machine.image_stamp.begin(), machine.image_stamp.end(), ours.begin() + 517);
  bench.dhcp.file = "undionly.kpxe";
  bench.tftp.files["undionly.kpxe"] = ours;
  EXPECT_EQ(bench.run(), Ending::started);
  EXPECT_PRINTED(
      bench,
      "This is a boot loop: tftp://198.18.0.1/undionly.kpxe is the firmware that is running now, and would "
      "load the same again for ever.\nTo break it, let the DHCP server 198.18.0.1 answer clients of user "
      "class gPXE with a script: in Kea, load libdhcp_chainload.so");
  EXPECT_PRINTED(
      bench,
      "in dhcpd, write: if exists user-class and option user-class = \"gPXE\" { filename \"http://...\"; } "
      "else { filename \"undionly.kpxe\"; }\n");
  EXPECT_EQ(bench.ram(0x7c00, ours.size()), ours);
}

TEST(Boot, being_handed_what_the_rom_was_given_is_a_loop_as_well) {
  HostPlatform::Machine machine;
  machine.cached_ack = DhcpReply{BootBench::our_address, BootBench::server_address, "other.kpxe", {}}.packet(
      wire::DhcpMessageType::ack, BootBench::server_address);
  BootBench bench(machine);
  bench.dhcp.file = "other.kpxe";
  bench.tftp.files["other.kpxe"] = Octets(1000, 0x90);
  EXPECT_EQ(bench.run(), Ending::started);
  EXPECT_PRINTED(
      bench,
      "This is a boot loop: tftp://198.18.0.1/other.kpxe is the file that the network card's ROM was given");
}

TEST(LoopCheck, knows_stamps_and_names) {
  const Octets file = octets("xxstampxx");
  EXPECT_TRUE(holds_stamp(file, octets("stamp")));
  EXPECT_FALSE(holds_stamp(file, octets("stamps")));
  EXPECT_FALSE(holds_stamp(file, {}));
  const Octets packet =
      DhcpReply{{}, BootBench::server_address, "a.0", {}}.packet(wire::DhcpMessageType::ack, {});
  EXPECT_TRUE(is_named_by(packet, "tftp://198.18.0.1/a.0"));
  EXPECT_FALSE(is_named_by(packet, "tftp://198.18.0.2/a.0"));
  EXPECT_FALSE(is_named_by(octets("junk"), "tftp://198.18.0.1/a.0"));
}

// Every file that is no program is refused in a sentence that names it.
TEST(Boot, files_that_cannot_be_started_are_named_and_explained) {
  const std::pair<std::string_view, std::string_view> files[] = {
      {"", "the file is empty"},
      {"<html>404</html>", "it is a web page"},
      {"echo no magic\n", "it is text without the first line #!gpxe"},
      {"\x7f"
       "ELF\x01\x01",
       "it is an ELF program"}};
  for (const auto& [body, reason] : files) {
    BootBench bench;
    bench.dhcp.file = "http://198.18.0.1/file";
    bench.serve("/file", body);
    EXPECT_EQ(bench.run(), Ending::failed);
    EXPECT_PRINTED(bench, "Cannot start file: ");
    EXPECT_PRINTED(bench, reason);
  }
}

}  // namespace
}  // namespace flow::boot_test
