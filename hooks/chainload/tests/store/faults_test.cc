// SPDX-License-Identifier: MPL-2.0
// Each system call of each save fails in turn.
#include <cerrno>

#include "saves.h"
#include "watched_filesystem.h"

namespace chainload::tests {
namespace {

using Fault = WatchedFilesystem::Fault;

/// Where the rules of a save were and would be.
struct Around {
  std::string before;
  std::string after;
};

/// Does the saves up to `number`, then that one under the fault. False when the save has fewer calls.
bool save_under_fault(std::size_t number, std::size_t call, Fault fault, int error, const Around& around) {
  const std::string where = "save " + std::to_string(number) + " call " + std::to_string(call) + " error " +
                            std::to_string(error) + (fault == Fault::once ? "" : " and all after it");
  SCOPED_TRACE(where);
  TemporaryDirectory directory;
  WatchedFilesystem watched;
  std::string memory;
  bool was_reached = false;
  {
    OpenStore store(directory.state(), true, watched);
    for (std::size_t i = 0; i < number; ++i) EXPECT_TRUE(saves()[i](*store).is_done());
    watched.arm(call, fault, error);
    const auto result = saves()[number](*store);
    was_reached = watched.calls.size() >= call;
    watched.disarm();
    memory = text_of(store->rules());
    EXPECT_EQ(memory, result.is_done() ? around.after : around.before) << result.text;
    EXPECT_EQ(text_of(*store->live()), memory);
    if (!result.is_done()) {
      EXPECT_EQ(result.status, store::ChangeResult::Status::save_failed);
      EXPECT_NE(result.text.find("cannot "), std::string::npos) << result.text;
    }
    // What is on disk now is what is in memory; only a disk that goes on failing may hold the one or the
    // other.
    OpenStore reader(directory.state(), false);
    const std::string disk = text_of(reader->rules());
    if (fault == Fault::once) {
      EXPECT_EQ(disk, memory) << reader.said() << result.text;
      EXPECT_EQ(reader.said(), "");
    } else {
      EXPECT_TRUE(disk == around.before || disk == around.after) << disk;
      if (disk != memory) {
        EXPECT_NE(result.text.find("this change may be in force"), std::string::npos) << result.text;
      }
    }
    // And the store goes on.
    const auto next = store->patch(add("next"), plain);
    EXPECT_TRUE(next.is_done()) << next.text;
    memory = text_of(store->rules());
    EXPECT_EQ(text_of(*store->live()), memory);
  }
  OpenStore again(directory.state());
  EXPECT_EQ(again.said(), "");
  EXPECT_EQ(text_of(again->rules()), memory);
  return was_reached;
}

void fail_each_call(Fault fault, int error) {
  const std::vector<std::string> states = states_of_saves();
  std::size_t points = 0;
  for (std::size_t number = 0; number < saves().size(); ++number) {
    std::size_t call = 1;
    while (save_under_fault(number, call, fault, error, {states[number], states[number + 1]})) {
      ++call;
      ++points;
      if (::testing::Test::HasFailure()) return;
    }
  }
  EXPECT_GT(points, 80u);
}

TEST(Faults, d3_when_one_call_fails_with_eio_memory_and_disk_agree) {
  fail_each_call(Fault::once, EIO);
}

TEST(Faults, d3_when_one_call_fails_with_enospc_memory_and_disk_agree) {
  fail_each_call(Fault::once, ENOSPC);
}

TEST(Faults, d3_when_the_disk_becomes_read_only_the_rules_are_old_or_new) {
  fail_each_call(Fault::from_there, EROFS);
}

TEST(Faults, d3_when_every_call_fails_from_some_point_on_the_rules_are_old_or_new) {
  fail_each_call(Fault::from_there, EIO);
}

TEST(Faults, after_a_failed_fsync_the_journal_is_left_for_a_new_snapshot) {
  TemporaryDirectory directory;
  WatchedFilesystem watched;
  OpenStore store(directory.state(), true, watched);
  store->commit(prepared(list_text({"a"})), plain);
  watched.arm(2, Fault::once, EIO);
  const auto result = store->patch(add("b"), plain);
  EXPECT_EQ(result.status, store::ChangeResult::Status::save_failed);
  EXPECT_NE(result.text.find("cannot fsync"), std::string::npos) << result.text;
  const std::vector<std::string> expected = {"write rules.journal", "fsync rules.journal",
                                             "cut rules.journal", "fsync rules.journal",
                                             "close rules.journal"};
  EXPECT_EQ(watched.calls, expected);
  watched.disarm();
  ASSERT_TRUE(store->patch(add("c"), plain).is_done());
  EXPECT_EQ(std::count(watched.calls.begin(), watched.calls.end(), "rename rules.journal.new rules.journal"),
            1);
  EXPECT_EQ(names_of(store->rules()), "a c");
}

TEST(Faults, d2_a_list_is_written_aside_made_durable_renamed_and_the_directory_made_durable) {
  TemporaryDirectory directory;
  WatchedFilesystem watched;
  OpenStore store(directory.state(), true, watched);
  store->commit(prepared(list_text({"a"})), plain);
  watched.disarm();
  ASSERT_TRUE(store->commit(prepared(list_text({"b"})), plain).is_done());
  std::string calls;
  for (std::string call : watched.calls) {
    // The number in the name of a staged file is that of the process so far.
    const std::size_t number = call.find("rules.json.");
    if (number != std::string::npos && call.find(".new") != std::string::npos) {
      call.erase(number + 10, call.find(".new") - number - 10);
    }
    calls += call + "\n";
  }
  EXPECT_EQ(
      calls,
      "open rules.json.new\nchmod rules.json.new\nwrite rules.json.new\nfsync rules.json.new\n"
      "write rules.json.new\nfsync rules.json.new\nclose rules.json.new\n"
      "unlink rules.journal.new\nopen rules.journal.new\nchmod rules.journal.new\nwrite rules.journal.new\n"
      "fsync rules.journal.new\n"
      "unlink rules.previous.json.new\nlink rules.json rules.previous.json.new\n"
      "unlink rules.previous.journal.new\nlink rules.journal rules.previous.journal.new\n"
      "rename rules.json.new rules.json\nopen state\nfsync state\nclose state\n"
      "rename rules.journal.new rules.journal\nrename rules.previous.json.new rules.previous.json\n"
      "rename rules.previous.journal.new rules.previous.journal\nopen state\nfsync state\nclose state\n"
      "close rules.journal (deleted)\n");
}

TEST(Faults, d2_a_single_change_is_one_write_and_one_fsync) {
  TemporaryDirectory directory;
  WatchedFilesystem watched;
  OpenStore store(directory.state(), true, watched);
  store->commit(prepared(list_text({"a"})), plain);
  watched.disarm();
  ASSERT_TRUE(store->patch(add("b"), plain).is_done());
  EXPECT_EQ(watched.calls, (std::vector<std::string>{"write rules.journal", "fsync rules.journal"}));
}

}  // namespace
}  // namespace chainload::tests
