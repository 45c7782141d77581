// SPDX-License-Identifier: MPL-2.0
// Overrides across restarts: of the server in order, of the server by force, and of its machine.
#include <random>

#include "override_room.h"

namespace chainload::tests {
namespace {

const std::string without_uses =
    R"({"mac": "52:54:00:77:00:01", "boot": {"boot-file-name": "http://192.0.2.10/rescue"}})";

TEST(RestoredOverrides, restart_in_order_brings_back_what_was_there) {
  OverrideRoom room;
  room.set(usual_override);
  const Restored restored = room.restart(true);
  EXPECT_EQ(1u, restored.in_force);
  EXPECT_TRUE(restored.problems.empty()) << restored.problems.text();
  ASSERT_TRUE(room.find());
  EXPECT_EQ("http://192.0.2.10/install", room.find()->asked.rule.boot.boot_file->text());
}

TEST(RestoredOverrides, time_passes_while_the_server_is_away) {
  OverrideRoom room;
  room.set(usual_override);
  room.pass(minutes(59));
  EXPECT_EQ(1u, room.restart(true).in_force);
  room.pass(minutes(1));
  EXPECT_EQ(1u, room.restart(true).expired);
  EXPECT_EQ(0u, room.overrides().size());
}

TEST(RestoredOverrides, used_up_one_stays_used_up) {
  OverrideRoom room;
  room.set(usual_override);
  room.ask();
  room.pass(minutes(3));
  room.restart(true);
  EXPECT_EQ(OverrideStanding::used_up, room.standing());
}

TEST(RestoredOverrides, boot_under_way_goes_on_after_the_server_was_killed) {
  OverrideRoom room;
  room.set(usual_override);
  room.ask();
  room.pass(seconds(60));
  EXPECT_EQ(1u, room.restart(false).in_force);
  EXPECT_EQ(OverrideStanding::booting, room.standing());
  EXPECT_TRUE(room.ask());
  room.pass(seconds(60));
  EXPECT_FALSE(room.ask());
}

TEST(RestoredOverrides, killed_server_is_no_reason_for_doubt) {
  OverrideRoom room;
  room.set(usual_override);
  const Restored restored = room.restart(false);
  EXPECT_EQ(1u, restored.in_force);
  EXPECT_EQ(0u, restored.in_doubt);
}

TEST(RestoredOverrides, use_lost_with_the_power_is_doubted_and_the_override_not_applied) {
  OverrideRoom room;
  room.set(usual_override);
  room.ask(false);
  room.pass(minutes(5));
  const Restored restored = room.restart(false, "boot-2");
  EXPECT_EQ(1u, restored.in_doubt);
  EXPECT_FALSE(room.ask());
  const auto report = room.overrides().report(usual_machine(), room.now().steady);
  ASSERT_TRUE(report);
  EXPECT_EQ(OverrideStanding::in_doubt, report->standing);
  EXPECT_NE(std::string::npos, report->doubt.find("was stopped without notice"));
  EXPECT_NE(std::string::npos, report->doubt.find("set it again"));
}

TEST(RestoredOverrides, doubt_is_carried_on_by_a_later_restart_in_order) {
  OverrideRoom room;
  room.set(usual_override);
  room.restart(false, "boot-2");
  room.saved() = room.overrides().snapshot(room.now());
  EXPECT_EQ(1u, room.restart(true, "boot-2").in_doubt);
  room.saved() = room.overrides().snapshot(room.now());
  EXPECT_EQ(1u, room.restart(true, "boot-3").in_doubt);
}

TEST(RestoredOverrides, setting_it_again_ends_the_doubt) {
  OverrideRoom room;
  room.set(usual_override);
  room.restart(false, "boot-2");
  room.set(usual_override);
  EXPECT_TRUE(room.find());
}

TEST(RestoredOverrides, override_without_uses_is_beyond_doubt) {
  OverrideRoom room;
  room.set(without_uses);
  room.ask();
  EXPECT_EQ(1u, room.restart(false, "boot-2").in_force);
  EXPECT_TRUE(room.find());
}

TEST(RestoredOverrides, machine_restarted_in_order_keeps_its_overrides_on_the_wall_clock) {
  OverrideRoom room;
  room.set(usual_override);
  room.pass(minutes(50));
  EXPECT_EQ(1u, room.restart(true, "boot-2").in_force);
  room.pass(minutes(9));
  EXPECT_TRUE(room.find());
  room.pass(minutes(1));
  EXPECT_FALSE(room.find());
}

TEST(RestoredOverrides, clock_that_was_put_back_between_two_starts_of_the_machine_is_doubted) {
  OverrideRoom room;
  room.set(without_uses);
  room.jump_wall_clock(hours(-24));
  EXPECT_EQ(1u, room.restart(true, "boot-2").in_doubt);
  EXPECT_FALSE(room.find());
}

TEST(RestoredOverrides, clock_that_jumps_while_the_server_restarts_changes_nothing) {
  for (const auto jump : {hours(24), hours(-24)}) {
    OverrideRoom room;
    room.set(usual_override);
    room.jump_wall_clock(jump);
    EXPECT_EQ(1u, room.restart(false).in_force);
    room.pass(minutes(60));
    EXPECT_FALSE(room.find());
  }
}

TEST(RestoredOverrides, one_taken_away_stays_away) {
  OverrideRoom room;
  room.set(usual_override);
  const auto change = room.overrides().prepare_del(usual_machine());
  room.saved().push_back(change->record);
  const Restored restored = room.restart(true);
  EXPECT_EQ(0u, restored.in_force);
  EXPECT_TRUE(restored.problems.empty());
}

TEST(RestoredOverrides, snapshot_and_journal_give_the_same) {
  OverrideRoom room;
  room.set(usual_override);
  room.set(R"({"mac": "52:54:00:77:00:02", "boot": {"deny": true}, "reply": {"force": false}, "uses": 2})");
  room.ask();
  room.pass(seconds(10));
  room.restart(true);
  const auto from_journal = room.overrides().snapshot(room.now());
  room.saved() = from_journal;
  room.restart(true);
  const auto again = room.overrides().snapshot(room.now());
  ASSERT_EQ(3u, again.size()) << "the revision, and both overrides";
  EXPECT_EQ(2u, room.overrides().revision());
  const auto standings = [&] {
    std::vector<std::pair<OverrideStanding, std::uint32_t>> all;
    for (const auto& each : room.overrides().page({}, 10, room.now().steady)) {
      all.emplace_back(each.standing, each.used);
    }
    return all;
  };
  EXPECT_EQ((std::vector<std::pair<OverrideStanding, std::uint32_t>>{{OverrideStanding::booting, 1},
                                                                     {OverrideStanding::waiting, 0}}),
            standings());
}

TEST(RestoredOverrides, use_of_one_that_was_replaced_uses_nothing_of_the_later_one) {
  OverrideRoom room;
  room.set(usual_override);
  room.ask();
  const core::Value late = room.saved().back();
  room.saved().pop_back();
  room.set(usual_override);
  room.saved().push_back(late);  // written by a packet while the command was saved
  room.restart(true);
  EXPECT_EQ(OverrideStanding::waiting, room.standing());
}

TEST(RestoredOverrides, serial_numbers_go_on_after_a_restart) {
  OverrideRoom room;
  room.set(usual_override);
  const auto before = room.find()->serial;
  room.restart(true);
  room.set(usual_override);
  EXPECT_GT(room.find()->serial, before);
}

TEST(RestoredOverrides, record_that_cannot_be_read_is_named_and_the_others_count) {
  OverrideRoom room;
  room.set(usual_override);
  room.saved().insert(room.saved().begin(), value_of(R"({"something": 1})"));
  room.saved().push_back(value_of(R"({"override-boot": "52:54:00:77:00:01"})"));
  room.saved().push_back(value_of(R"({"override-set": {"mac": "52:54:00:77:00:03"}})"));
  room.saved().push_back(value_of(
      R"({"override-set": {"mac": "52:54:00:77:00:03", "boot": {"deny": true}}, "serial": -1, "used": 0})"));
  room.saved().push_back(value_of("[]"));
  const Restored restored = room.restart(true);
  EXPECT_EQ(1u, restored.in_force);
  EXPECT_EQ(5u, restored.problems.seen()) << restored.problems.text();
  EXPECT_EQ("records[0]", restored.problems.list().front().path);
}

/// A journal may be cut anywhere between two records: a use is never given out twice for that.
TEST(RestoredOverrides, random_histories_never_answer_more_boots_than_there_are_uses) {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    std::mt19937 chance(seed);
    OverrideRoom room;
    room.set(
        R"({"mac": "52:54:00:77:00:01", "boot": {"boot-file-name": "f"}, "uses": 2, "expires-in": 86400})");
    std::vector<std::chrono::milliseconds> boots;
    int kernel = 1;
    Moment of_last_boot{-hours(1), room.now().wall - hours(1)};
    int answered = 0;
    for (int i = 0; i < 60; ++i) {
      room.pass(seconds(chance() % 90));
      const auto event = chance() % 12;
      if (event == 0) room.restart(chance() % 2 == 0, "boot-" + std::to_string(kernel));
      if (event == 1) {
        room.restart(true, "boot-" + std::to_string(++kernel));
        room.saved() = room.overrides().snapshot(room.now());
      }
      if (event == 2 && chance() % 4 == 0) {  // the power fails: the last record may be lost
        if (room.saved().size() > 1 && chance() % 2 == 0) room.saved().pop_back();
        room.restart(false, "boot-" + std::to_string(++kernel));
        room.saved() = room.overrides().snapshot(room.now());
      }
      if (event > 4 && room.ask() && room.now().wall - of_last_boot.wall >= minutes(2)) {
        ++answered;
        of_last_boot = room.now();
      }
    }
    EXPECT_LE(answered, 2) << "seed " << seed;
  }
}

}  // namespace
}  // namespace chainload::tests
