// SPDX-License-Identifier: MPL-2.0
// Packet threads and one thread of commands at once, under ThreadSanitizer.
#include <atomic>
#include <thread>

#include "core/machines/overrides.h"
#include "core/machines/subnet_counts.h"
#include "visits.h"

namespace chainload::tests {
namespace {

constexpr int packet_threads = 4;
constexpr std::uint32_t queries = 3000;

/// Runs `packets(thread)` in each packet thread, and `commands` again and again until they are done.
template <class Packets, class Commands>
void run(Packets&& packets, Commands&& commands) {
  std::atomic<int> running{packet_threads};
  std::vector<std::thread> threads;
  for (int i = 0; i < packet_threads; ++i) {
    threads.emplace_back([&, i] {
      packets(static_cast<std::uint32_t>(i));
      --running;
    });
  }
  while (running > 0) commands();
  for (std::thread& thread : threads) thread.join();
}

TEST(Threads, packets_are_recorded_while_commands_look_and_release) {
  const core::Policy policy = looping_policy();
  MachineTable table({1, 2}, 1024);
  run(
      [&](std::uint32_t thread) {
        std::mt19937 chance(thread);
        for (std::uint32_t i = 0; i < queries; ++i) {
          // Few machines for all threads, and a flood of others.
          const Mac mac = mac_of(i % 2 == 0 ? static_cast<std::uint32_t>(chance()) : chance() % 8);
          const Query base = chance() % 4 == 0 ? old_rom_discover() : gpxe_discover();
          const Query query = with_message(with_xid(with_mac(base, mac), thread << 16 | i), 3);
          const Facts facts = core::read_facts(query.payload());
          const Decision decision = core::decide(facts, {}, policy);
          const MachineKey key = machine_key(facts);
          const std::uint64_t hash = table.expect(key);
          table.expect_machine(hash);
          const Visit visit{
              key, facts, decision, 1, query.payload(), 1, {std::chrono::milliseconds(i), {}}, hash};
          table.record(visit);
          if (i % 16 == 0) table.note_fallback(visit, decision);
        }
      },
      [&] {
        for (const auto& report : table.page({}, 50)) EXPECT_FALSE(report.machine.history.list().empty());
        for (const auto& report : table.looping({}, 50, 1, {})) table.release(report.key);
        table.release_all();
      });
  EXPECT_LE(table.size(), 1024u);
  EXPECT_GT(table.evicted(), 0u);
}

TEST(Threads, one_use_is_begun_once_by_all_threads) {
  for (int time = 0; time < 20; ++time) {
    Overrides overrides("boot");
    OverrideRequest request;
    request.target = read_machine_key("52:54:00:77:00:01");
    request.uses = 1;
    std::string sentence;
    overrides.commit(*overrides.prepare_set(request, {}, sentence));
    std::atomic<int> records{0};
    std::atomic<int> answers{0};
    run(
        [&](std::uint32_t) {
          for (int i = 0; i < 100; ++i) {
            const auto found = overrides.find({request.target, {}, true, core::ClientKind::gpxe},
                                              std::chrono::milliseconds(i));
            if (!found) continue;
            ++answers;
            const core::Value record = overrides.begin_boot(*found, {std::chrono::milliseconds(i), {}});
            records += !record.is(core::Value::Kind::null);
          }
        },
        [&] { overrides.page({}, 10, {}); });
    EXPECT_EQ(1, records);
    EXPECT_EQ(100 * packet_threads, answers);
  }
}

TEST(Threads, overrides_are_changed_while_packets_ask) {
  Overrides overrides("boot");
  OverrideRequest request;
  request.target = read_machine_key("52:54:00:77:00:01");
  request.uses = 1000;
  std::string sentence;
  run(
      [&](std::uint32_t) {
        for (std::uint32_t i = 0; i < queries; ++i) {
          const auto found = overrides.find({request.target, {}, true, core::ClientKind::gpxe},
                                            std::chrono::milliseconds(i));
          if (found) overrides.begin_boot(*found, {std::chrono::milliseconds(i), {}});
        }
      },
      [&] {
        overrides.commit(*overrides.prepare_set(request, {}, sentence));
        overrides.snapshot({});
        overrides.commit(*overrides.prepare_del(request.target));
        overrides.drop_expired({});
      });
  EXPECT_EQ(0u, overrides.size());
}

TEST(Threads, counts_are_summed_while_they_are_added) {
  SubnetCounts counts({1, 2, 3}, 2);
  std::uint64_t last = 0;
  run(
      [&](std::uint32_t thread) {
        for (std::uint32_t i = 0; i < queries; ++i) counts.add(thread % 3 + 1, Counted::booted);
      },
      [&] {
        counts.each_changed([](std::uint32_t, Counted, std::uint64_t, std::uint64_t) {});
        const std::uint64_t total = counts.total(Counted::booted);
        EXPECT_GE(total, last);
        last = total;
      });
  EXPECT_EQ(queries * packet_threads, counts.total(Counted::booted));
}

}  // namespace
}  // namespace chainload::tests
