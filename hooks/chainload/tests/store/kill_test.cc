// SPDX-License-Identifier: MPL-2.0
// The process ends by SIGKILL at five hundred points of its saves.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "saves.h"
#include "store/override_file.h"
#include "watched_filesystem.h"

namespace chainload::tests {
namespace {

/// In the child: all saves, an octet on the pipe after each that was answered.
[[noreturn]] void save_until_killed(const std::string& directory, std::size_t call, int pipe) {
  WatchedFilesystem watched;
  OpenStore store(directory, true, watched);
  watched.arm(call, WatchedFilesystem::Fault::kill);
  for (const Save& save : saves()) {
    if (!save(*store).is_done() || ::write(pipe, "x", 1) != 1) ::_exit(2);
  }
  ::_exit(0);
}

struct Ended {
  std::size_t answered = 0;
  bool was_killed = false;
};

/// Runs `child` in a process of its own, with a pipe to say how far it got.
template <class Child>
Ended run(Child&& in_child) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    in_child(ends[1]);
    ::_exit(3);
  }
  ::close(ends[1]);
  Ended ended;
  char octet = 0;
  while (::read(ends[0], &octet, 1) == 1) ++ended.answered;
  ::close(ends[0]);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  ended.was_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  EXPECT_TRUE(ended.was_killed || (WIFEXITED(status) && WEXITSTATUS(status) == 0)) << status;
  return ended;
}

std::size_t calls_of_all_saves() {
  TemporaryDirectory directory;
  WatchedFilesystem watched;
  OpenStore store(directory.state(), true, watched);
  watched.disarm();
  for (const Save& save : saves()) save(*store);
  return watched.calls.size();
}

TEST(Kill, d1_at_five_hundred_points_of_saves_the_rules_are_the_old_or_the_new_ones) {
  const std::vector<std::string> states = states_of_saves();
  const std::size_t calls = calls_of_all_saves();
  ASSERT_GT(calls, 80u);
  std::mt19937 random(20261122);
  std::size_t killed = 0;
  for (std::size_t point = 0; point < 500; ++point) {
    // Every call once, then any.
    const std::size_t call = point < calls ? point + 1 : 1 + random() % calls;
    SCOPED_TRACE("call " + std::to_string(call));
    TemporaryDirectory directory;
    const Ended ended = run([&](int pipe) { save_until_killed(directory.state(), call, pipe); });
    if (ended.was_killed) ++killed;
    std::string found;
    {
      OpenStore reader(directory.state(), false);
      found = text_of(reader->rules());
      const std::string& old_rules = states[ended.answered];
      const std::string& new_rules = states[std::min(ended.answered + 1, states.size() - 1)];
      ASSERT_TRUE(found == old_rules || found == new_rules) << "answered " << ended.answered << "\n" << found;
      // A record cut off in the middle is all there may be to say.
      if (!reader.said().empty()) {
        ASSERT_NE(reader.said().find("not written to its end"), std::string::npos) << reader.said();
      }
    }
    OpenStore owner(directory.state());
    ASSERT_TRUE(owner->patch(add("next"), plain).is_done());
    OpenStore again(directory.state(), false);
    ASSERT_EQ(again.said(), "");
    ASSERT_EQ(text_of(again->rules()), found + rule_text("next") + "\n");
    for (const auto& entry : std::filesystem::directory_iterator(directory.state())) {
      ASSERT_NE(entry.path().extension(), ".new") << entry.path();
    }
  }
  EXPECT_EQ(killed, 500u);
}

/// In the child: a file begun, and a dozen records, an octet on the pipe after each.
[[noreturn]] void override_until_killed(const std::string& directory, std::size_t call, int pipe) {
  WatchedFilesystem watched;
  store::OverrideFile file(watched, directory);
  watched.arm(call, WatchedFilesystem::Fault::kill);
  std::vector<core::Value> records;
  for (int number = 1; number <= 12; ++number) {
    records.push_back(*store::read_json("{\"set\":" + std::to_string(number) + "}").value);
    if (number % 4 == 1) {
      file.begin(records, false);
    } else if (number % 4 == 2) {
      file.append_unflushed(records.back());
    } else {
      file.append(records.back());
    }
    if (::write(pipe, "x", 1) != 1) ::_exit(2);
  }
  file.close();
  ::_exit(0);
}

TEST(Kill, d1_at_every_point_of_writing_overrides_the_old_records_or_the_new_ones_are_there) {
  std::size_t killed = 0;
  for (std::size_t call = 1;; ++call) {
    SCOPED_TRACE("call " + std::to_string(call));
    TemporaryDirectory directory;
    std::filesystem::create_directory(directory.state());
    const Ended ended = run([&](int pipe) { override_until_killed(directory.state(), call, pipe); });
    store::OverrideFile file(store::system_filesystem(), directory.state());
    const store::OverrideRecords read = file.read();
    ASSERT_EQ("", read.fault);
    ASSERT_GE(read.records.size(), ended.answered);
    ASSERT_LE(read.records.size(), ended.answered + 1);
    for (std::size_t i = 0; i < read.records.size(); ++i) {
      ASSERT_EQ(static_cast<std::int64_t>(i + 1), *read.records[i].find("set")->integer());
    }
    // The record that ends the run may be there when the kill comes.
    ASSERT_TRUE(read.ended_in_order ? ended.answered == 12 : ended.was_killed);
    if (!ended.was_killed) break;
    ++killed;
    file.begin(read.records, false);
    for (const auto& entry : std::filesystem::directory_iterator(directory.state())) {
      ASSERT_NE(entry.path().extension(), ".new") << entry.path();
    }
  }
  EXPECT_GT(killed, 30u);
}

}  // namespace
}  // namespace chainload::tests
