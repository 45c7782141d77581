// SPDX-License-Identifier: MPL-2.0
// What is a loop, and above all what is none.
#include "visits.h"

namespace chainload::tests {
namespace {

/// A ROM that is no network loader.
Query rom() {
  return old_rom_discover();
}

/// iPXE from the network: the program that the firmware file starts. Its 55 and 175 differ from the ROM's.
Query undionly() {
  return Query()
      .message(1)
      .put(57, {0x05, 0xc0})
      .arch(0)
      .put(60, "PXEClient:Arch:00000:UNDI:002001")
      .put(77, "iPXE")
      .put(55, {1, 3, 6, 7, 12, 15, 17, 26, 42, 43, 60, 66, 67, 119, 121, 175, 203})
      .put(175, {0xb1, 5, 1, 0x80, 0x86, 0x10, 0x0e, 0xeb, 3, 2, 0, 0, 0x13, 1, 1, 0x14, 1, 1, 0x26, 1, 1})
      .put(61, {1, 0x52, 0x54, 0, 0x77, 0, 1})
      .end();
}

TEST(LoopGuard, gpxe_given_the_firmware_file_itself_is_found_within_three_rounds) {
  Room room(looping_policy());
  EXPECT_EQ(Finding::none, room.round(rom()).finding);
  for (const std::uint16_t rounds : {1, 2}) {
    room.pass(seconds(12));
    const Verdict verdict = room.round(gpxe_discover());
    EXPECT_EQ(Finding::reloaded, verdict.finding);
    EXPECT_EQ(rounds, verdict.rounds);
    EXPECT_EQ(Tell::nothing, verdict.tell);
  }
  room.pass(seconds(12));
  const Verdict verdict = room.round(gpxe_discover());
  EXPECT_EQ(Finding::loop, verdict.finding);
  EXPECT_EQ(Tell::machine, verdict.tell);
  EXPECT_TRUE(room.machine().loop.is_looping(room.policy_number(), room.now().steady));
}

TEST(LoopGuard, loop_is_told_once_however_long_it_goes_on) {
  Room room(looping_policy());
  room.round(rom());
  int told = 0;
  for (int i = 0; i < 50; ++i) {
    room.pass(seconds(12));
    told += room.round(gpxe_discover()).tell != Tell::nothing;
  }
  EXPECT_EQ(1, told);
}

TEST(LoopGuard, ipxe_rom_that_starts_another_ipxe_for_ever_is_found) {
  Room room(only_gpxe_policy());
  room.round(ipxe_rom_discover());
  Verdict verdict;
  for (int i = 0; i < 3; ++i) {
    room.pass(seconds(10));
    verdict = room.round(undionly());
  }
  EXPECT_EQ(Finding::loop, verdict.finding);
}

TEST(LoopGuard, firmware_by_url_and_then_by_name_is_the_same_file) {
  Room room(only_gpxe_policy());
  room.round(with_message(edk2_http_discover(), 1));
  const auto efi_loader = Query()
                              .message(1)
                              .arch(7)
                              .put(60, "PXEClient:Arch:00007:UNDI:003000")
                              .put(77, "iPXE")
                              .put(55, {1, 3, 66, 67, 175})
                              .put(175, {0xeb, 3, 2, 0, 0, 0x24, 1, 1})
                              .end();
  Verdict verdict;
  for (int i = 0; i < 3; ++i) {
    room.pass(seconds(10));
    verdict = room.round(efi_loader);
  }
  EXPECT_EQ(Finding::loop, verdict.finding);
}

TEST(LoopGuard, loop_is_known_to_the_discover_too_so_that_both_can_be_answered_otherwise) {
  Room room(looping_policy());
  room.round(rom());
  for (int i = 0; i < 3; ++i) room.round(gpxe_discover());
  EXPECT_TRUE(room.ask(with_xid(gpxe_discover(), 77)).is_loop());
  EXPECT_TRUE(room.ask(with_xid(with_message(gpxe_discover(), 3), 77)).is_loop());
}

TEST(LoopGuard, rom_of_a_looping_machine_may_still_load_the_file) {
  Room room(looping_policy());
  room.round(rom());
  for (int i = 0; i < 3; ++i) room.round(gpxe_discover());
  EXPECT_FALSE(room.round(rom()).is_loop());
  EXPECT_TRUE(room.round(gpxe_discover()).is_loop());
}

TEST(LoopGuard, one_round_is_counted_once_however_many_queries_it_has) {
  Room room(looping_policy());
  room.round(rom());
  for (int i = 0; i < 10; ++i) {  // two DISCOVERs, as iPXE sends them, and a REQUEST that is sent again
    room.ask(with_xid(gpxe_discover(), 9));
    room.ask(with_xid(gpxe_discover(), 9));
    room.ask(with_xid(with_message(gpxe_discover(), 3), 9));
    room.ask(with_xid(with_message(gpxe_discover(), 3), 9));
    room.pass(std::chrono::milliseconds(100));
  }
  EXPECT_EQ(1, room.machine().loop.rounds());
}

TEST(LoopGuard, discovers_alone_are_no_rounds) {
  Room room(looping_policy());
  room.round(rom());
  for (std::uint32_t i = 0; i < 20; ++i) {
    room.pass(seconds(1));
    EXPECT_EQ(Finding::none, room.ask(with_xid(gpxe_discover(), i)).finding);
  }
}

TEST(LoopGuard, loader_that_makes_its_xid_from_its_mac_is_found_too) {
  Room room(looping_policy());
  room.round(rom(), 0x00770001);
  Verdict verdict;
  for (int i = 0; i < 3; ++i) {
    room.pass(seconds(10));
    verdict = room.round(gpxe_discover(), 0x00770001);
  }
  EXPECT_EQ(Finding::loop, verdict.finding);
}

TEST(LoopGuard, three_rounds_in_more_than_three_minutes_are_no_loop) {
  Room room(looping_policy());
  room.round(rom());
  for (int i = 0; i < 10; ++i) {
    room.pass(seconds(100));
    EXPECT_EQ(Finding::reloaded, room.round(gpxe_discover()).finding);
  }
}

TEST(LoopGuard, machine_that_gets_its_script_is_no_loop) {
  Room room(only_gpxe_policy());
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(Finding::none, room.round(rom()).finding);
    room.pass(seconds(5));
    EXPECT_EQ(Finding::none, room.round(gpxe_discover()).finding);
    room.pass(seconds(5));
  }
}

TEST(LoopGuard, script_that_is_asked_for_again_and_again_is_a_retry) {
  Room room(only_gpxe_policy());
  room.round(rom());
  room.round(gpxe_discover());
  for (int i = 0; i < 20; ++i) {
    room.pass(seconds(10));
    EXPECT_EQ(Finding::retry, room.round(gpxe_discover()).finding);
  }
}

TEST(LoopGuard, power_cycled_machine_is_no_loop) {
  Room room(looping_policy());
  for (int i = 0; i < 30; ++i) {  // switched off each time gPXE has asked, or has asked twice
    EXPECT_FALSE(room.round(rom()).is_loop());
    room.pass(seconds(4));
    EXPECT_FALSE(room.round(gpxe_discover()).is_loop());
    room.pass(seconds(4));
    if (i % 2 == 0) {
      EXPECT_FALSE(room.round(gpxe_discover()).is_loop());
    }
    room.pass(seconds(4));
  }
}

TEST(LoopGuard, machine_whose_firmware_hangs_and_is_restarted_by_a_watchdog_is_a_retry) {
  Room room(only_gpxe_policy());
  room.round(rom());
  for (int i = 0; i < 30; ++i) {
    room.pass(seconds(20));
    EXPECT_EQ(Finding::retry, room.round(rom()).finding);
  }
}

TEST(LoopGuard, rack_whose_tftp_server_is_down_is_no_loop_but_one_message) {
  Room room(only_gpxe_policy());
  int machines = 0;
  int subnets = 0;
  std::uint32_t xid = 1;
  for (int minute = 0; minute < 20; ++minute) {
    for (std::uint32_t machine = 0; machine < 40; ++machine) {
      const Verdict verdict = room.round(with_mac(rom(), mac_of(machine)), xid++);
      EXPECT_FALSE(verdict.is_loop());
      machines += verdict.tell == Tell::machine;
      subnets += verdict.tell == Tell::subnet;
    }
    room.pass(seconds(20));
  }
  EXPECT_EQ(5, machines);
  EXPECT_EQ(1, subnets);
}

TEST(LoopGuard, machines_of_different_subnets_are_told_one_by_one) {
  Room room(only_gpxe_policy());
  int machines = 0;
  for (std::uint32_t time = 0; time < 2; ++time) {
    for (std::uint32_t machine = 0; machine < 20; ++machine) {
      const Verdict verdict =
          room.round(with_mac(rom(), mac_of(machine)), 100 * time + machine, machine / 4 + 1);
      machines += verdict.tell == Tell::machine;
      EXPECT_NE(Tell::subnet, verdict.tell);
    }
  }
  EXPECT_EQ(20, machines);
}

TEST(LoopGuard, many_looping_machines_of_a_subnet_are_one_message) {
  Room room(looping_policy());
  int machines = 0;
  int subnets = 0;
  std::uint32_t xid = 1;
  for (int i = 0; i < 10; ++i) {
    for (std::uint32_t machine = 0; machine < 12; ++machine) {
      const Query query = i == 0 ? rom() : gpxe_discover();
      const Verdict verdict = room.round(with_mac(query, mac_of(machine)), xid++);
      machines += verdict.tell == Tell::machine;
      subnets += verdict.tell == Tell::subnet;
    }
  }
  EXPECT_EQ(5, machines);
  EXPECT_EQ(1, subnets);
}

/// Five machines with one MAC that differ in their client identifiers, asking in random order.
TEST(LoopGuard, five_phones_behind_one_mac_are_no_loop) {
  const auto phone = [](std::uint8_t number) {
    return Query().message(1).arch(0).put(60, "PXEClient").put(55, {1, 3, 66, 67}).put(61, {0, number}).end();
  };
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    Room room(only_gpxe_policy());
    std::mt19937 chance(seed);
    for (int i = 0; i < 200; ++i) {
      EXPECT_FALSE(room.round(phone(static_cast<std::uint8_t>(chance() % 5))).is_loop()) << "seed " << seed;
      room.pass(seconds(chance() % 20));
    }
  }
}

TEST(LoopGuard, five_alike_loaders_behind_one_mac_are_no_loop) {
  const auto loader = [](std::uint8_t number) {
    return Query()
        .message(1)
        .arch(0)
        .put(77, "iPXE")
        .put(55, {1, 3, 66, 67})
        .put(175, {0xb1, 5, 1, 0x80, 0x86, 0x10, number, 0xeb, 3, 1, 0, 0})
        .put(61, {0, number})
        .end();
  };
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    Room room(only_gpxe_policy());
    std::mt19937 chance(seed);
    for (int i = 0; i < 200; ++i) {
      EXPECT_FALSE(room.round(loader(static_cast<std::uint8_t>(chance() % 5))).is_loop()) << "seed " << seed;
      room.pass(seconds(chance() % 20));
    }
  }
}

/// Each with a program of its own: only after the third has shown itself is it plain that no one machine
/// asks.
TEST(LoopGuard, five_different_loaders_behind_one_mac_that_take_turns_are_no_loop) {
  const auto loader = [](std::uint8_t number) {
    return Query()
        .message(1)
        .arch(0)
        .put(77, "iPXE")
        .put(55, {1, 3, 66, 67, static_cast<std::uint8_t>(200 + number)})
        .put(175, {0xeb, 3, 1, 0, number})
        .end();
  };
  Room room(only_gpxe_policy());
  for (int i = 0; i < 200; ++i) {
    EXPECT_FALSE(room.round(loader(static_cast<std::uint8_t>(i % 5))).is_loop());
    room.pass(seconds(7));
  }
  for (int i = 0; i < 10; ++i) {  // one of them goes on alone
    EXPECT_FALSE(room.round(loader(3)).is_loop());
    room.pass(seconds(7));
  }
}

class ReleasedLoop : public testing::Test {
 protected:
  ReleasedLoop() : room(looping_policy()) {
    room.round(rom());
    for (int i = 0; i < 3; ++i) room.round(gpxe_discover());
    EXPECT_TRUE(is_looping());
  }
  bool is_looping() {
    return room.table().looping({}, 10, room.policy_number(), room.now().steady).size() == 1;
  }
  Room room;
};

TEST_F(ReleasedLoop, stage_two_releases_it) {
  room.answer_by(only_gpxe_policy());
  EXPECT_TRUE(room.round(gpxe_discover()).has_released);
  EXPECT_FALSE(is_looping());
  EXPECT_FALSE(room.round(gpxe_discover()).has_released);
}

TEST_F(ReleasedLoop, another_file_under_the_same_policy_releases_it) {
  // The same machine as an EFI client gets another file.
  const auto verdict = room.round(with_mac(with_message(edk2_pxe_request(), 1), usual_mac));
  EXPECT_TRUE(verdict.has_released);
  EXPECT_FALSE(is_looping());
}

TEST_F(ReleasedLoop, fifteen_quiet_minutes_release_it) {
  room.pass(minutes(15));
  EXPECT_TRUE(is_looping());
  room.pass(std::chrono::milliseconds(1));
  EXPECT_FALSE(is_looping());
  EXPECT_FALSE(room.round(gpxe_discover()).is_loop());
}

TEST_F(ReleasedLoop, policy_change_releases_it) {
  room.change_policy(looping_policy());
  EXPECT_FALSE(is_looping());
  EXPECT_TRUE(room.ask(gpxe_discover()).has_released);
  EXPECT_FALSE(room.round(gpxe_discover()).is_loop());
}

TEST_F(ReleasedLoop, command_releases_it) {
  EXPECT_EQ(0u, room.table().release(MachineKey::of_address(1, mac_of(1))));
  EXPECT_EQ(1u, room.table().release(MachineKey::of_address(1, usual_mac)));
  EXPECT_FALSE(is_looping());
  EXPECT_EQ(0u, room.table().release(MachineKey::of_address(1, usual_mac)));
}

TEST_F(ReleasedLoop, command_releases_all) {
  EXPECT_EQ(1u, room.table().release_all());
  EXPECT_EQ(0u, room.table().release_all());
  EXPECT_FALSE(is_looping());
}

TEST_F(ReleasedLoop, wall_clock_that_jumps_a_day_either_way_changes_nothing) {
  for (const auto jump : {hours(24), hours(-48)}) {
    room.jump_wall_clock(jump);
    EXPECT_TRUE(is_looping());
    EXPECT_TRUE(room.round(gpxe_discover()).is_loop());
  }
}

TEST_F(ReleasedLoop, machine_that_asks_for_nothing_to_boot_stays_in_it) {
  room.ask(with_mac(dhclient_discover(), usual_mac));
  EXPECT_TRUE(is_looping());
}

}  // namespace
}  // namespace chainload::tests
