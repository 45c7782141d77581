// SPDX-License-Identifier: MPL-2.0
// What the table remembers of whom, how much, and whom it forgets.
#include <ctime>
#include <set>

#include "../read_json.h"
#include "core/machines/machine_value.h"
#include "visits.h"

namespace chainload::tests {
namespace {

MachineKey key_of(std::uint32_t number) {
  return MachineKey::of_address(1, mac_of(number));
}

TEST(MachinesTable, boot_is_remembered_with_its_stages_and_answers) {
  Room room(only_gpxe_policy());
  room.round(old_rom_discover());
  EXPECT_EQ(Stage::first, room.machine().stage);
  room.pass(seconds(5));
  room.round(gpxe_discover());
  const Machine machine = room.machine();
  EXPECT_EQ(Stage::second, machine.stage);
  EXPECT_EQ(4u, machine.queries);
  EXPECT_EQ(1u, machine.first_stages);
  EXPECT_EQ(1u, machine.second_stages);
  const auto answers = machine.history.list();
  ASSERT_EQ(2u, answers.size());
  EXPECT_EQ("built-in/x86-bios", answers[0].full_name());
  EXPECT_EQ("undionly.kpxe", answers[0].boot_file);
  EXPECT_EQ("built-in/script", answers[1].full_name());
  EXPECT_EQ("http://192.0.2.10/boot.php?mac=${mac}", answers[1].boot_file);
  EXPECT_NE(answers[0].print, answers[1].print);
}

TEST(MachinesTable, last_packet_can_be_explained_again) {
  Room room(only_gpxe_policy());
  room.ask(gpxe_discover());
  const auto octets = room.machine().packet.octets();
  const Facts facts = core::read_facts(octets);
  EXPECT_EQ("built-in/script", core::decide(facts, {}, only_gpxe_policy()).full_name());
}

TEST(MachinesTable, machine_is_shown_in_words) {
  Room room(only_gpxe_policy());
  room.round(old_rom_discover(), 0x1001);
  const auto report = room.table().find(MachineKey::of_address(1, usual_mac));
  ASSERT_TRUE(report);
  const core::Value value = machine_value(*report, room.policy_number(), room.now().steady);
  EXPECT_EQ("52:54:00:77:00:01", *value.find("machine")->string());
  EXPECT_EQ("first", *value.find("stage")->string());
  EXPECT_FALSE(*value.find("loop")->boolean());
  EXPECT_EQ(2, *value.find("queries")->integer());
  EXPECT_EQ("2026-11-21T", value.find("last-seen")->string()->substr(0, 11));
  const core::Value& answer = value.find("decisions")->list()->front();
  EXPECT_EQ("built-in/x86-bios", *answer.find("rule")->string());
  EXPECT_EQ("0x00001001", *answer.find("xid")->string());
  EXPECT_EQ("192.0.2.10", *answer.find("next-server")->string());
  EXPECT_EQ("boot", *answer.find("outcome")->string());
  ASSERT_EQ(2u, answer.find("messages")->list()->size());
  EXPECT_EQ("DHCPREQUEST", *answer.find("messages")->list()->back().string());
  EXPECT_EQ(2 * old_rom_discover().payload().size(), value.find("last-packet")->string()->size());
}

TEST(MachinesTable, loop_is_shown_with_its_rounds) {
  Room room(looping_policy());
  room.round(old_rom_discover());
  for (int i = 0; i < 4; ++i) room.round(gpxe_discover());
  const auto loops = room.table().looping({}, 10, room.policy_number(), room.now().steady);
  ASSERT_EQ(1u, loops.size());
  const core::Value value = loop_value(loops.front(), room.policy_number(), room.now().steady);
  EXPECT_TRUE(*value.find("loop")->boolean());
  EXPECT_EQ(4, *value.find("rounds")->integer());
  EXPECT_EQ("undionly.kpxe", *value.find("boot-file-name")->string());
}

TEST(MachinesTable, answer_that_was_replaced_is_shown_after_the_decision) {
  Room room(looping_policy());
  const auto query = with_message(gpxe_discover(), 3);
  room.ask(query);
  const Facts facts = core::read_facts(query.payload());
  const core::Policy other = only_gpxe_policy();
  const MachineKey key = machine_key(facts);
  const Decision given = core::decide(facts, {}, other);
  room.table().note_fallback({key, facts, given, 1, query.payload(), 1, room.now()}, given);
  const Machine machine = room.machine();
  const auto answers = machine.history.list();
  ASSERT_EQ(2u, answers.size());
  EXPECT_FALSE(answers[0].by_fallback);
  EXPECT_TRUE(answers[1].by_fallback);
  EXPECT_EQ("built-in/script", answers[1].full_name());
}

TEST(MachinesTable, query_that_names_no_machine_is_not_kept) {
  Room room(only_gpxe_policy());
  room.ask(with_mac(old_rom_discover(), {0, 0, 0, 0, 0, 0}));
  room.ask(Query({0, 0, 0, 0, 0, 0}).message(1).put(60, "PXEClient").end());
  EXPECT_EQ(1u, room.table().size());  // the first carries a UUID
}

TEST(MachinesTable, only_boot_clients_are_worth_a_place) {
  const core::Policy policy = only_gpxe_policy();
  const auto worth = [&](const Query& query) {
    const Facts facts = core::read_facts(query.payload());
    return is_worth_recording(core::decide(facts, {}, policy));
  };
  EXPECT_TRUE(worth(old_rom_discover()));
  EXPECT_TRUE(worth(uboot_discover()));
  EXPECT_FALSE(worth(dhclient_discover()));
}

TEST(MachinesTable, capacity_is_kept_under_a_flood_of_random_macs) {
  Room room(only_gpxe_policy(), 2048);
  std::mt19937 chance(1);
  for (int i = 0; i < 30000; ++i) {
    room.ask(with_xid(with_mac(old_rom_discover(), mac_of(static_cast<std::uint32_t>(chance()))), 1));
  }
  EXPECT_LE(room.table().size(), 2048u);
  EXPECT_GE(room.table().size(), 2000u);
  EXPECT_GE(room.table().evicted(), 27000u);
}

TEST(MachinesTable, flood_does_not_push_out_machines_that_have_booted) {
  Room room(only_gpxe_policy(), 2048);
  for (std::uint32_t i = 0; i < 200; ++i) {
    room.round(with_mac(old_rom_discover(), mac_of(i)), 2 * i);
    room.round(with_mac(gpxe_discover(), mac_of(i)), 2 * i + 1);
  }
  std::mt19937 chance(2);
  for (int i = 0; i < 30000; ++i) {  // also by invented machines that call themselves gPXE
    const Mac mac = mac_of(0x80000000u | static_cast<std::uint32_t>(chance()));
    const Query& query = i % 2 == 0 ? old_rom_discover() : gpxe_discover();
    room.ask(with_mac(query, mac));
    if (i % 3 == 0) room.ask(with_mac(with_message(query, 3), mac));
  }
  for (std::uint32_t i = 0; i < 200; ++i) EXPECT_TRUE(room.table().find(key_of(i))) << i;
}

TEST(MachinesTable, oldest_of_those_that_have_booted_go_first) {
  Room room(only_gpxe_policy(), 1024);
  for (std::uint32_t i = 0; i < 3000; ++i) {
    room.round(with_mac(old_rom_discover(), mac_of(i)), 2 * i);
    room.round(with_mac(gpxe_discover(), mac_of(i)), 2 * i + 1);
  }
  EXPECT_LE(room.table().size(), 1024u);
  std::size_t young = 0;
  for (std::uint32_t i = 2600; i < 3000; ++i) young += room.table().find(key_of(i)).has_value();
  EXPECT_EQ(400u, young);
  for (std::uint32_t i = 0; i < 1000; ++i) EXPECT_FALSE(room.table().find(key_of(i))) << i;
}

TEST(MachinesTable, pages_are_in_order_and_whole) {
  Room room(only_gpxe_policy());
  for (std::uint32_t i = 0; i < 500; ++i) room.ask(with_mac(old_rom_discover(), mac_of(i * 7919)));
  std::set<MachineKey> shown;
  MachineKey from;
  while (true) {
    const auto page = room.table().page(from, 37);
    for (const MachineReport& report : page) {
      EXPECT_TRUE(from.is_none() || report.key > from);
      from = report.key;
      shown.insert(from);
    }
    if (page.size() < 37) break;
  }
  EXPECT_EQ(500u, shown.size());
  EXPECT_TRUE(room.table().page({}, 0).empty());
}

TEST(MachinesTable, who_stays_is_shown_once_while_others_come_and_go) {
  Room room(only_gpxe_policy(), 1024);
  for (std::uint32_t i = 0; i < 100; ++i) {
    room.round(with_mac(old_rom_discover(), mac_of(i << 24)), 2 * i);
    room.round(with_mac(gpxe_discover(), mac_of(i << 24)), 2 * i + 1);
  }
  std::mt19937 chance(3);
  std::multiset<MachineKey> shown;
  MachineKey from;
  for (bool more = true; more;) {
    const auto page = room.table().page(from, 10);
    for (const MachineReport& report : page) shown.insert(from = report.key);
    more = page.size() == 10;
    for (int i = 0; i < 500; ++i) {
      room.ask(with_mac(old_rom_discover(), mac_of(static_cast<std::uint32_t>(chance()) | 1)));
    }
  }
  for (std::uint32_t i = 0; i < 100; ++i) EXPECT_EQ(1u, shown.count(key_of(i << 24))) << i;
}

TEST(MachinesTable, page_goes_on_after_a_machine_that_has_left) {
  Room room(only_gpxe_policy());
  room.ask(with_mac(old_rom_discover(), mac_of(1)));
  room.ask(with_mac(old_rom_discover(), mac_of(9)));
  const auto page = room.table().page(key_of(5), 10);
  ASSERT_EQ(1u, page.size());
  EXPECT_EQ(key_of(9), page.front().key);
}

TEST(MachinesTable, machine_needs_less_than_a_kilobyte_and_a_half) {
  EXPECT_LE(sizeof(Machine), 1408u);
}

/// A loose bound for a slow machine under a sanitizer: a table that slowed down as it fills would miss it.
TEST(MachinesTable, query_takes_as_long_in_a_full_table_as_in_an_empty_one) {
  const auto time_of = [](Room& room, std::uint32_t first) {
    const std::clock_t began = std::clock();  // of the processor: other programs may be running
    for (std::uint32_t i = 0; i < 4000; ++i) room.ask(with_mac(old_rom_discover(), mac_of(first + i)));
    return std::clock() - began;
  };
  Room small(only_gpxe_policy(), 4096);
  const auto empty = time_of(small, 0);
  Room large(only_gpxe_policy(), 16384);
  for (std::uint32_t first = 0; first < 20000; first += 4000) time_of(large, first);
  const auto full = time_of(large, 20000);
  EXPECT_LT(full, 10 * empty);
}

}  // namespace
}  // namespace chainload::tests
