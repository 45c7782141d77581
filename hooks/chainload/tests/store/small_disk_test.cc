// SPDX-License-Identifier: MPL-2.0
// A real file system that is full: a tmpfs of 256 KiB in a mount namespace of the test's own.
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

#include "store_fixture.h"

namespace chainload::tests {
namespace {

/// In a child: its failures are those of the test.
void fill_a_small_disk(const std::string& mount_point) {
  ASSERT_EQ(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0) << std::strerror(errno);
  ASSERT_EQ(::mount("tmpfs", mount_point.c_str(), "tmpfs", 0, "size=256k,mode=0700"), 0)
      << std::strerror(errno);
  const std::string state = mount_point + "/state";
  const std::string filler = mount_point + "/filler";
  write_file(filler, std::string(32 << 10, 'x'));
  OpenStore store(state);
  ASSERT_EQ(store.said(), "");
  std::size_t saved = 0;
  store::ChangeResult result;
  const std::string long_file(200, 'f');
  for (int i = 0; i < 5000; ++i) {
    result = store->patch(add("r" + std::to_string(i), long_file), plain);
    if (!result.is_done()) break;
    ++saved;
  }
  ASSERT_EQ(result.status, store::ChangeResult::Status::save_failed) << saved;
  EXPECT_NE(result.text.find("make room"), std::string::npos) << result.text;
  EXPECT_GT(saved, 100u);
  EXPECT_EQ(store->rules().size(), saved);
  {
    OpenStore reader(state, false);
    EXPECT_EQ(reader.said(), "");
    EXPECT_EQ(text_of(reader->rules()), text_of(store->rules()));
  }
  // A whole list does not fit either, and leaves no file behind that takes the room that is then made.
  std::vector<std::string> names;
  for (int i = 0; i < 3000; ++i) names.push_back("n" + std::to_string(i));
  EXPECT_EQ(store->commit(prepared(list_text(names, long_file)), plain).status,
            store::ChangeResult::Status::save_failed);
  std::filesystem::remove(filler);
  EXPECT_TRUE(store->commit(prepared(list_text({"small"})), plain).is_done());
  EXPECT_EQ(names_of(OpenStore(state, false)->rules()), "small");
}

TEST(SmallDisk, d3_enospc_leaves_the_rules_as_they_were_and_says_what_to_do) {
  TemporaryDirectory directory;
  const pid_t child = ::fork();
  if (child == 0) {
    // A user namespace is needed where the test is not run by root.
    const int flags = ::geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS;
    if (::unshare(flags) != 0) {
      std::cerr << "no mount namespace: " << std::strerror(errno) << std::endl;
      ::_exit(3);
    }
    fill_a_small_disk(directory.path());
    ::_exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "see above; status " << status;
}

}  // namespace
}  // namespace chainload::tests
