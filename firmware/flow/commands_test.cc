// SPDX-License-Identifier: MPL-2.0
// Commands, run by scripts as people write them.
#include "flow/boot_bench.h"

namespace flow::boot_test {
namespace {

using Ending = HostPlatform::Ending;
using image::TestKernel;

/// What a script printed after it was fetched, and how the run ended.
struct ScriptRun {
  explicit ScriptRun(std::string_view script) : ScriptRun(script, [](BootBench&) {}) {}
  template <class Prepare>
  ScriptRun(std::string_view script, Prepare prepare) {
    BootBench bench;
    bench.boot_script(script);
    bench.serve("/vmlinuz", TestKernel{}.file());
    bench.serve("/initrd", std::string(5000, 'i'));
    prepare(bench);
    ending = bench.run();
    printed = bench.printed();
    const std::string mark = "boot.gpxe... ok\n";
    printed = printed.substr(printed.find(mark) + mark.size());
    const std::size_t end =
        printed.find(ending == Ending::failed ? "Nothing was booted" : "The boot script ended");
    if (end != std::string::npos) printed.resize(end);
  }
  std::string printed;
  Ending ending;
};

TEST(Commands, echo_set_show_and_clear) {
  const ScriptRun run(
      "echo  one   two\nset greeting 'good  day' to you\necho ${greeting}\nshow greeting\nclear greeting\n"
      "echo [${greeting}]\nset n:uint16 513\necho ${n:hex}\nset filename x\nshow filename\nset "
      "filename\nshow filename\n");
  EXPECT_EQ(run.printed,
            "one two\ngood  day to you\ngreeting = good  day to you\n[]\n02:01\nfilename = x\n"
            "filename = http://198.18.0.1/boot.gpxe\n");
  EXPECT_EQ(run.ending, Ending::exited);
}

TEST(Commands, settings_of_the_machine_and_the_lease) {
  const ScriptRun run(
      "echo ${mac} ${net0/ip} ${netmask} ${gateway} ${next-server} ${net0.dhcp/54:ipv4} ${platform} "
      "${builtin/version}\n");
  EXPECT_EQ(
      run.printed,
      "52:54:00:12:34:56 198.18.0.77 255.255.255.0 198.18.0.1 198.18.0.1 198.18.0.1 linux " CHAINLOAD_VERSION
      "\n");
}

TEST(Commands, params_are_sent_with_the_address_that_asks_for_them_once) {
  BootBench bench;
  bench.serve("/say", "#!gpxe\necho said\n");
  bench.boot_script(
      "params\nparam mac ${mac}\nparam note two  words & more\nparam empty\nchain /say##params\n"
      "params --name other\nparam --params other a b\nchain say##params=other\nchain say\n"
      "params -n gone\nparams -n gone -d\nchain say##params=gone\n");
  EXPECT_EQ(bench.run(), Ending::failed);
  const std::vector<std::string> forms = {"mac=52%3a54%3a00%3a12%3a34%3a56&note=two%20words%20%26%20more&empty=",
                                          "a=b"};
  EXPECT_EQ(bench.http.forms, forms);
  EXPECT_EQ(bench.http.requests.back().substr(0, 8), "GET /say");
  EXPECT_NE(bench.printed().find("There is no form \"gone\": begin one with the command params"),
            std::string::npos);
}

TEST(Commands, mistakes_are_sentences_with_their_place) {
  const std::pair<std::string_view, std::string_view> scripts[] = {
      {"dance", "boot.gpxe:2: there is no command \"dance\"; \"help\" lists them\n"},
      {"\nchain",
       "boot.gpxe:3: Usage: chain [-n|--name NAME] [-t|--timeout MS] [-a|--autofree] [-r|--replace] URI "
       "[ARGUMENT...]\n"},
      {"kernel --color x",
       "boot.gpxe:2: Usage: kernel [-n|--name NAME] [-t|--timeout MS] [-a|--autofree] URI [ARGUMENT...]\n"},
      {"kernel --timeout soon x",
       "boot.gpxe:2: Usage: kernel [-n|--name NAME] [-t|--timeout MS] [-a|--autofree] URI [ARGUMENT...]\n"},
      {"initrd -n",
       "boot.gpxe:2: Usage: initrd [-n|--name NAME] [-t|--timeout MS] [-a|--autofree] URI [PATH] [mode=MODE]\n"},
      {"goto nowhere",
       "boot.gpxe:2: there is no label \"nowhere\" in this script: write :nowhere on a line of its own\n"},
      {"iseq a b", "boot.gpxe:2: \"a\" is not \"b\"\n"},
      {"isset ${nothing}", "boot.gpxe:2: It is not set\n"},
      {"set a x\ninc a", "boot.gpxe:3: Setting \"a\" is \"x\", which is not a number\n"},
      {"item a", "boot.gpxe:2: There is no such menu: begin one with the command menu\n"},
      {"choose a", "boot.gpxe:2: There is no such menu: begin one with the command menu\n"},
      {"menu Title\nitem --gap x\nchoose a",
       "boot.gpxe:4: The menu \"Title\" has no item that can be chosen\n"},
      {"prompt --key nonsense", "boot.gpxe:2: Usage: prompt [-k|--key KEY] [-t|--timeout MS] [TEXT...]\n"},
      {"prompt --timeout 100 now", "boot.gpxe:2: No key was pressed in time\n"},
      {"read --timeout 100 x", "boot.gpxe:2: Nobody wrote anything in time\n"},
      {"cpuid 32", "boot.gpxe:2: Usage: cpuid [-e|--ext] [-c|--ecx] BIT\n"},
      {"sanboot iscsi:x", "boot.gpxe:2: iscsi:x: this build boots from the machine's own disks"},
      {"ifclose\nchain http://198.18.0.1/x", "we have no address yet; run dhcp first"},
      {"ntp 198.18.0.1", "boot.gpxe:2: 198.18.0.1 tells no time: is an NTP server there?\n"},
      {"sha256sum it", "boot.gpxe:2: There is no image called \"it\"; imgstat lists them\n"},
      {"sha256sum --expect 00 boot.gpxe", "boot.gpxe is not what it should be: its SHA-256 is "},
      {"set", "boot.gpxe:2: Usage: set SETTING [VALUE...]\n"},
      {"show nothing", "boot.gpxe:2: Setting \"nothing\" has no value\n"},
      {"clear net9/ip", "boot.gpxe:2: Setting \"net9/ip\": there is no scope \"net9\"\n"},
      {"sleep forever", "boot.gpxe:2: Usage: sleep SECONDS\n"},
      {"boot", "boot.gpxe:2: There is nothing to boot: fetch something first with kernel or chain\n"},
      {"boot it", "boot.gpxe:2: the web server 198.18.0.1 answers 404 Not Found; "},
      {"imgargs it", "boot.gpxe:2: There is no image called \"it\"; imgstat lists them\n"},
      {"dhcp net1",
       "boot.gpxe:2: There is no network card \"net1\": this firmware uses the one it was started over, "
       "net0\n"},
      {"exit 3", "boot.gpxe:2: the script says that it failed (exit 3)\n"},
      {"imgfree boot.gpxe", "boot.gpxe:2: boot.gpxe is running and cannot be freed\n"},
      {"chain boot.gpxe", "boot.gpxe:2: "},
  };
  for (const auto& [script, sentence] : scripts) {
    const ScriptRun run(script);
    EXPECT_EQ(run.ending, Ending::failed) << script;
    EXPECT_NE(run.printed.find(sentence), std::string::npos) << script << "\n" << run.printed;
  }
}

TEST(Commands, conditions_and_counters) {
  const ScriptRun run(
      "isset ${net0/mac} && echo has mac || echo no mac\nisset ${nothing} && echo set || echo unset\n"
      "iseq ${platform} linux && echo linux || echo other\niseq ${nothing} ${nothing} && echo both empty\n"
      "inc n\ninc n 4\ninc n 0x10\necho ${n}\nset m:uint16 255\ninc m\necho ${m} ${m:hex}\n"
      "echo -n a ; echo b\ntime echo timed\nsync\ncpuid 0 && echo has an fpu\ncpuid --ext 29 || echo 32 "
      "bit\n");
  EXPECT_EQ(run.printed.find("has mac\nunset\nlinux\nboth empty\n21\n256 01:00\nab\ntimed\necho: "), 0U)
      << run.printed;
  EXPECT_NE(run.printed.find("has an fpu\n"), std::string::npos);
}

TEST(Commands, a_loop_by_goto_counts) {
  const ScriptRun run(":top\ninc n\necho ${n}\niseq ${n} 3 || goto top\necho done\n");
  EXPECT_EQ(run.printed, "1\n2\n3\ndone\n");
}

TEST(Commands, the_card_and_its_address) {
  const ScriptRun run(
      "ifopen net0\nifstat\nroute\nifclose\nroute\nifconf\nroute\nifopen net7 || echo no net7\n");
  const std::string address = "net0: 198.18.0.77/255.255.255.0 gw 198.18.0.1\n";
  EXPECT_EQ(run.printed.find("net0: 52:54:00:12:34:56 on a simulated card\n  [TX:"), 0U) << run.printed;
  EXPECT_NE(run.printed.find(address + "net0: 0.0.0.0/"), std::string::npos) << run.printed;
  EXPECT_NE(run.printed.find(" ok\n" + address + address + "no net7\n"), std::string::npos) << run.printed;
}

TEST(Commands, names_are_looked_up_into_settings) {
  const ScriptRun run(
      "nslookup address 198.18.0.9\necho ${address}\nnslookup address nowhere || echo unknown\n");
  EXPECT_EQ(run.printed.find("198.18.0.9\n"), 0U) << run.printed;
  EXPECT_NE(run.printed.find("unknown\n"), std::string::npos) << run.printed;
}

TEST(Commands, ntp_sets_the_time) {
  const ScriptRun run("ntp 198.18.0.1\necho ${unixtime}\n", [](BootBench& bench) {
    bench.server.serve_udp(123, [&bench](const SimulatedServer::Datagram& datagram) {
      if (datagram.payload.size() != 48 || datagram.payload[0] != 0x23) return;
      Octets answer(48);
      answer[0] = 0x24;
      std::copy_n(datagram.payload.begin() + 40, 8, answer.begin() + 24);
      base::store_be32(&answer[40], 2'208'988'800U + 1'700'000'000U);
      bench.server.reply(datagram, answer);
    });
  });
  EXPECT_EQ(run.printed, "1700000000\n");
}

TEST(Commands, the_machine_can_be_restarted_switched_off_and_sent_to_its_disk) {
  EXPECT_EQ(ScriptRun("reboot\n").ending, Ending::restarted);
  EXPECT_EQ(ScriptRun("poweroff\n").ending, Ending::powered_off);
  BootBench bench;
  bench.boot_script("sanboot --no-describe --drive 0x81\n");
  ASSERT_EQ(bench.run(), Ending::started) << bench.printed();
  EXPECT_EQ(bench.platform.ram().started()->kind, base::LoadPlan::Start::disk);
  EXPECT_EQ(bench.platform.ram().started()->drive, 0x81);
}

TEST(Commands, sums_are_printed_and_compared) {
  const ScriptRun run(
      "initrd initrd\nsha256sum initrd\nsha256sum --expect "
      "50e3136f8e76648aa649c8b1b649289725f11eb7a7fb387d18d39680f27d0bb1 initrd && echo as "
      "expected\nsha256sum --expect 50E3136F8E76648AA649C8B1B649289725F11EB7A7FB387D18D39680F27D0BB1 initrd "
      "&& echo "
      "again\nsha256sum -e 00 initrd || echo different\n");
  EXPECT_EQ(run.printed,
            "http://198.18.0.1/initrd... ok\n"
            "50e3136f8e76648aa649c8b1b649289725f11eb7a7fb387d18d39680f27d0bb1  initrd\nas "
            "expected\nagain\ndifferent\n");
}

TEST(Commands, the_chosen_image_is_the_one_that_boots) {
  BootBench bench;
  bench.boot_script("kernel one first\nkernel two second\nimgselect one\nboot\n");
  bench.serve("/one", TestKernel{}.file());
  bench.serve("/two", TestKernel{}.file());
  ASSERT_EQ(bench.run(), Ending::started) << bench.printed();
  EXPECT_EQ(std::string(base::as_text(bench.ram(0x1e000, 6))), std::string("first\0", 6));
}

TEST(Commands, a_script_can_take_the_place_of_another_for_ever) {
  const ScriptRun run("chain --replace --autofree next.gpxe\necho never\n", [](BootBench& bench) {
    bench.serve("/next.gpxe", std::string_view("#!ipxe\ninc round\nimgstat\niseq ${round} 20 && exit ||\n"
                                               "chain --replace --autofree next.gpxe\necho never\n"));
  });
  EXPECT_EQ(run.ending, Ending::exited);
  EXPECT_EQ(run.printed.find("never"), std::string::npos);
  std::size_t count = 0;
  for (std::size_t at = 0; (at = run.printed.find("next.gpxe: ", at)) != std::string::npos; ++at) ++count;
  EXPECT_EQ(count, 20U) << run.printed;
}

TEST(Commands, a_download_may_have_a_shorter_patience) {
  BootBench bench;
  bench.boot_script("imgfetch --timeout 2000 tftp://198.18.0.9/never || echo gave up\n");
  bench.proxy.serve_udp(69, [](const SimulatedServer::Datagram&) {});
  const base::Instant begin = bench.network.now();
  EXPECT_EQ(bench.run(), Ending::exited);
  EXPECT_TRUE(bench.platform.has_printed("gave up\n"));
  EXPECT_LT(bench.network.now() - begin, base::Duration::seconds(10));
}

TEST(Commands, exit_ends_the_script_in_peace) {
  const ScriptRun run("echo before\nexit\necho after\n");
  EXPECT_EQ(run.printed, "before\n");
  EXPECT_EQ(run.ending, Ending::exited);
}

TEST(Commands, sleep_takes_its_time_and_minds_ctrl_c) {
  BootBench bench;
  bench.boot_script("sleep 30\necho rested\n");
  const base::Instant begin = bench.network.now();
  EXPECT_EQ(bench.run(), Ending::exited);
  EXPECT_GE(bench.network.now() - begin, base::Duration::seconds(30));
  EXPECT_TRUE(bench.platform.has_printed("rested"));
  BootBench hasty;
  hasty.boot_script("sleep 30\necho rested\n");
  hasty.network.at(hasty.network.now() + base::Duration::seconds(5), [&] { hasty.platform.press("\3"); });
  EXPECT_EQ(hasty.run(), Ending::failed);
  EXPECT_TRUE(hasty.platform.has_printed("boot.gpxe:2: The sleep was ended by Ctrl-C\n"));
}

TEST(Commands, images_are_listed_named_and_freed) {
  const ScriptRun run(
      "kernel vmlinuz a=1 b=2\ninitrd --name=rd initrd\nimgstat\nimgargs vmlinuz c=3\nimgfree "
      "rd\nimgstat\nimgfree\nimgstat\n");
  const std::string fetched = "http://198.18.0.1/vmlinuz... ok\nhttp://198.18.0.1/initrd... ok\n";
  EXPECT_EQ(run.printed, fetched + "boot.gpxe: 117 bytes, script\n" +
                             "vmlinuz: 22560 bytes, Linux kernel\n  a=1 b=2\nrd: 5000 bytes, initrd\n" +
                             "boot.gpxe: 117 bytes, script\nvmlinuz: 22560 bytes, Linux kernel\n  c=3\n" +
                             "boot.gpxe: 117 bytes, script\n");
}

TEST(Commands, a_chained_script_reads_its_neighbours_and_comes_back) {
  const ScriptRun run("chain sub/next.gpxe\necho home again\nchain missing.gpxe\n", [](BootBench& bench) {
    bench.serve("/sub/next.gpxe", std::string_view("#!ipxe\r\necho in sub\r\nchain third.gpxe\r\nexit\r\n"));
    bench.serve("/sub/third.gpxe", std::string_view("#!gpxe\necho third\n"));
  });
  EXPECT_EQ(run.ending, Ending::failed);
  EXPECT_EQ(
      run.printed.find(
          "http://198.18.0.1/sub/next.gpxe... ok\nin sub\nhttp://198.18.0.1/sub/third.gpxe... ok\nthird\n"
          "home again\nhttp://198.18.0.1/missing.gpxe...\nboot.gpxe:4: "),
      0U)
      << run.printed;
}

TEST(Commands, a_script_that_chains_itself_comes_to_an_end) {
  const ScriptRun run("chain boot.gpxe\n");
  EXPECT_EQ(run.ending, Ending::failed);
  EXPECT_NE(run.printed.find("6 scripts have started each other; does one chain itself?"), std::string::npos)
      << run.printed;
}

TEST(Commands, dhcp_again_with_another_user_class) {
  BootBench bench;
  bench.boot_script("set user-class special\ndhcp net0\necho still ${ip}\n");
  EXPECT_EQ(bench.run(), Ending::exited) << bench.printed();
  EXPECT_EQ(bench.user_classes, (std::set<std::string>{"gPXE", "special"}));
  EXPECT_TRUE(bench.platform.has_printed("still 198.18.0.77\n"));
}

TEST(Commands, a_broken_kernel_is_refused_before_its_initrds_are_fetched) {
  const ScriptRun run("kernel cut\ninitrd initrd\nboot\n", [](BootBench& bench) {
    auto cut = TestKernel{}.file();
    cut.resize(9000);
    bench.serve("/cut", cut);
  });
  EXPECT_EQ(
      run.printed,
      "http://198.18.0.1/cut... ok\nboot.gpxe:2: Cannot start cut: it says that it is 22560 bytes long, but "
      "only 9000 are here; was it cut short?\n");
}

TEST(Commands, a_kernel_that_needs_more_memory_than_there_is_says_so) {
  const ScriptRun run("kernel big\nboot\n", [](BootBench& bench) {
    bench.serve("/big", TestKernel{.init_size = 100 << 20}.file());
  });
  EXPECT_EQ(run.ending, Ending::failed);
  EXPECT_NE(run.printed.find("boot.gpxe:3: Cannot start big: it needs all memory from 1 to 102 MiB"),
            std::string::npos)
      << run.printed;
}

TEST(Commands, hostile_scripts_end_in_sentences) {
  const std::string_view bodies[] = {std::string_view("#!gpxe\n\0\0\0", 10), "#!gpxe", "#!gpxe\r\n",
                                     "#!gpxe\n${${${\n",
                                     "#!gpxe\necho ${a}${b}${net0.dhcp/67}${175.}${:hex}${/}${}\n"};
  for (const std::string_view body : bodies) {
    BootBench bench;
    bench.dhcp.file = "http://198.18.0.1/boot.gpxe";
    bench.serve("/boot.gpxe", body);
    const Ending ending = bench.run();
    EXPECT_TRUE(ending == Ending::exited || ending == Ending::failed);
  }
  BootBench bench;
  bench.boot_script("echo " + std::string(1 << 20, 'x'));
  EXPECT_EQ(bench.run(), Ending::failed);
  EXPECT_TRUE(
      bench.platform.has_printed("boot.gpxe:2: The line is longer than 4096 characters or 256 words\n"));
}

/// A session of the test's own, in which any allocation can be made to fail.
struct OpenSession {
  OpenSession() {
    bench.boot_script("set a one\nkernel vmlinuz quiet\ninitrd initrd\nset b two\nboot\n");
    bench.serve("/vmlinuz", TestKernel{}.file());
    bench.serve("/initrd", std::string(5000, 'i'));
    bench.platform.gather_entropy(entropy);
  }
  BootBench bench;
  base::EntropyPool entropy;
  std::vector<std::uint8_t> tcp = std::vector<std::uint8_t>(256 << 10),
                            settings = std::vector<std::uint8_t>(16 << 10),
                            images = std::vector<std::uint8_t>(64 << 10),
                            scripts = std::vector<std::uint8_t>(64 << 10);
  net::Loop loop{bench.platform, entropy, tcp};
  Session session{loop, {settings, images, scripts}};
};

OpenSession* open_session;
base::Arena& (Session::*failing_arena)();
std::size_t failing_allocation;

void boot_with_failure(platform::Platform& platform) {
  (open_session->session.*failing_arena)().fail_allocation(failing_allocation);
  const base::Status status = autoboot(open_session->session);
  if (!status.ok()) platform.console().report(status.error());
  platform.exit(!status.ok());
}

TEST(Commands, any_allocation_may_fail_and_it_is_a_sentence) {
  for (auto arena : {&Session::settings_arena, &Session::images_arena, &Session::scripts_arena}) {
    std::size_t failures = 0;
    for (std::size_t n = 1; n < 40; ++n) {
      OpenSession open;
      open_session = &open;
      failing_arena = arena;
      failing_allocation = n;
      const Ending ending = open.bench.platform.run(boot_with_failure);
      if (ending == Ending::started) break;  // there are fewer than n allocations
      ++failures;
      EXPECT_EQ(ending, Ending::failed);
      EXPECT_TRUE(open.bench.platform.has_printed("No memory")) << open.bench.printed();
    }
    EXPECT_GE(failures, 1U);
    EXPECT_LT(failures, 39U);
  }
}

}  // namespace
}  // namespace flow::boot_test
