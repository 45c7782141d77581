// SPDX-License-Identifier: MPL-2.0
// One owner, permissions, and that opening alone writes nothing.
#include <sys/stat.h>
#include <unistd.h>

#include "store_fixture.h"
#include "watched_filesystem.h"

namespace chainload::tests {
namespace {

namespace fs = std::filesystem;

mode_t mode_of(const std::string& path) {
  struct stat found {};
  EXPECT_EQ(::stat(path.c_str(), &found), 0) << path;
  return found.st_mode & 07777;
}

TEST(Owner, a_second_one_is_told_who_holds_the_directory) {
  TemporaryDirectory directory;
  OpenStore first(directory.state());
  first->commit(prepared(list_text({"a"})), plain);
  OpenStore second(directory.state());
  EXPECT_FALSE(second->is_owner());
  EXPECT_NE(second.said().find("is in use by process " + std::to_string(::getpid()) + " (test)"),
            std::string::npos)
      << second.said();
  EXPECT_EQ(names_of(second->rules()), "a");
  const auto result = second->patch(add("b"), plain);
  EXPECT_EQ(result.status, store::ChangeResult::Status::not_owner);
  store::ChangeOptions dry;
  dry.dry_run = true;
  EXPECT_TRUE(second->patch(add("b"), dry).is_done());
}

TEST(Owner, the_next_one_reads_what_the_last_one_wrote) {
  TemporaryDirectory directory;
  auto first = std::make_unique<OpenStore>(directory.state());
  (*first)->commit(prepared(list_text({"a"})), plain);
  OpenStore second(directory.state(), false);
  (*first)->patch(add("b"), plain);
  EXPECT_EQ(names_of(second->rules()), "a");
  first.reset();
  EXPECT_EQ(joined_lines(second->become_owner()), "");
  EXPECT_TRUE(second->is_owner());
  EXPECT_EQ(names_of(second->rules()), "a b");
  EXPECT_TRUE(second->patch(add("c"), plain).is_done());
  EXPECT_EQ(names_of(OpenStore(directory.state(), false)->rules()), "a b c");
}

TEST(Owner, opening_alone_writes_nothing_even_beside_leftovers_and_damage) {
  TemporaryDirectory directory;
  {
    OpenStore store(directory.state());
    store->commit(prepared(list_text({"a"})), plain);
    store->patch(add("b"), plain);
  }
  write_file(directory.state() + "/rules.json.7.new", "half");
  std::ofstream(directory.state() + "/rules.journal", std::ios::app) << "12";
  WatchedFilesystem watched;
  OpenStore reader(directory.state(), false, watched);
  EXPECT_EQ(names_of(reader->rules()), "a b");
  for (const std::string& call : watched.calls) EXPECT_TRUE(call.starts_with("close ")) << call;
  EXPECT_TRUE(fs::exists(directory.state() + "/rules.json.7.new"));
}

TEST(Owner, opening_where_there_is_nothing_makes_nothing) {
  TemporaryDirectory directory;
  OpenStore reader(directory.state(), false);
  EXPECT_EQ(reader.said(), "");
  EXPECT_FALSE(fs::exists(directory.state()));
}

TEST(Owner, d1_leftover_temporary_files_are_removed_and_others_kept) {
  TemporaryDirectory directory;
  fs::create_directory(directory.state());
  for (const std::string name : {"rules.json.1.new", "rules.journal.new", "rules.previous.json.new"}) {
    write_file(directory.state() + "/" + name, "half");
  }
  write_file(directory.state() + "/last-good-parameters.json.new", "not ours");
  OpenStore store(directory.state());
  EXPECT_EQ(store.said(), "");
  std::string left;
  for (const auto& entry : fs::directory_iterator(directory.state())) {
    if (entry.path().extension() == ".new") left += entry.path().filename().string();
  }
  EXPECT_EQ(left, "last-good-parameters.json.new");
}

TEST(Owner, r3_files_are_0640_and_the_directory_at_most_0750_under_any_umask) {
  for (const mode_t mask : {mode_t{0}, mode_t{022}, mode_t{077}}) {
    TemporaryDirectory directory;
    const mode_t before = ::umask(mask);
    {
      OpenStore store(directory.state());
      store->commit(prepared(list_text({"a"})), plain);
      store->patch(add("b"), plain);
      store->commit(prepared(list_text({"c"})), plain);
    }
    ::umask(before);
    EXPECT_EQ(mode_of(directory.state()) & ~mode_t{0750}, 0u) << std::oct << mask;
    for (const auto& entry : fs::directory_iterator(directory.state())) {
      EXPECT_EQ(mode_of(entry.path()), mode_t{0640}) << entry.path() << " under " << std::oct << mask;
    }
  }
}

TEST(Owner, r2_a_path_that_leads_elsewhere_is_refused) {
  for (const std::string path : {"", ".", "..", "state", "/", "/a/", "/a/../b", "/a/./b", "/a//b", "/a/.."}) {
    EXPECT_NE(store::directory_fault(path), "") << path;
  }
  EXPECT_NE(store::directory_fault(std::string("/a\0b", 4)), "");
  EXPECT_EQ(store::directory_fault("/var/lib/kea/chainload/kea-dhcp4"), "");
  EXPECT_EQ(store::directory_fault("/a/..b"), "");
}

TEST(Owner, r2_a_directory_that_is_a_link_is_refused) {
  TemporaryDirectory directory;
  fs::create_directory(directory.path() / "elsewhere");
  fs::create_directory_symlink("elsewhere", directory.state());
  OpenStore store(directory.state());
  EXPECT_FALSE(store->is_owner());
  EXPECT_NE(store.said(), "");
  EXPECT_TRUE(fs::is_empty(directory.path() / "elsewhere"));
}

TEST(Owner, d7_a_directory_that_may_not_be_written_is_said_with_the_remedy) {
  TemporaryDirectory directory;
  WatchedFilesystem watched;
  watched.arm(1, WatchedFilesystem::Fault::from_there, EACCES);
  OpenStore store(directory.state(), true, watched);
  EXPECT_FALSE(store->is_owner());
  EXPECT_NE(store.said().find("AppArmor"), std::string::npos) << store.said();
  const auto result = store->commit(prepared(list_text({"a"})), plain);
  EXPECT_EQ(result.status, store::ChangeResult::Status::not_owner);
  EXPECT_NE(result.text.find("is not this server's to change: cannot "), std::string::npos) << result.text;
  EXPECT_NE(result.text.find("Permission denied: let the server's user write there"), std::string::npos) << result.text;
}

TEST(Owner, c2_two_hundred_reloads_lose_nothing) {
  TemporaryDirectory directory;
  std::string expected;
  for (int i = 0; i < 200; ++i) {
    OpenStore store(directory.state());
    ASSERT_EQ(store.said(), "") << i;
    ASSERT_EQ(text_of(store->rules()), expected) << i;
    ASSERT_TRUE(store->patch(add("r" + std::to_string(i)), plain).is_done());
    expected = text_of(store->rules());
  }
}

}  // namespace
}  // namespace chainload::tests
