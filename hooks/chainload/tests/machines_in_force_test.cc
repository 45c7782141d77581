// SPDX-License-Identifier: MPL-2.0
// History, loop guard and statistics in the loaded library.
#include <dhcp/dhcp4.h>
#include <dhcpsrv/timer_mgr.h>
#include <stats/stats_mgr.h>

#include <thread>

#include "loaded_library.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

using isc::dhcp::Pkt4Ptr;
using isc::dhcp::TimerMgr;
using isc::stats::StatsMgr;

/// Everyone is given the firmware, gPXE too.
const std::string looping_json =
    R"("next-server": "192.0.2.10", "script": "http://192.0.2.10/boot.php", "user-classes": [ "nobody" ],
       "state-directory": "@STATE@")";
const std::string two_subnets =
    R"({ "subnet4": [ { "id": 7, "subnet": "192.0.2.0/24" }, { "id": 8, "subnet": "198.51.100.0/24" } ] })";

class MachinesInForce : public LoadedLibrary {
 protected:
  /// DISCOVER and REQUEST of one round; the boot file of the ACK is the answer.
  std::string round(Query query) {
    query.at(core::header::xid, ++xid_);
    std::string file;
    for (const std::uint8_t type : {isc::dhcp::DHCPDISCOVER, isc::dhcp::DHCPREQUEST}) {
      const Pkt4Ptr packet = query_of(query.at(core::header::options + 2, type).payload());
      const bool is_discover = type == isc::dhcp::DHCPDISCOVER;
      const Pkt4Ptr reply = reply_to(packet, is_discover ? isc::dhcp::DHCPOFFER : isc::dhcp::DHCPACK);
      send(packet, reply);
      file = file_of(reply);
    }
    return file;
  }

  MachinesInForce() { TimerMgr::instance()->setIOService(server_); }
  ~MachinesInForce() override { TimerMgr::instance()->unregisterTimers(); }

  /// The server's main loop for a second: until a timer comes that is set now, and so after those set before.
  void let_the_server_tick() {
    bool is_over = false;
    TimerMgr& timers = *TimerMgr::instance();
    timers.registerTimer("test", [&] { is_over = true; }, 1000, isc::asiolink::IntervalTimer::ONE_SHOT);
    timers.setup("test");
    while (!is_over) {
      server_->poll();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    timers.unregisterTimer("test");
  }

  static std::int64_t statistic(const std::string& name) {
    const auto observation = StatsMgr::instance().getObservation(name);
    return observation ? observation->getInteger().first : -1;
  }

 private:
  const isc::asiolink::IOServicePtr server_ = boost::make_shared<isc::asiolink::IOService>();
  std::uint8_t xid_ = 0;
};

TEST_F(MachinesInForce, machine_in_a_loop_gets_the_fallback_in_its_third_round) {
  ASSERT_TRUE(load("{" + looping_json +
                   R"(, "loop-guard": "fallback",
                        "loop-fallback": { "boot-file-name": "http://192.0.2.10/rescue?subnet=%{subnet}" } })"));
  configured(two_subnets);
  EXPECT_EQ("undionly.kpxe", round(old_rom_discover()));
  EXPECT_EQ("undionly.kpxe", round(gpxe_discover()));
  EXPECT_EQ("undionly.kpxe", round(gpxe_discover()));
  EXPECT_EQ("http://192.0.2.10/rescue?subnet=7", round(gpxe_discover()));
  EXPECT_EQ("undionly.kpxe", round(Query({0x52, 0x54, 0, 0x77, 0, 9}).message(1).put(60, "PXEClient").end()))
      << "another machine";
}

TEST_F(MachinesInForce, warning_changes_no_reply) {
  ASSERT_TRUE(load("{" + looping_json + "}"));
  configured(two_subnets);
  round(old_rom_discover());
  for (int i = 0; i < 6; ++i) EXPECT_EQ("undionly.kpxe", round(gpxe_discover()));
  let_the_server_tick();
  EXPECT_EQ(4, statistic("chainload-loops"));
  EXPECT_EQ(0, statistic("chainload-fallbacks"));
}

TEST_F(MachinesInForce, looked_for_by_nobody_there_is_no_loop) {
  ASSERT_TRUE(load("{" + looping_json + R"(, "loop-guard": "off"})"));
  configured(two_subnets);
  round(old_rom_discover());
  for (int i = 0; i < 6; ++i) round(gpxe_discover());
  let_the_server_tick();
  EXPECT_EQ(0, statistic("chainload-loops"));
}

TEST_F(MachinesInForce, statistics_are_copied_once_a_second_and_by_subnet) {
  ASSERT_TRUE(load(short_form_json));
  configured(two_subnets);
  round(old_rom_discover());
  EXPECT_EQ(-1, statistic("chainload-boot-files")) << "never on the packet's way";
  let_the_server_tick();
  EXPECT_EQ(2, statistic("chainload-boot-files"));
  EXPECT_EQ(2, statistic("subnet[7].chainload-boot-files"));
  EXPECT_EQ(-1, statistic("subnet[8].chainload-boot-files"));
  EXPECT_EQ(0, statistic("chainload-refused"));
  round(old_rom_discover());
  let_the_server_tick();
  EXPECT_EQ(4, statistic("chainload-boot-files"));
  EXPECT_EQ(1, statistic("chainload-retries"));
}

TEST_F(MachinesInForce, statistics_go_on_after_a_reset_and_a_reload) {
  ASSERT_TRUE(load(short_form_json));
  configured(two_subnets);
  round(old_rom_discover());
  let_the_server_tick();
  StatsMgr::instance().reset("chainload-boot-files");
  round(old_rom_discover());
  ASSERT_TRUE(load(short_form_json));  // what was not copied yet is copied when the library goes
  configured(two_subnets);
  EXPECT_EQ(2, statistic("chainload-boot-files"));
  round(old_rom_discover());
  let_the_server_tick();
  EXPECT_EQ(4, statistic("chainload-boot-files"));
}

TEST_F(MachinesInForce, unloaded_library_leaves_nothing_that_the_server_would_call) {
  ASSERT_TRUE(load(short_form_json));
  configured(two_subnets);
  EXPECT_EQ(1U, TimerMgr::instance()->timersCount());
  unload();
  EXPECT_EQ(0U, TimerMgr::instance()->timersCount());
  let_the_server_tick();
}

TEST_F(MachinesInForce, second_goes_on_though_the_server_forgets_its_timers_when_it_is_configured_anew) {
  ASSERT_TRUE(load(short_form_json));
  configured(two_subnets);
  TimerMgr::instance()->unregisterTimers();
  configured(two_subnets);
  round(old_rom_discover());
  let_the_server_tick();
  EXPECT_EQ(2, statistic("chainload-boot-files"));
}

TEST_F(MachinesInForce, wrong_loop_guard_is_named) {
  const auto sentence = [&](const std::string& parameters) {
    pretend_server_has_served();
    EXPECT_TRUE(load("{" + looping_json + ", " + parameters + "}"));
    const std::string error = configured(two_subnets).error;
    unload();
    return error;
  };
  const auto holds = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos ? testing::AssertionSuccess()
                                                : testing::AssertionFailure() << text;
  };
  EXPECT_TRUE(holds(sentence(R"("loop-guard": "panic")"),
                    R"("loop-guard": "panic" is none of "off", "warn" and "fallback": write one of them)"));
  EXPECT_TRUE(holds(sentence(R"("loop-guard": true)"), "it is true or false: write a string in quotes"));
  EXPECT_TRUE(holds(sentence(R"("loop-guard": "fallback")"), R"("loop-fallback": it is missing)"));
  EXPECT_TRUE(holds(sentence(R"("loop-fallback": { "deny": true })"), "it is never used"));
  EXPECT_TRUE(holds(sentence(R"("loop-guard": "fallback", "loop-fallback": { "file": "x" })"),
                    R"("loop-fallback.file")"));
}

}  // namespace
}  // namespace chainload::tests
