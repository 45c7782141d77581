// SPDX-License-Identifier: MPL-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "platform/host/simulated_platform.h"

namespace platform::host {
namespace {

using base::LoadMove;
using base::LoadPlan;
using Ending = HostPlatform::Ending;

struct HostPlatformTest : testing::Test {
  base::MutBytes at(std::uint64_t begin, std::uint64_t size) {
    return platform.physical({{begin}, {begin + size}});
  }

  SimulatedNetwork network;
  SimulatedPlatform platform{network};
};

TEST_F(HostPlatformTest, tells_how_the_firmware_ended) {
  EXPECT_EQ(platform.run([](Platform& machine) { machine.exit(false); }), Ending::exited);
  EXPECT_EQ(platform.run([](Platform& machine) { machine.exit(true); }), Ending::failed);
  EXPECT_EQ(platform.run([](Platform&) {}), Ending::returned);
}

TEST_F(HostPlatformTest, carries_out_a_plan_in_its_order) {
  const auto start = [](Platform& machine) {
    const base::PhysicalAddress from = machine.download_region().begin;
    machine.physical({from, from + 4})[0] = 0xab;
    const LoadMove moves[] = {{from, {0x10000}, 4, 12}, {{0x10000}, {0x20000}, 1, 0}};
    LoadPlan plan;
    plan.start = LoadPlan::Start::linux_real_mode;
    plan.moves = moves;
    plan.segment = 0x1000;
    static_cast<void>(machine.execute(plan));
  };
  at(0x10000, 16)[15] = 0xff;
  EXPECT_EQ(platform.run(start), Ending::started);
  EXPECT_EQ(at(0x10000, 1)[0], 0xab);
  EXPECT_EQ(at(0x10000, 16)[15], 0);
  EXPECT_EQ(at(0x20000, 1)[0], 0xab);
  ASSERT_TRUE(platform.ram().started());
  EXPECT_EQ(platform.ram().started()->segment, 0x1000);
  EXPECT_EQ(platform.ram().started()->moves.size(), 2U);
}

TEST_F(HostPlatformTest, refuses_a_plan_that_leaves_free_memory_before_it_writes) {
  const base::PhysicalAddress from = platform.download_region().begin;
  const std::uint64_t ram = std::uint64_t{64} << 20;
  for (const LoadMove& bad :
       {LoadMove{from, {0x400}, 4, 0}, LoadMove{from, {0x97fff}, 4, 0}, LoadMove{from, {ram - 4}, 4, 0},
        LoadMove{from, {ram + 4}, 4, 0}, LoadMove{{0xf0000}, {0x10000}, 4, 0},
        LoadMove{from, {0x10000}, 4, ram}, LoadMove{from, {UINT64_MAX - 1}, 4, 0},
        LoadMove{from, {0x10000}, UINT64_MAX - 1, 4}}) {
    at(from.value, 1)[0] = 0xab;
    const LoadMove moves[] = {{from, {0x10000}, 4, 0}, bad};
    LoadPlan plan;
    plan.moves = moves;
    const base::Status status = platform.execute(plan);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code(), base::ErrorCode::invalid);
    EXPECT_EQ(at(0x10000, 1)[0], 0);
  }
  EXPECT_FALSE(platform.ram().started());
}

TEST_F(HostPlatformTest, a_network_boot_program_may_come_back) {
  platform.let_nbp_return();
  EXPECT_EQ(platform.run([](Platform& machine) {
    LoadPlan plan;
    plan.start = LoadPlan::Start::pxe_nbp;
    machine.exit(!machine.execute(plan).ok());
  }),
            Ending::exited);
}

TEST_F(HostPlatformTest, keeps_what_was_printed_and_gives_keys_in_order) {
  platform.console().print("hello {}\n", 1);
  EXPECT_TRUE(platform.has_printed("hello 1\n"));
  platform.press("ab");
  EXPECT_EQ(platform.read_key(), 'a');
  EXPECT_EQ(platform.read_key(), 'b');
  EXPECT_FALSE(platform.read_key());
}

TEST(HostMemory, is_what_a_small_machine_has) {
  for (const std::uint64_t mib : {4U, 64U, 512U}) {
    HostMemory memory(mib << 20);
    EXPECT_TRUE(memory.map().is_free({{0x7c00}, {0x90000}}));
    EXPECT_FALSE(memory.map().is_free({{0x98000}, {0x98001}}));
    EXPECT_EQ(memory.download_region().begin.value, 0x100000U);
    EXPECT_FALSE(memory.map().is_free(memory.download_region()));
    EXPECT_EQ(memory.bytes(memory.download_region()).size(), memory.download_region().size());
    EXPECT_TRUE(memory.bytes({{0}, {(mib << 20) + 1}}).empty());
  }
}

struct Cable {
  std::size_t arrived = 0, changed = 0, late = 0;
  bool operator==(const Cable&) const = default;
};

Cable send_thousand(std::uint64_t seed, const LinkQuality& quality) {
  SimulatedNetwork network(seed);
  Cable result;
  std::uint8_t highest = 0;
  Frame frame(100, 0);
  std::fill_n(frame.begin(), 6, std::uint8_t{0xff});  // to everybody
  network.attach(
      [&](base::Bytes got) {
        ++result.arrived;
        if (got[20] != 0) ++result.changed;
        if (got[13] < highest) ++result.late;
        highest = got[13];
      },
      quality);
  const auto sender = network.attach([](base::Bytes) {});
  for (int i = 0; i < 1000; ++i) {
    Frame numbered = frame;
    numbered[13] = static_cast<std::uint8_t>(i / 4);
    network.send(sender, numbered);
    network.run_until(network.now() + base::Duration::microseconds(100));
  }
  network.run_until(network.now() + base::Duration::seconds(1));
  return result;
}

TEST(SimulatedNetwork, a_good_cable_delivers_everything_once_and_in_order) {
  EXPECT_EQ(send_thousand(1, {}), (Cable{1000, 0, 0}));
}

TEST(SimulatedNetwork, a_bad_cable_does_what_it_was_told_and_the_same_again) {
  LinkQuality bad;
  bad.loss = 100;
  EXPECT_NEAR(static_cast<double>(send_thousand(1, bad).arrived), 900, 40);
  bad = {};
  bad.duplication = 100;
  EXPECT_NEAR(static_cast<double>(send_thousand(1, bad).arrived), 1100, 40);
  bad = {};
  bad.reordering = 100;
  EXPECT_GT(send_thousand(1, bad).late, 50U);
  bad.corruption = 1000;
  const Cable once = send_thousand(7, bad);
  EXPECT_GT(once.changed, 0U);
  EXPECT_EQ(once, send_thousand(7, bad));
  EXPECT_FALSE(once == send_thousand(8, bad));
}

TEST(SimulatedNetwork, a_frame_goes_where_its_receiver_was_last_heard) {
  SimulatedNetwork network;
  std::size_t heard[3] = {};
  for (std::size_t& count : heard) network.attach([&count](base::Bytes) { ++count; });
  Frame frame(60, 0);
  frame[5] = 1;   // to 1
  frame[11] = 2;  // from 2
  network.send(2, frame);
  network.run_until(network.now() + base::Duration::seconds(1));
  std::swap(frame[5], frame[11]);
  network.send(1, frame);
  network.run_until(network.now() + base::Duration::seconds(1));
  EXPECT_EQ(heard[0], 1U);  // nobody knew 1 yet
  EXPECT_EQ(heard[1], 1U);
  EXPECT_EQ(heard[2], 1U);  // and 2 was known
}

}  // namespace
}  // namespace platform::host
