// SPDX-License-Identifier: MPL-2.0
// A million packets through the loaded library: memory stays where it was (K2), whatever the packets are
// (K9).
#include <dhcp/dhcp4.h>

#include <cstdio>
#include <fstream>
#include <functional>

#include "loaded_library.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

using isc::dhcp::Pkt4Ptr;

using Soak = LoadedLibrary;

/// Of this process, in KiB.
long resident() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::stol(line.substr(6));
  }
  return -1;
}

const std::string parameters_json = R"({
  "next-server": "192.0.2.10", "script": "http://192.0.2.10/boot.php", "log-decisions": "none",
  "state-directory": "@STATE@",
  "rules": [
    { "name": "named", "match": { "user-class": "gPXE", "arch": "x86-bios", "subnet": [ 1 ] },
      "boot": { "boot-file-name": "http://192.0.2.10/%{mac}/%{uuid|none}/%{hostname|none}/%{ip}" } },
    { "name": "denied", "match": { "client-class": "kiosk" }, "boot": { "deny": true } } ] })";

const std::string dhcp4_json = R"({ "subnet4": [
    { "id": 1, "subnet": "192.0.2.0/24", "reservations": [ { "hw-address": "52:54:00:77:00:01", "hostname": "web01" } ],
      "user-context": { "chainload": { "script": "http://192.0.2.10/one" } } } ] })";

/// The samples, and each of them cut or with rubbish in it: everything that a server would let through.
std::vector<Pkt4Ptr> queries(const std::function<Pkt4Ptr(core::Bytes)>& query_of) {
  std::vector<Pkt4Ptr> made;
  const auto try_one = [&](core::Bytes payload) {
    try {
      made.push_back(query_of(payload));
    } catch (const std::exception&) {  // the server drops it before any library sees it
    }
  };
  for (const Sample& sample : samples) {
    const core::Bytes payload = sample.query.payload();
    try_one(payload);
    for (std::size_t len = core::header::options + 4; len < payload.size(); len += 7)
      try_one(payload.first(len));
    std::vector<std::uint8_t> spoilt(payload.begin(), payload.end());
    for (std::size_t at = core::header::options; at < spoilt.size(); at += 11) {
      spoilt[at] ^= 0x55;
      try_one(spoilt);
    }
  }
  return made;
}

TEST_F(Soak, K2_K9_a_million_packets_leave_memory_flat) {
  constexpr int all = 1'000'000;
  constexpr int warm_up = 50'000;
  constexpr long allowed_kib = 1024;
  ASSERT_TRUE(load(parameters_json));
  ASSERT_FALSE(configured(dhcp4_json).dropped);
  const auto asked = queries([](core::Bytes payload) { return query_of(payload); });
  ASSERT_GT(asked.size(), 100u);
  long before = 0;
  for (int i = 0; i < all; ++i) {
    if (i == warm_up) before = resident();
    const Pkt4Ptr& query = asked[static_cast<std::size_t>(i) % asked.size()];
    const Pkt4Ptr reply = i % 3 == 0 ? reply_to(query, isc::dhcp::DHCPACK) : offer_to(query, "192.0.2.77");
    send(query, reply);
  }
  const long after = resident();
  std::printf("%d packets of %zu kinds: resident %ld KiB after the first %d, %ld KiB in the end\n", all,
              asked.size(), before, warm_up, after);
  ASSERT_GT(before, 0);
  EXPECT_LT(after - before, allowed_kib);
  const auto counters = command("chainload-status", "").arguments->get("counters");
  EXPECT_EQ(counters->get("failed")->intValue(), 0);
  std::int64_t sum = 0;
  for (const auto& [name, count] : counters->mapValue()) sum += count->intValue();
  EXPECT_EQ(sum, all);
  EXPECT_GT(counters->get("boot-files")->intValue(), all / 10);
}

}  // namespace
}  // namespace chainload::tests
