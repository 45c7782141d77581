// SPDX-License-Identifier: MPL-2.0
// Four packet threads through the whole of Library::answer, and one thread of commands that changes
// everything there is to change, under ThreadSanitizer. Kea's own libraries are not built with it: their
// locks are seen, what they do to memory is not.
#include <asiolink/io_service.h>
#include <dhcp/dhcp4.h>
#include <dhcpsrv/timer_mgr.h>
#include <gtest/gtest.h>
#include <log/logger_support.h>
#include <process/daemon.h>
#include <stats/stats_mgr.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "../sample_packets.h"
#include "kea/commands/command.h"
#include "kea/library.h"

namespace chainload::tests {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::dhcp::Pkt4;
using isc::dhcp::Pkt4Ptr;

constexpr int packet_threads = 4;
constexpr int least_rounds = 400;  // of each
constexpr int changes = 150;

/// The server and its file belong together in every rule: `10.0.0.7` and `file-7`.
std::string pair_text(int number) {
  return R"("boot": {"next-server": "10.0.0.)" + std::to_string(number % 250 + 1) +
         R"(", "boot-file-name": "file-)" + std::to_string(number % 250 + 1) + R"("})";
}

std::string mac_text(int machine) {
  return "52:54:00:77:00:0" + std::to_string(machine);
}

struct Answer {
  int result = -1;
  std::string text;
};

class LibraryThreads : public ::testing::Test {
 protected:
  LibraryThreads() {
    ::setenv("KEA_LOCKFILE_DIR", "none", 0);
    isc::log::initLogger("kea-dhcp4", isc::log::ERROR, 0, nullptr);
    isc::process::Daemon::setProcName("kea-dhcp4");
    std::string pattern = std::filesystem::temp_directory_path() / "chainload-threads-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr)
      throw std::runtime_error("cannot make a directory for the test");
    directory_ = pattern;
    const std::string parameters =
        R"({ "next-server": "10.0.0.1", "script": "file-1", "user-classes": ["gPXE"],
        "firmware": {"x86-bios": "file-1"}, "management": "full", "log-decisions": "none", "loop-guard": "fallback",
        "loop-fallback": {"next-server": "10.0.0.2", "boot-file-name": "file-2"},
        "rules": [{"name": "by-class", "match": {"client-class": "lab"}, "boot": {"pass": true}}],
        "state-directory": ")" +
        directory_ + "/state\" }";
    isc::dhcp::TimerMgr::instance()->setIOService(server_);
    library_ = std::make_unique<kea::Library>(Element::fromJSON(parameters), false);
    library_->configured(Element::fromJSON(R"({ "subnet4": [
        { "id": 7, "subnet": "192.0.2.0/24", "user-context": {"chainload": {"rules": [
            {"name": "in-7", "match": {"arch": 11}, "boot": {"deny": true}}]}}},
        { "id": 8, "subnet": "198.51.100.0/24" } ] })"));
  }
  ~LibraryThreads() override {
    library_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  Answer command(const std::string& name, const std::string& arguments) {
    const std::string text = R"({"command": ")" + name + R"(", "arguments": )" + arguments + "}";
    const ConstElementPtr answer = kea::answer_command(*library_, Element::fromJSON(text));
    return {static_cast<int>(answer->get("result")->intValue()),
            answer->get("text") ? answer->get("text")->stringValue() : ""};
  }
  void change(const std::string& name, const std::string& arguments, int also = 0) {
    const Answer answer = command(name, arguments);
    EXPECT_TRUE(answer.result == 0 || answer.result == also) << name << ": " << answer.text;
  }

  /// One of several machines, in one of its stages: asked and answered. The reply must be of one rule.
  void ask(std::uint8_t thread, int round) {
    Query query = round % 3 == 0 ? old_rom_discover() : gpxe_discover();
    query.at(core::header::chaddr + 5, static_cast<std::uint8_t>(round % 8));
    query.at(core::header::xid, thread).at(core::header::xid + 2, static_cast<std::uint8_t>(round >> 8));
    query.at(core::header::xid + 3, static_cast<std::uint8_t>(round));
    const bool is_request = round % 2 == 1;
    if (is_request) query.at(core::header::options + 2, isc::dhcp::DHCPREQUEST);
    const auto payload = query.payload();
    const Pkt4Ptr packet(new Pkt4(payload.data(), payload.size()));
    packet->unpack();
    const Pkt4Ptr reply(
        new Pkt4(is_request ? isc::dhcp::DHCPACK : isc::dhcp::DHCPOFFER, packet->getTransid()));
    reply->setHWAddr(packet->getHWAddr());
    reply->setYiaddr(isc::asiolink::IOAddress(round % 5 == 0 ? "198.51.100.9" : "192.0.2.100"));
    library_->answer(*packet, *reply, false);
    const std::string file = reinterpret_cast<const char*>(reply->getFile().data());
    const std::string server = reply->getSiaddr().toText();
    if (!file.empty() && file.substr(file.find('-') + 1) != server.substr(server.rfind('.') + 1)) {
      ADD_FAILURE() << "half of one rule and half of another: " << file << " from " << server;
    }
    reply->pack();
  }

  /// The server's main loop, as far as its timers are concerned.
  void run_timers(std::chrono::milliseconds how_long) {
    const auto end = std::chrono::steady_clock::now() + how_long;
    do {
      server_->poll();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    } while (std::chrono::steady_clock::now() < end);
  }

  isc::asiolink::IOServicePtr server_{new isc::asiolink::IOService()};
  std::string directory_;
  std::unique_ptr<kea::Library> library_;
};

TEST_F(LibraryThreads, C0_C1_packets_are_answered_while_everything_is_changed) {
  std::atomic<bool> is_done{false};
  std::vector<std::thread> threads;
  for (std::uint8_t thread = 0; thread < packet_threads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int round = 0; round < least_rounds || !is_done; ++round) ask(thread, round);
    });
  }
  for (int i = 0; i < changes; ++i) {
    const std::string rule = R"({"name": "r", "match": {"user-class": "gPXE"}, )" + pair_text(i) + "}";
    if (i % 10 == 0) {
      change(
          "chainload-rules-set",
          R"({"rules": [)" + rule + R"(, {"name": "never", "match": {"arch": 9}, "boot": {"deny": true}}]})");
    } else {
      change("chainload-rules-patch", R"({"patch": [{"op": "update", "rule": )" + rule + "}]}");
    }
    if (i % 25 == 24) change("chainload-rules-rollback", "{}");
    if (i % 40 == 39) change("chainload-rules-reload", "{}", 1);  // refused while the journal is folded
    const std::string target = R"({"mac": ")" + mac_text(i % 8) + "\"";
    if (i % 2 == 0) {
      change("chainload-override-set", target + R"(, "uses": 1, "for": "any", )" + pair_text(i + 7) + "}");
    } else if (i % 3 == 0) {
      change("chainload-override-del", target + "}", 3);
    }
    if (i % 7 == 0) change("chainload-loop-release", R"({"all": true})", 3);
    for (const char* read :
         {"chainload-status", "chainload-rule-stats-get-page", "chainload-rules-get-page",
          "chainload-machine-get-page", "chainload-loop-get-page", "chainload-override-get-page"}) {
      if (i % 5 == 0) change(read, "{}", 3);
    }
    if (i % 5 == 0) change("chainload-explain", R"({"facts": {"user-class": "gPXE"}})");
    // Its timer drains the counters, and looks for findings.
    if (i % 10 == 0) run_timers(std::chrono::milliseconds(1));
  }
  run_timers(std::chrono::seconds(3));
  is_done = true;
  for (std::thread& thread : threads) thread.join();
  run_timers(std::chrono::seconds(2));
  const auto booted = isc::stats::StatsMgr::instance().getObservation("chainload-boot-files");
  ASSERT_TRUE(booted);
  EXPECT_GE(booted->getInteger().first, packet_threads * least_rounds / 2);
  EXPECT_EQ(0u, library_->statistics().counters().of(kea::Counted::failed));
}

}  // namespace
}  // namespace chainload::tests
