// SPDX-License-Identifier: MPL-2.0
// Scripts as others write them: the constructs that are used most, in order of use, and what is hostile.
#include <algorithm>

#include "flow/boot_bench.h"

namespace flow::boot_test {
namespace {

using Ending = HostPlatform::Ending;
using image::TestKernel;

/// "#!ipxe" and the lines of a menu file as they are published.
struct Foreign {
  explicit Foreign(std::string_view lines) {
    bench.boot_script({});
    bench.serve("/boot.gpxe", "#!ipxe\n" + std::string(lines));
    bench.serve("/vmlinuz", TestKernel{}.file());
    bench.serve("/initrd", std::string(5000, 'i'));
  }
  Ending run() { return bench.run(); }
  bool printed(std::string_view text) { return bench.printed().find(text) != std::string::npos; }
  BootBench bench;
};

TEST(ForeignScripts, goto_set_item_choose_and_clear) {
  Foreign script(
      "set esc:hex 1b\nset cls ${esc:string}[2J\nset space:hex 20:20\nset space ${space:string}\n"
      ":start\nset menu-timeout 1000\nclear menu\nset os debian\nisset ${menu} || set menu main\ngoto ${menu} ||\n"
      ":main\nmenu ${cls} boot menu [${ip} ${platform}-${buildarch}]\n"
      "item --gap Default:\nitem local ${space}Boot from local disk\nitem --gap -- ---- Distributions ----\n"
      "item --key d linux ${space}Debian\nitem shell ${space}Shell\n"
      "choose --default linux --timeout ${menu-timeout} menu || goto main\n"
      "echo ${cls}\ngoto ${menu} ||\ngoto start\n"
      ":local\nexit 1\n"
      ":linux\nset base http://${next-server}\n"
      "kernel ${base}/vmlinuz initrd=initrd ip=dhcp BOOTIF=${netX/mac:hexhyp} {args} ||\n"
      "kernel ${base}/vmlinuz initrd=initrd ip=dhcp BOOTIF=${netX/mac:hexhyp}\ninitrd ${base}/initrd\n"
      "boot || goto main\n");
  EXPECT_EQ(script.run(), Ending::started);
  EXPECT_TRUE(script.printed("Distributions"));
  EXPECT_TRUE(script.printed("http://198.18.0.1/initrd... ok"));
}

TEST(ForeignScripts, iseq_isset_and_what_machines_are_asked_for) {
  Foreign script(
      "iseq ${platform} efi && goto efi || goto pcbios\n:efi\necho wrong\nexit\n:pcbios\n"
      "cpuid --ext 29 && set arch x86_64 || set arch i386\niseq ${arch} x86_64 && set arch_a amd64 ||\n"
      "iseq ${arch} i386 && set arch_a i386 ||\necho arch ${arch_a}\n"
      "isset ${dhcp-server} && set proxy ${dhcp-server} ||\nisset ${proxydhcp/next-server} && set proxy other ||\n"
      "echo ${proxy} ${netmask} ${gateway} ${net0.dhcp/next-server}\nset idx:int32 0\n"
      ":loop\nisset ${net${idx}/mac} || goto done\necho net${idx} is ${net${idx}/mac}\ninc idx && goto loop\n"
      ":done\necho memory ${memsize} cpu ${cpuvendor}\n");
  EXPECT_EQ(script.run(), Ending::exited);
  EXPECT_TRUE(script.printed("arch amd64\n198.18.0.1 255.255.255.0 198.18.0.1 198.18.0.1\n")) << script.bench.printed();
  EXPECT_TRUE(script.printed("net0 is 52:54:00:12:34:56\nmemory "));
  EXPECT_FALSE(script.printed("memory cpu")) << "a machine has memory";
}

TEST(ForeignScripts, short_options_stand_together) {
  Foreign script("chain -ar next\necho never\n");
  script.bench.serve("/next", "#!ipxe\nprompt -t100 -k 0x02 now || echo timed out\nmenu -n m Title\nitem -mm a b\n"
                              "item -m m -gd\nchoose -mm -t10 x && echo ${x}\n");
  EXPECT_EQ(script.run(), Ending::exited) << script.bench.printed();
  EXPECT_TRUE(script.printed("timed out\n"));
  EXPECT_FALSE(script.printed("never"));
}

TEST(ForeignScripts, options_that_matter_little_here_are_taken) {
  Foreign script(
      "imgfetch -a -n one /initrd\ninitrd --autofree --name two /initrd\nimgfetch -n three /initrd\nimgfree one two\n"
      "imgstat\nimgfree one && echo wrong || echo gone\nsync --timeout 1000\nconfig net0\nparams\n"
      "param -p absent a b && echo wrong || echo no form\nkernel --autofree /vmlinuz\nreboot --warm\n");
  EXPECT_EQ(script.run(), Ending::restarted);
  EXPECT_TRUE(script.printed("three: 5000 bytes, initrd\n"));
  EXPECT_FALSE(script.printed("two: 5000 bytes"));
  EXPECT_TRUE(script.printed("gone\n"));
  EXPECT_TRUE(script.printed("no form\n"));
  EXPECT_FALSE(script.printed("wrong"));
}

TEST(ForeignScripts, commands_that_are_not_here_are_survived_and_the_card_tells_of_itself) {
  Foreign script(
      "imgverify vmlinuz vmlinuz.sig || echo no imgverify\nshim shim.efi || echo no shim\npciscan bus || goto on\n"
      "echo wrong\n:on\nifopen net0 && ifstat net0\necho ${dns} ${netmask} ${gateway}\n");
  script.bench.dhcp.options.push_back({6, std::string("\xc6\x12\0\x02", 4)});
  EXPECT_EQ(script.run(), Ending::exited);
  for (const char* text : {"no imgverify\n", "no shim\n", "net0: 52:54:00:12:34:56 on", "[TX:", " TXE:0 RX:", " RXE:0]\n",
                           "198.18.0.2 255.255.255.0 198.18.0.1\n"})
    EXPECT_TRUE(script.printed(text)) << text << script.bench.printed();
  EXPECT_FALSE(script.printed("wrong"));
}

TEST(ForeignScripts, where_a_script_stands_is_a_setting) {
  Foreign script("echo at ${cwuri} in ${cwduri}\nchain dir/inner?a=/b\necho back in ${cwduri}\n");
  script.bench.serve("/dir/inner?a=/b", "#!ipxe\necho inner ${cwduri}\n");
  EXPECT_EQ(script.run(), Ending::exited);
  EXPECT_TRUE(script.printed("at http://198.18.0.1/boot.gpxe in http://198.18.0.1/\n"));
  EXPECT_TRUE(script.printed("inner http://198.18.0.1/dir/\nback in http://198.18.0.1/\n")) << script.bench.printed();
}

TEST(ForeignScripts, address_set_by_hand_counts_without_dhcp) {
  Foreign script("ifclose\nset net0/ip 198.18.0.55\nset net0/netmask 255.255.255.0\nset net0/gateway 198.18.0.1\n"
                 "ifopen net0\nroute\nchain http://198.18.0.1/next\n");
  script.bench.serve("/next", "#!ipxe\necho arrived\n");
  EXPECT_EQ(script.run(), Ending::exited) << script.bench.printed();
  EXPECT_TRUE(script.printed("net0: 198.18.0.55/255.255.255.0 gw 198.18.0.1\n"));
  EXPECT_TRUE(script.printed("arrived\n"));
}

TEST(ForeignScripts, passwords_are_never_seen) {
  Foreign script("set filename http://u:geheim@198.18.0.1/x\necho ${filename}\nshow filename\nconfig\n"
                 "set password geheim\nconfig\nchain http://u:geheim@198.18.0.1/none ||\n"
                 "chain ftp://u:geheim@198.18.0.1/none ||\nchain http://u:geheim@198.18.0.9:1/none\n");
  EXPECT_EQ(script.run(), Ending::failed);
  EXPECT_FALSE(script.printed("geheim")) << script.bench.printed();
  EXPECT_TRUE(script.printed("filename = http://u:***@198.18.0.1/x\n"));
  EXPECT_TRUE(script.printed("http://u:***@198.18.0.1/none..."));
}

/// zlib's "#!ipxe\necho unpacked ${cwuri}\n", and what is no script at all.
constexpr std::string_view packed_script(
    "\037\213\010\000\000\000\000\000\000\377\123\126\314\054\250\110\345\112\115\316\310\127\050\315"
    "\053\110\114\316\116\115\121\120\251\116\056\057\055\312\254\345\002\000\100\343\253\113\036\000"
    "\000\000", 50);

TEST(ForeignScripts, compressed_script_runs_by_chain_boot_and_imgextract) {
  Foreign script("chain x.gz\nimgfetch --name kept x.gz\nimgextract --name y --keep kept\nboot y\nboot kept\n"
                 "imgfetch x.gz\nimgextract x.gz\nboot x\nimgstat\nimgextract boot.gpxe\n");
  script.bench.serve("/x.gz", packed_script);
  EXPECT_EQ(script.run(), Ending::failed);
  std::size_t count = 0;
  for (std::size_t at = 0; (at = script.bench.printed().find("unpacked http://198.18.0.1/x.gz\n", at)) != std::string::npos;
       ++at) {
    ++count;
  }
  EXPECT_EQ(count, 4U) << script.bench.printed();
  EXPECT_TRUE(script.printed("Cannot unpack boot.gpxe: it is damaged, or cut short"));
}

TEST(ForeignScripts, content_encoding_is_undone_and_an_initrd_is_left_as_it_is) {
  Foreign script("chain encoded\nimgfetch x.gz\nimgstat\nchain odd\n");
  const std::string length = "Content-Length: " + std::to_string(packed_script.size()) + "\r\n\r\n";
  script.bench.http.pages["/encoded"] = {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n" + length +
                                         std::string(packed_script)};
  script.bench.http.pages["/odd"] = {"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n" + length + std::string(packed_script)};
  script.bench.serve("/x.gz", packed_script);
  EXPECT_EQ(script.run(), Ending::failed);
  EXPECT_TRUE(script.printed("unpacked http://198.18.0.1/encoded\n")) << script.bench.printed();
  EXPECT_TRUE(script.printed("x.gz: " + std::to_string(packed_script.size()) + " bytes, initrd\n"));
  EXPECT_TRUE(script.printed("packs the file in a way that this firmware does not unpack"));
}

TEST(ForeignScripts, long_download_shows_how_far_it_is) {
  Foreign script("imgfetch big\necho done\n");
  script.bench.server.serve_tcp(8080, [&](platform::host::SimulatedStream& stream) {
    stream.on_data([&](platform::host::SimulatedStream& self, base::Bytes) {
      self.write("HTTP/1.1 200 OK\r\nContent-Length: 409600\r\n\r\n");
      for (int i = 0; i < 4; ++i) {
        script.bench.network.at(script.bench.network.now() + base::Duration::milliseconds(1500 * i),
                                [&self] { self.write(std::string(102'400, 'x')); });
      }
    });
  });
  script.bench.http.pages["/big"] = {proto::fetch_test::HttpServer::redirect("http://198.18.0.1:8080/")};
  EXPECT_EQ(script.run(), Ending::exited);
  EXPECT_TRUE(script.printed(" s left of 400 KiB")) << script.bench.printed();
  EXPECT_TRUE(script.printed(" KiB/s, "));
  EXPECT_TRUE(script.printed(" ok\ndone\n"));
}

// What is hostile, and what only looks so.

TEST(ForeignScripts, Scripts_byte_order_mark_and_crlf_are_survived) {
  BootBench bench;
  bench.boot_script({});
  bench.serve("/boot.gpxe", "\xef\xbb\xbf#!ipxe\r\necho windows\r\ngoto end\r\n:end\r\necho wrote this\r\n");
  EXPECT_EQ(bench.run(), Ending::exited);
  EXPECT_NE(bench.printed().find("windows\nwrote this\n"), std::string::npos) << bench.printed();
}

TEST(ForeignScripts, Scripts_goto_itself_for_ever_is_ended_by_ctrl_c) {
  Foreign script(":self\ninc n\niseq ${n} 100000 || goto self\necho counted ${n}\n:again\ngoto again ||\n");
  script.bench.network.at(script.bench.network.now() + base::Duration::seconds(3), [&script] {
    script.bench.platform.press("\2");  // Ctrl-B: the shell
    script.bench.platform.press("exit\r");
  });
  EXPECT_NE(script.run(), Ending::started);
}

TEST(ForeignScripts, Scripts_values_that_double_each_other_end) {
  std::string doubling = "set a0 xxxxxxxxxxxxxxxx\n";
  for (int i = 1; i < 20; ++i) {
    const std::string before = "${a" + std::to_string(i - 1) + "}";
    doubling += "set a" + std::to_string(i) + " '" + before + before + "'\n";
  }
  Foreign script(doubling + "echo ${a19}\n");
  EXPECT_EQ(script.run(), Ending::failed);
}

TEST(ForeignScripts, Scripts_menu_of_ten_thousand_items_is_a_sentence) {
  std::string lines = "menu Many\n";
  for (int i = 0; i < 10'000; ++i) lines += "item i" + std::to_string(i) + " text\n";
  Foreign script(lines + "choose x\n");
  EXPECT_EQ(script.run(), Ending::failed);
  EXPECT_TRUE(script.printed("No memory")) << script.bench.printed().substr(0, 600);
}

TEST(ForeignScripts, Scripts_program_called_a_script_is_refused) {
  std::string program = "#!ipxe\n";
  for (int i = 0; i < 4096; ++i) program += static_cast<char>(i * 37);
  BootBench bench;
  bench.boot_script({});
  bench.serve("/boot.gpxe", program);
  EXPECT_EQ(bench.run(), Ending::failed);
}

TEST(ForeignScripts, F16_addresses_of_every_length_are_used_or_refused) {
  for (const std::size_t size : {127U, 128U, 129U, 255U, 1000U, 1024U, 1025U, 4000U}) {
    const std::string path = "/" + std::string(size - 18, 'x');  // behind http://198.18.0.1
    Foreign script("chain http://198.18.0.1" + path + "\n");
    script.bench.serve(path, "#!ipxe\necho arrived\n");
    const bool fits = size <= proto::Uri::max_length;
    EXPECT_EQ(script.run(), fits ? Ending::exited : Ending::failed) << size;
    EXPECT_EQ(script.printed("arrived\n"), fits) << size;
  }
  Foreign longest("chain http://198.18.0.1/" + std::string(8192, 'x') + "\n");
  EXPECT_EQ(longest.run(), Ending::failed);
  EXPECT_TRUE(longest.printed("longer than 4096 characters"));
}

}  // namespace
}  // namespace flow::boot_test
