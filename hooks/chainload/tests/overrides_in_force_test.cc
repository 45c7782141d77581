// SPDX-License-Identifier: MPL-2.0
// Overrides and what is remembered of machines, through the commands of the loaded library.
#include <dhcp/dhcp4.h>

#include <filesystem>
#include <fstream>

#include "loaded_library.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

using isc::dhcp::Pkt4Ptr;

const std::string may_override =
    R"({ "next-server": "192.0.2.10", "script": "http://192.0.2.10/boot.php", "management": "overrides",
         "state-directory": "@STATE@" })";
const std::string one_subnet = R"({ "subnet4": [ { "id": 7, "subnet": "192.0.2.0/24" } ] })";
const std::string install =
    R"({ "mac": "52:54:00:77:00:01", "boot": { "boot-file-name": "http://192.0.2.10/install?in=%{subnet}" },
         "uses": 1, "reason": "new disk" })";
constexpr const char* installs = "http://192.0.2.10/install?in=7";
constexpr const char* usual = "http://192.0.2.10/boot.php";

class OverridesInForce : public LoadedLibrary {
 protected:
  void start(const std::string& parameters = may_override) {
    ASSERT_TRUE(load(parameters));
    ASSERT_EQ("", configured(one_subnet).error);
  }

  static std::string ask(const Query& query = gpxe_discover()) {
    const Pkt4Ptr packet = query_of(query.payload());
    const Pkt4Ptr reply = reply_to(packet, isc::dhcp::DHCPOFFER);
    send(packet, reply);
    return file_of(reply);
  }

  static void set(const std::string& arguments) {
    const Answer answer = command("chainload-override-set", arguments);
    EXPECT_EQ(0, answer.result) << answer.text;
  }

  /// Of the only override.
  static std::string state() {
    const Answer answer = command("chainload-override-get-page", "");
    if (answer.result != 0) return "none";
    return answer.arguments->get("overrides")->get(0)->get("state")->stringValue();
  }

  std::string file() const { return state_directory() + "/overrides.journal"; }
};

TEST_F(OverridesInForce, next_boot_of_the_machine_gets_it_and_the_one_after_does_not) {
  start();
  EXPECT_EQ(usual, ask());
  set(install);
  EXPECT_EQ("waiting", state());
  EXPECT_EQ(installs, ask());
  EXPECT_EQ(installs, ask()) << "the same boot";
  EXPECT_EQ("booting", state());
  EXPECT_EQ("undionly.kpxe", ask(old_rom_discover())) << "a ROM cannot load a URL";
}

TEST_F(OverridesInForce, it_answers_where_everything_is_switched_off) {
  std::string off = may_override;
  off.insert(1, R"( "default-enabled": false, )");
  start(off);
  EXPECT_EQ("", ask());
  set(install);
  EXPECT_EQ(installs, ask());
}

TEST_F(OverridesInForce, explain_shows_it_and_uses_nothing_up) {
  start();
  EXPECT_EQ(1, command("chainload-explain", R"({ "mac": "52:54:00:77:00:01" })").result) << "never seen";
  ask();
  set(install);
  for (const char* who : {R"({ "mac": "52:54:00:77:00:01" })",
                          R"({ "facts": { "mac": "52:54:00:77:00:01", "user-class": "gPXE" } })"}) {
    const Answer answer = command("chainload-explain", who);
    ASSERT_EQ(0, answer.result) << answer.text;
    EXPECT_EQ("override/52:54:00:77:00:01", answer.arguments->get("rule")->stringValue());
    EXPECT_EQ("waiting", state());
  }
}

TEST_F(OverridesInForce, they_outlive_a_reload_with_what_was_used) {
  start();
  set(install);
  set(R"({ "uuid": "0a1b2c3d-0001-0002-0003-0a0b0c0d0e0f", "boot": { "deny": true }, "for": "any" })");
  EXPECT_EQ(installs, ask());
  start();
  EXPECT_EQ(2, command("chainload-override-get-page", "").arguments->get("count")->intValue());
  EXPECT_EQ("booting", state());
  EXPECT_EQ(installs, ask());
  EXPECT_EQ(0, command("chainload-override-del", R"({ "mac": "52:54:00:77:00:01" })").result);
  EXPECT_EQ(usual, ask());
  start();
  EXPECT_EQ(usual, ask());
  EXPECT_EQ(3, command("chainload-override-del", R"({ "mac": "52:54:00:77:00:01" })").result);
}

TEST_F(OverridesInForce, boot_is_written_down_before_its_reply_leaves) {
  start();
  set(install);
  const auto before = std::filesystem::file_size(file());
  ask();
  EXPECT_GT(std::filesystem::file_size(file()), before);
}

TEST_F(OverridesInForce, damaged_file_is_said_and_kept_and_nothing_in_it_applies) {
  start();
  set(install);
  set(R"({ "mac": "52:54:00:77:00:02", "boot": { "deny": true } })");
  unload();
  std::fstream octets(file());
  octets.seekp(static_cast<std::streamoff>(std::filesystem::file_size(file()) / 2));
  octets.put('\x01');
  octets.close();
  start();
  EXPECT_EQ("none", state());
  EXPECT_EQ(usual, ask());
  set(install);
  EXPECT_TRUE(std::filesystem::exists(file() + ".damaged"));
  EXPECT_EQ(installs, ask());
}

TEST_F(OverridesInForce, what_cannot_be_saved_is_refused_and_changes_nothing) {
  start();
  std::filesystem::remove_all(state_directory());
  const Answer answer = command("chainload-override-set", install);
  EXPECT_EQ(1, answer.result);
  EXPECT_NE(std::string::npos, answer.text.find("overrides.lock")) << answer.text;
  EXPECT_EQ("none", state());
}

TEST_F(OverridesInForce, dry_run_changes_nothing) {
  start();
  std::string dry = install;
  dry.insert(1, R"("dry-run": true, )");
  set(dry);
  EXPECT_EQ("none", state());
  set(install);
  EXPECT_EQ(0,
            command("chainload-override-del", R"({ "mac": "52:54:00:77:00:01", "dry-run": true })").result);
  EXPECT_EQ("waiting", state());
}

TEST_F(OverridesInForce, every_change_makes_a_revision_which_outlives_a_restart) {
  start();
  const auto revision = [](const Answer& answer) {
    return answer.arguments && answer.arguments->get("revision")
               ? answer.arguments->get("revision")->intValue()
               : -1;
  };
  const auto shown = [] { return command("chainload-status", "").arguments->get("overrides")->str(); };
  EXPECT_EQ(0, revision(command("chainload-override-get-page", "")));
  const std::string other = R"({ "mac": "52:54:00:77:00:02", "boot": { "deny": true } })";
  EXPECT_EQ(1, revision(command("chainload-override-set", other)));
  EXPECT_EQ(2, revision(command("chainload-override-set", install)));
  EXPECT_EQ(R"({ "count": 2, "revision": 2 })", shown());
  EXPECT_EQ(3, revision(command("chainload-override-del", R"({ "mac": "52:54:00:77:00:02" })")));
  EXPECT_EQ(3, revision(command("chainload-override-del", R"({ "mac": "52:54:00:77:00:02" })")))
      << "none is there";
  ask();
  EXPECT_EQ(R"({ "count": 1, "revision": 3 })", shown()) << "to be used is no change";
  start();
  EXPECT_EQ(R"({ "count": 1, "revision": 3 })", shown());
  EXPECT_EQ(4, revision(command("chainload-override-del", R"({ "mac": "52:54:00:77:00:01" })")));
  start();
  EXPECT_EQ(R"({ "count": 0, "revision": 4 })", shown());
}

TEST_F(OverridesInForce, change_for_another_revision_is_refused_with_result_4) {
  start();
  std::string at_0 = install;
  at_0.insert(1, R"("if-revision": 0, )");
  set(at_0);
  for (const Answer& answer :
       {command("chainload-override-set", at_0),
        command("chainload-override-del", R"({ "mac": "52:54:00:77:00:01", "if-revision": 0 })"),
        command("chainload-override-del", R"({ "mac": "52:54:00:77:00:09", "if-revision": 7 })")}) {
    EXPECT_EQ(4, answer.result) << answer.text;
    EXPECT_NE(std::string::npos, answer.text.find("at revision 1 and not at ")) << answer.text;
    EXPECT_EQ(1, answer.arguments->get("revision")->intValue());
  }
  EXPECT_EQ("waiting", state());
  EXPECT_EQ(0,
            command("chainload-override-del", R"({ "mac": "52:54:00:77:00:01", "if-revision": 1 })").result);
}

TEST_F(OverridesInForce, text_that_could_not_be_read_back_is_refused) {
  start();
  for (const std::string bad : {"\xff", "\xc3", "a\xed\xa0\x80"}) {
    const Answer reason =
        command("chainload-override-set",
                R"({ "mac": "52:54:00:77:00:01", "boot": { "deny": true }, "reason": ")" + bad + "\" }");
    EXPECT_EQ(1, reason.result);
    EXPECT_NE(std::string::npos, reason.text.find("\"reason\"")) << reason.text;
    const Answer boot =
        command("chainload-override-set",
                R"({ "mac": "52:54:00:77:00:01", "boot": { "boot-file-name": ")" + bad + "\" } }");
    EXPECT_EQ(1, boot.result);
    EXPECT_NE(std::string::npos, boot.text.find("\"boot")) << boot.text;
  }
  EXPECT_EQ("none", state());
}

TEST_F(OverridesInForce, wrong_arguments_are_named) {
  start();
  const auto text = [](const char* arguments) { return command("chainload-override-set", arguments).text; };
  EXPECT_NE(std::string::npos, text(R"({ "boot": { "deny": true } })").find("mac and uuid are both missing"));
  EXPECT_NE(std::string::npos, text(R"({ "mac": "52:54", "boot": { "deny": true } })").find("\"mac\""));
  EXPECT_NE(std::string::npos,
            text(R"({ "mac": "52:54:00:77:00:01", "boot": { "file": "x" } })").find("\"boot.file\""));
  EXPECT_NE(std::string::npos,
            text(R"({ "mac": "52:54:00:77:00:01", "boot": { "deny": true }, "uses": 0 })").find("\"uses\""));
  const Answer page = command("chainload-machine-get-page", R"({ "from": "nobody" })");
  EXPECT_EQ(1, page.result);
  EXPECT_NE(std::string::npos, page.text.find("\"from\": \"nobody\" is no machine")) << page.text;
}

TEST_F(OverridesInForce, H_uses_are_refused_where_two_servers_share_their_clients_and_nowhere_else) {
  const auto with_ha = [](const std::string& mode) {
    return R"({ "hooks-libraries": [ { "library": "/usr/lib/kea/hooks/libdhcp_ha.so",
                "parameters": { "high-availability": [ { "mode": ")" +
           mode + R"(" } ] } } ] })";
  };
  ASSERT_TRUE(load(may_override));
  configured(with_ha("load-balancing"));
  const Answer answer = command("chainload-override-set", install);
  EXPECT_EQ(1, answer.result);
  EXPECT_NE(std::string::npos, answer.text.find("\"uses\"")) << answer.text;
  EXPECT_TRUE(command("chainload-status", "").arguments->get("load-balancing")->boolValue());
  set(R"({ "mac": "52:54:00:77:00:01", "boot": { "deny": true } })");  // without uses
  for (const char* mode : {"hot-standby", "passive-backup"}) {
    ASSERT_TRUE(load(may_override));
    configured(with_ha(mode));
    EXPECT_FALSE(command("chainload-status", "").arguments->get("load-balancing")->boolValue());
    set(install);
  }
  ASSERT_TRUE(load(may_override));
  configured(R"({ "hooks-libraries": [ { "library": "/usr/lib/kea/hooks/libdhcp_lease_cmds.so" } ] })");
  set(install);
}

TEST_F(OverridesInForce, machines_are_paged_through) {
  start();
  EXPECT_EQ(3, command("chainload-machine-get-page", "").result);
  for (std::uint8_t i = 1; i <= 5; ++i) {
    ask(Query({0x52, 0x54, 0, 0x77, 0, i}).message(1).arch(0).put(60, "PXEClient").end());
  }
  std::vector<std::string> seen;
  std::string arguments = R"({ "limit": 2 })";
  for (int pages = 0; pages < 4; ++pages) {
    const Answer answer = command("chainload-machine-get-page", arguments);
    if (answer.result == 3) break;
    const auto machines = answer.arguments->get("machines");
    for (std::size_t i = 0; i < machines->size(); ++i) {
      seen.push_back(machines->get(static_cast<int>(i))->get("machine")->stringValue());
    }
    const auto next = answer.arguments->get("next");
    if (!next) break;
    arguments = R"({ "limit": 2, "from": ")" + next->stringValue() + "\" }";
  }
  EXPECT_EQ((std::vector<std::string>{"52:54:00:77:00:01", "52:54:00:77:00:02", "52:54:00:77:00:03",
                                      "52:54:00:77:00:04", "52:54:00:77:00:05"}),
            seen);
  const Answer one = command("chainload-machine-get", R"({ "machine": "52-54-00-77-00-03" })");
  ASSERT_EQ(0, one.result) << one.text;
  EXPECT_EQ("first", one.arguments->get("stage")->stringValue());
  EXPECT_EQ(7, one.arguments->get("subnet-id")->intValue());
  EXPECT_EQ("undionly.kpxe", one.arguments->get("decisions")->get(0)->get("boot-file-name")->stringValue());
  EXPECT_EQ(3, command("chainload-machine-get", R"({ "machine": "52:54:00:77:00:99" })").result);
}

TEST_F(OverridesInForce, loops_are_listed_and_released) {
  std::string looping = may_override;
  looping.insert(1, R"( "user-classes": [ "nobody" ], )");
  start(looping);
  EXPECT_EQ(3, command("chainload-loop-get-page", "").result);
  std::uint8_t xid = 0;
  const auto request = [&](Query query) {
    const Pkt4Ptr packet =
        query_of(query.at(core::header::options + 2, 3).at(core::header::xid, ++xid).payload());
    send(packet, reply_to(packet, isc::dhcp::DHCPACK));
  };
  request(old_rom_discover());
  for (int i = 0; i < 3; ++i) request(gpxe_discover());
  const Answer loops = command("chainload-loop-get-page", "");
  ASSERT_EQ(0, loops.result) << loops.text;
  EXPECT_EQ("undionly.kpxe", loops.arguments->get("loops")->get(0)->get("boot-file-name")->stringValue());
  EXPECT_EQ(1, command("chainload-loop-release", "{}").result);
  for (const char* whom :
       {R"({ "machine": "52:54:00:77:00:01", "dry-run": true })", R"({ "all": true, "dry-run": true })"}) {
    EXPECT_EQ("1 machine could be released; nothing is changed",
              command("chainload-loop-release", whom).text);
  }
  EXPECT_EQ(0, command("chainload-loop-get-page", "").result);
  EXPECT_EQ(0, command("chainload-loop-release", R"({ "machine": "52:54:00:77:00:01" })").result);
  EXPECT_EQ(3, command("chainload-loop-get-page", "").result);
  EXPECT_EQ(3, command("chainload-loop-release", R"({ "all": true })").result);
}

}  // namespace
}  // namespace chainload::tests
