// SPDX-License-Identifier: MPL-2.0
// The file of overrides: cut off anywhere, changed anywhere, on disks that fail, and its one owner.
#include "store/override_file.h"

#include <sys/wait.h>

#include "store_fixture.h"
#include "watched_filesystem.h"

namespace chainload::tests {
namespace {

namespace fs = std::filesystem;
using store::OverrideFile;
using store::OverrideRecords;

core::Value record(int number) {
  return *store::read_json("{\"set\":" + std::to_string(number) + "}").value;
}

/// `1 2 3`
std::string numbers_of(const OverrideRecords& read) {
  std::string text;
  for (const core::Value& each : read.records) {
    text += (text.empty() ? "" : " ") + std::to_string(*each.find("set")->integer());
  }
  return text;
}

class OverrideFiles : public ::testing::Test {
 protected:
  OverrideFiles() { fs::create_directory(directory_.state()); }

  std::string path() const { return directory_.state() + "/overrides.journal"; }
  OverrideRecords read() { return OverrideFile(store::system_filesystem(), directory_.state()).read(); }

  /// 1 at the beginning, 2 flushed, 3 not; the octets then.
  std::string written(bool closed) {
    OverrideFile file(store::system_filesystem(), directory_.state());
    file.begin({record(1)}, false);
    file.append(record(2));
    file.append_unflushed(record(3));
    if (closed) file.close();
    std::ifstream octets(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(octets), {}};
  }
  void put(const std::string& octets) { std::ofstream(path(), std::ios::binary) << octets; }

  TemporaryDirectory directory_;
};

TEST_F(OverrideFiles, no_file_is_no_overrides_and_no_fault) {
  const OverrideRecords none = read();
  EXPECT_TRUE(none.records.empty());
  EXPECT_EQ("", none.fault);
}

TEST_F(OverrideFiles, what_was_written_is_read_and_whether_the_run_ended_in_order) {
  written(false);
  EXPECT_EQ("1 2 3", numbers_of(read()));
  EXPECT_FALSE(read().ended_in_order);
  written(true);
  EXPECT_EQ("1 2 3", numbers_of(read()));
  EXPECT_TRUE(read().ended_in_order);
}

TEST_F(OverrideFiles, cut_off_at_every_octet_it_gives_the_records_before_or_says_why_not) {
  const std::string whole = written(true);
  for (std::size_t len = 0; len < whole.size(); ++len) {
    put(whole.substr(0, len));
    const OverrideRecords cut = read();
    EXPECT_FALSE(cut.ended_in_order) << len;
    const std::string numbers = numbers_of(cut);
    EXPECT_TRUE(numbers.empty() || std::string("1 2 3").starts_with(numbers)) << len << ": " << numbers;
  }
}

TEST_F(OverrideFiles, with_any_octet_changed_nothing_is_read_that_was_not_written) {
  const std::string whole = written(true);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x04);
    put(changed);
    const OverrideRecords damaged = read();
    EXPECT_TRUE(std::string("1 2 3").starts_with(numbers_of(damaged))) << at;
    EXPECT_FALSE(damaged.ended_in_order && damaged.fault.empty() && numbers_of(damaged) != "1 2 3") << at;
  }
}

TEST_F(OverrideFiles, whatever_call_fails_the_old_records_or_the_new_ones_are_there) {
  written(false);
  for (const int error : {ENOSPC, EIO, EROFS}) {
    for (std::size_t call = 1; call < 40; ++call) {
      bool failed = false;
      {
        WatchedFilesystem disk;
        OverrideFile file(disk, directory_.state());
        disk.arm(call, WatchedFilesystem::Fault::once, error);
        try {
          file.begin({record(1), record(2), record(3)}, false);
          file.append(record(4));
        } catch (const std::exception& why) {
          failed = true;
          EXPECT_NE(std::string(why.what()).find(directory_.state()), std::string::npos) << why.what();
        }
      }
      const OverrideRecords after = read();
      EXPECT_EQ("", after.fault) << call;
      EXPECT_TRUE(std::string("1 2 3 4").starts_with(numbers_of(after)) && after.records.size() >= 3)
          << call << ": " << numbers_of(after);
      if (!failed) {
        EXPECT_EQ("1 2 3 4", numbers_of(after));
      }
      written(false);
    }
  }
}

TEST_F(OverrideFiles, after_a_failed_append_the_file_is_begun_anew) {
  WatchedFilesystem disk;
  OverrideFile file(disk, directory_.state());
  file.begin({record(1)}, false);
  disk.arm(1, WatchedFilesystem::Fault::once, ENOSPC);
  EXPECT_THROW(file.append_unflushed(record(2)), store::IoError);
  disk.disarm();
  EXPECT_FALSE(file.has_begun());
  file.begin({record(1)}, false);
  file.append(record(3));
  EXPECT_EQ("1 3", numbers_of(read()));
}

TEST_F(OverrideFiles, damaged_one_is_kept_beside_the_new_one) {
  put("nothing of this is a journal\n");
  EXPECT_NE("", read().fault);
  OverrideFile file(store::system_filesystem(), directory_.state());
  file.begin({}, true);
  EXPECT_TRUE(fs::exists(path() + ".damaged"));
  EXPECT_EQ("", read().fault);
}

TEST_F(OverrideFiles, another_process_is_told_that_it_is_not_the_owner) {
  OverrideFile file(store::system_filesystem(), directory_.state());
  file.begin({}, false);
  const pid_t other = ::fork();
  if (other == 0) {
    OverrideFile second(store::system_filesystem(), directory_.state());
    try {
      second.begin({}, false);
    } catch (const std::exception& why) {
      ::_exit(std::string(why.what()).find("locked by another server") != std::string::npos ? 0 : 2);
    }
    ::_exit(1);
  }
  int status = -1;
  ASSERT_EQ(other, ::waitpid(other, &status, 0));
  EXPECT_EQ(0, status);
}

}  // namespace
}  // namespace chainload::tests
