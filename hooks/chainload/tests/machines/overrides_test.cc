// SPDX-License-Identifier: MPL-2.0
// Setting overrides, whom they answer, and how they are used up.
#include "override_room.h"

namespace chainload::tests {
namespace {

using core::ClientKind;

TEST(SettingOverrides, expiry_is_an_hour_when_none_is_given) {
  const auto request = request_of(R"({"mac": "52:54:00:77:00:01", "boot": {"boot-file-name": "f"}})");
  EXPECT_EQ(hours(1), request.lifetime);
  EXPECT_FALSE(request.uses);
  EXPECT_EQ(Addressee::able, request.addressee);
  EXPECT_EQ("52:54:00:77:00:01", request.rule.name);
}

TEST(SettingOverrides, arguments_are_read_back_as_they_were_written) {
  const auto request = request_of(R"({"uuid": "6cd22ecf-0201-0403-0506-0708090a0b0c", "uses": 3,
      "boot": {"next-server": "192.0.2.20", "boot-file-name": "f"}, "reply": {"write": "fields"},
      "for": "second", "expires-in": 60, "reason": "new disk"})");
  core::Problems problems;
  const auto again = read_override(override_value(request), "", problems);
  ASSERT_TRUE(again) << problems.text();
  EXPECT_EQ(request.target, again->target);
  EXPECT_EQ(core::canonical_text(request.rule), core::canonical_text(again->rule));
  EXPECT_EQ(core::Write::fields, again->rule.reply.write);
  EXPECT_EQ(3u, again->uses);
  EXPECT_EQ(seconds(60), again->lifetime);
  EXPECT_EQ(Addressee::second, again->addressee);
  EXPECT_EQ("new disk", again->reason);
}

TEST(SettingOverrides, wrong_arguments_are_named_with_the_remedy) {
  const std::string boot = R"("boot": {"boot-file-name": "f"})";
  const std::string mac = R"("mac": "52:54:00:77:00:01")";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"{" + boot + "}", "mac and uuid are both missing"},
      {"{" + mac + "}", "boot is missing"},
      {"{" + mac + R"(, "uuid": "6cd22ecf-0201-0403-0506-0708090a0b0c", )" + boot + "}",
       "uuid: mac and uuid stand both"},
      {R"({"mac": "52:54", )" + boot + "}", "mac: \"52:54\" is no MAC address"},
      {R"({"mac": "uuid/6cd22ecf-0201-0403-0506-0708090a0b0c", )" + boot + "}", "is no MAC address"},
      {R"({"uuid": "03000200-0400-0500-0006-000700080009", )" + boot + "}", "is no UUID of a single machine"},
      {"{" + mac + ", " + boot + R"(, "uses": 0})", "uses: 0: write a whole number from 1 to 1000"},
      {"{" + mac + ", " + boot + R"(, "uses": "1"})", "uses: it is a string"},
      {"{" + mac + ", " + boot + R"(, "expires-in": 2592001})", "expires-in: 2592001: write a whole number"},
      {"{" + mac + ", " + boot + R"(, "expires-in": -1})", "expires-in: -1"},
      {"{" + mac + ", " + boot + R"(, "for": "roms"})", "for: \"roms\" is none of able, first, second, any"},
      {"{" + mac + ", " + boot + R"(, "force": true})", "force: "},
      {"{" + mac + R"(, "boot": {"boot-file": "f"}})", "boot.boot-file: "},
      {"{" + mac + R"(, "boot": {}})", "boot: it is empty"},
      {"[]", "it is a list: write a map"}};
  for (const auto& [json, sentence] : cases) {
    EXPECT_NE(std::string::npos, problem_of(json).find(sentence)) << json << "\n" << problem_of(json);
  }
}

TEST(SettingOverrides, nothing_counts_before_it_is_committed) {
  OverrideRoom room;
  std::string sentence;
  const auto change = room.overrides().prepare_set(request_of(usual_override), room.now(), sentence);
  ASSERT_TRUE(change);
  EXPECT_FALSE(room.find());
  EXPECT_EQ(0u, room.overrides().size());
  room.overrides().commit(*change);
  EXPECT_TRUE(room.find());
}

TEST(SettingOverrides, taking_away_counts_when_it_is_committed) {
  OverrideRoom room;
  EXPECT_FALSE(room.overrides().prepare_del(usual_machine()));
  room.set(usual_override);
  const auto change = room.overrides().prepare_del(usual_machine());
  ASSERT_TRUE(change);
  EXPECT_TRUE(room.find());
  room.overrides().commit(*change);
  EXPECT_FALSE(room.find());
  EXPECT_EQ(0u, room.overrides().size());
}

TEST(SettingOverrides, later_one_replaces_the_earlier_one_and_its_uses) {
  OverrideRoom room;
  room.set(usual_override);
  room.ask();
  room.pass(minutes(3));
  EXPECT_EQ(OverrideStanding::used_up, room.standing());
  room.set(usual_override);
  EXPECT_EQ(1u, room.overrides().size());
  EXPECT_EQ(OverrideStanding::waiting, room.standing());
}

TEST(SettingOverrides, boot_that_an_earlier_one_began_uses_nothing_of_the_later_one) {
  OverrideRoom room;
  room.set(usual_override);
  const auto earlier = room.find();
  room.set(usual_override);
  EXPECT_TRUE(room.overrides().begin_boot(*earlier, room.now()).is(core::Value::Kind::null));
  EXPECT_EQ(OverrideStanding::waiting, room.standing());
}

TEST(SettingOverrides, there_can_only_be_so_many) {
  OverrideRoom room;
  std::string sentence;
  OverrideRequest request = request_of(usual_override);
  for (std::uint32_t i = 0; i < Overrides::capacity; ++i) {
    const std::array<std::uint8_t, 6> mac = {2,
                                             0,
                                             0,
                                             static_cast<std::uint8_t>(i >> 16),
                                             static_cast<std::uint8_t>(i >> 8),
                                             static_cast<std::uint8_t>(i)};
    request.target = MachineKey::of_address(1, mac);
    const auto change = room.overrides().prepare_set(request, room.now(), sentence);
    ASSERT_TRUE(change) << sentence;
    room.overrides().commit(*change);
  }
  EXPECT_FALSE(room.overrides().prepare_set(request_of(usual_override), room.now(), sentence));
  EXPECT_EQ(
      "there are 20000 overrides, as many as there may be: take some away with chainload-override-del, or "
      "wait until some expire",
      sentence);
  EXPECT_TRUE(room.overrides().prepare_set(request, room.now(), sentence));  // replaces one
  EXPECT_EQ(Overrides::capacity, room.overrides().drop_expired(room.now().steady + hours(1)));
  EXPECT_TRUE(room.overrides().prepare_set(request_of(usual_override), room.now(), sentence));
}

TEST(UsingOverrides, one_use_is_one_boot_of_two_minutes) {
  OverrideRoom room;
  room.set(usual_override);
  EXPECT_TRUE(room.ask());
  for (int i = 0; i < 11; ++i) {
    room.pass(seconds(10));
    EXPECT_TRUE(room.ask());
    EXPECT_EQ(OverrideStanding::booting, room.standing());
  }
  room.pass(seconds(10));
  EXPECT_FALSE(room.ask());
  EXPECT_EQ(OverrideStanding::used_up, room.standing());
  EXPECT_EQ(2u, room.saved().size());
}

TEST(UsingOverrides, two_uses_are_two_boots) {
  OverrideRoom room;
  room.set(R"({"mac": "52:54:00:77:00:01", "boot": {"boot-file-name": "f"}, "uses": 2})");
  int answered = 0;
  for (int i = 0; i < 5; ++i) {
    answered += room.ask();
    room.pass(minutes(3));
  }
  EXPECT_EQ(2, answered);
}

TEST(UsingOverrides, without_uses_it_answers_until_it_expires) {
  OverrideRoom room;
  room.set(R"({"mac": "52:54:00:77:00:01", "boot": {"boot-file-name": "f"}})");
  for (int i = 0; i < 59; ++i) {
    EXPECT_TRUE(room.ask());
    room.pass(minutes(1));
  }
  room.pass(minutes(1));
  EXPECT_FALSE(room.ask());
  EXPECT_EQ(OverrideStanding::expired, room.standing());
  EXPECT_EQ(1u, room.overrides().drop_expired(room.now().steady));
  EXPECT_EQ(1u, room.saved().size());  // nothing depends on how often it was used
}

TEST(UsingOverrides, asking_alone_uses_nothing_up) {
  OverrideRoom room;
  room.set(usual_override);
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(room.find());
    room.pass(minutes(3));
  }
  EXPECT_EQ(OverrideStanding::waiting, room.standing());
}

TEST(UsingOverrides, installed_system_neither_gets_it_nor_uses_it_up) {
  OverrideRoom room;
  room.set(usual_override);
  const MachineKey key = usual_machine();
  EXPECT_FALSE(room.overrides().find({key, {}, false, ClientKind::other}, room.now().steady));
}

TEST(UsingOverrides, url_waits_for_a_client_that_can_load_it) {
  OverrideRoom room;
  room.set(usual_override);
  EXPECT_FALSE(room.find(ClientKind::pxe_client));
  EXPECT_TRUE(room.find(ClientKind::http_client));
  EXPECT_TRUE(room.find(ClientKind::gpxe));
}

TEST(UsingOverrides, file_name_and_refusal_go_to_everyone_who_boots) {
  for (const char* boot : {R"({"boot-file-name": "memtest"})", R"({"deny": true})", R"({"pass": true})"}) {
    OverrideRoom room;
    room.set(R"({"mac": "52:54:00:77:00:01", "boot": )" + std::string(boot) + "}");
    EXPECT_TRUE(room.find(ClientKind::pxe_client)) << boot;
    EXPECT_TRUE(room.find(ClientKind::gpxe)) << boot;
  }
}

TEST(UsingOverrides, stage_can_be_chosen) {
  const auto finds = [](const char* stage, ClientKind kind) {
    OverrideRoom room;
    room.set(R"({"mac": "52:54:00:77:00:01", "boot": {"boot-file-name": "http://a/b"}, "for": ")" +
             std::string(stage) + "\"}");
    return room.find(kind) != nullptr;
  };
  EXPECT_TRUE(finds("first", ClientKind::pxe_client));
  EXPECT_FALSE(finds("first", ClientKind::gpxe));
  EXPECT_FALSE(finds("second", ClientKind::pxe_client));
  EXPECT_TRUE(finds("second", ClientKind::ipxe));
  EXPECT_TRUE(finds("any", ClientKind::pxe_client));
}

TEST(UsingOverrides, uuid_finds_a_machine_whose_network_card_was_changed) {
  OverrideRoom room;
  room.set(R"({"uuid": "6cd22ecf-0201-0403-0506-0708090a0b0c", "boot": {"boot-file-name": "by-uuid"}})");
  const MachineKey uuid = read_machine_key("6cd22ecf-0201-0403-0506-0708090a0b0c");
  const MachineKey key = usual_machine();
  EXPECT_FALSE(room.find());
  const auto found = room.overrides().find({key, uuid, true, ClientKind::gpxe}, room.now().steady);
  ASSERT_TRUE(found);
  EXPECT_EQ("by-uuid", found->asked.rule.boot.boot_file->text());
  room.set(R"({"mac": "52:54:00:77:00:01", "boot": {"boot-file-name": "by-mac"}})");
  EXPECT_EQ("by-mac", room.overrides()
                          .find({key, uuid, true, ClientKind::gpxe}, room.now().steady)
                          ->asked.rule.boot.boot_file->text());
}

TEST(UsingOverrides, wall_clock_that_jumps_a_day_expires_nothing_and_keeps_nothing) {
  for (const auto jump : {hours(24), hours(-24)}) {
    OverrideRoom room;
    room.set(usual_override);
    room.jump_wall_clock(jump);
    EXPECT_TRUE(room.find());
    EXPECT_TRUE(room.ask());
    room.pass(minutes(1));
    EXPECT_TRUE(room.ask());
    room.pass(minutes(1));
    EXPECT_FALSE(room.ask());
    room.pass(minutes(58));
    EXPECT_EQ(OverrideStanding::expired, room.standing());
  }
}

TEST(UsingOverrides, pages_are_in_order_and_whole) {
  OverrideRoom room;
  for (int i = 0; i < 25; ++i) {
    room.set(R"({"mac": "52:54:00:77:00:)" + std::string(1, static_cast<char>('a' + i / 5)) +
             std::to_string(i % 5) + R"(", "boot": {"boot-file-name": "f"}})");
  }
  MachineKey from;
  std::size_t shown = 0;
  for (bool more = true; more;) {
    const auto page = room.overrides().page(from, 7, room.now().steady);
    for (const auto& report : page) {
      EXPECT_TRUE(from.is_none() || report.what->asked.target > from);
      from = report.what->asked.target;
      ++shown;
    }
    more = page.size() == 7;
  }
  EXPECT_EQ(25u, shown);
}

}  // namespace
}  // namespace chainload::tests
