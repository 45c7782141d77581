// SPDX-License-Identifier: MPL-2.0
// Files cut off and damaged everywhere: the rules in force are ones that were once saved, and what is wrong
// is said.
#include "store_fixture.h"

namespace chainload::tests {
namespace {

namespace fs = std::filesystem;

class Damage : public ::testing::Test {
 protected:
  /// Revisions 1 to 7: a list; two records; a list; three records, which make up the journal.
  Damage() {
    OpenStore store(state());
    const auto note = [&](const store::ChangeResult& result) {
      EXPECT_TRUE(result.is_done()) << result.text;
      states_.push_back(text_of(store->rules()));
    };
    states_.push_back("");
    note(store->commit(prepared(list_text({"a", "b"})), plain));
    note(store->patch(add("c"), plain));
    note(store->patch(add("d"), plain));
    note(store->commit(prepared(list_text({"p", "q"}, "g")), plain));
    note(store->patch(add("r"), plain));
    note(store->patch(
        patch_of(R"([{"op":"del","name":"p"},{"op":"update","rule":)" + rule_text("q", "h") + "}]"), plain));
    note(store->patch(add("s"), plain));
  }
  std::string state() const { return directory_.state(); }
  fs::path path(const std::string& name) const { return directory_.path() / "state" / name; }

  struct Found {
    std::size_t revision;
    std::string said;
  };
  /// Opens, without and with ownership, and makes a change and opens again. Fails unless the rules are those
  /// of the revision they claim.
  Found reopen(bool changes = true) {
    Found found;
    {
      OpenStore reader(state(), false);
      found = {reader->stamp().revision, reader.said()};
      EXPECT_LT(found.revision, states_.size());
      EXPECT_EQ(text_of(reader->rules()), states_[found.revision]) << found.said;
      EXPECT_EQ(text_of(*reader->live()), text_of(reader->rules()));
    }
    if (!changes) return found;
    std::string then;
    {
      OpenStore owner(state());
      EXPECT_EQ(text_of(owner->rules()), states_[found.revision]);
      const auto result = owner->patch(add("after"), plain);
      EXPECT_TRUE(result.is_done()) << result.text;
      then = text_of(owner->rules());
      EXPECT_EQ(then, states_[found.revision] + rule_text("after") + "\n");
    }
    OpenStore again(state(), false);
    EXPECT_EQ(again.said(), "");
    EXPECT_EQ(text_of(again->rules()), then);
    return found;
  }
  /// In the spaces that fill the first line of a snapshot, where one octet is like another.
  static bool is_padding(const std::string& text, std::size_t at) {
    return at + 40 < store::snapshot_head_len && text.compare(at, 40, std::string(40, ' ')) == 0;
  }
  /// Puts the directory back as it was after the constructor.
  void restore(const fs::path& copy) {
    fs::remove_all(state());
    fs::copy(copy, state(), fs::copy_options::recursive);
  }
  fs::path keep_copy() {
    const fs::path copy = directory_.path() / "copy";
    fs::copy(state(), copy, fs::copy_options::recursive);
    return copy;
  }

  TemporaryDirectory directory_;
  std::vector<std::string> states_;  // by revision
};

TEST_F(Damage, undamaged_it_opens_at_the_last_revision_without_a_word) {
  const Found found = reopen();
  EXPECT_EQ(found.revision, 7u);
  EXPECT_EQ(found.said, "");
}

TEST_F(Damage, d4_a_journal_cut_at_every_octet_gives_a_revision_it_held) {
  const std::string whole = file_text(path("rules.journal"));
  const fs::path copy = keep_copy();
  std::size_t silent = 0;
  std::size_t last = 4;
  for (std::size_t len = 0; len < whole.size(); ++len) {
    const bool changes = len % 16 == 0;
    write_file(path("rules.journal"), whole.substr(0, len));
    const Found found = reopen(changes);
    if (changes) restore(copy);
    EXPECT_GE(found.revision, last) << "at " << len;
    last = found.revision;
    if (found.said.empty()) ++silent;
  }
  EXPECT_EQ(last, 6u);
  EXPECT_EQ(silent, 3u);  // behind the first line and two of three records: nothing tells that more was there
}

TEST_F(Damage, d4_a_snapshot_cut_at_every_octet_gives_the_previous_rules_and_a_word) {
  const std::string whole = file_text(path("rules.json"));
  const fs::path copy = keep_copy();
  for (std::size_t len = 0; len < whole.size(); len += is_padding(whole, len) ? 40 : 1) {
    const bool changes = len % 64 == 0;
    write_file(path("rules.json"), whole.substr(0, len));
    const Found found = reopen(changes);
    if (changes) restore(copy);
    EXPECT_EQ(found.revision, 3u) << "at " << len;
    EXPECT_NE(found.said.find("rules.json: "), std::string::npos);
    EXPECT_NE(found.said.find("kept before, of revision 3"), std::string::npos) << found.said;
  }
}

TEST_F(Damage, d4_a_bit_turned_round_anywhere_is_noticed) {
  for (const std::string name : {"rules.json", "rules.journal"}) {
    const std::string whole = file_text(path(name));
    for (std::size_t at = 0; at < whole.size(); at += is_padding(whole, at) ? 40 : 1) {
      std::string turned = whole;
      turned[at] = static_cast<char>(turned[at] ^ 1 << at % 8);
      write_file(path(name), turned);
      const Found found = reopen(false);
      EXPECT_NE(found.said, "") << name << " at " << at;
      EXPECT_TRUE(found.revision == 3 || (name == "rules.journal" && found.revision >= 4))
          << name << " at " << at;
    }
    write_file(path(name), whole);
  }
  EXPECT_EQ(reopen().said, "");
}

TEST_F(Damage, a_torn_record_is_cut_off_and_said_once) {
  const std::string whole = file_text(path("rules.journal"));
  write_file(path("rules.journal"), whole.substr(0, whole.size() - 5));
  {
    OpenStore reader(state(), false);
    EXPECT_EQ(reader->stamp().revision, 6u);
    EXPECT_NE(reader.said().find("not written to its end"), std::string::npos) << reader.said();
  }
  { OpenStore owner(state()); }
  EXPECT_EQ(OpenStore(state(), false).said(), "");
}

TEST_F(Damage, a_record_taken_out_or_put_elsewhere_is_noticed) {
  const std::string whole = file_text(path("rules.journal"));
  const store::Journal journal = store::parse_journal(whole);
  ASSERT_EQ(journal.records.size(), 3u);
  const std::size_t one = journal.records[0].end;
  const std::size_t two = journal.records[1].end;
  write_file(path("rules.journal"), whole.substr(0, journal.start_len) + whole.substr(one));
  EXPECT_NE(reopen(false).said.find("damaged after its record of revision 4"), std::string::npos);
  write_file(path("rules.journal"), whole.substr(0, one) + whole.substr(two));
  EXPECT_NE(reopen(false).said, "");
  write_file(path("rules.journal"), whole + whole.substr(one));
  const Found found = reopen();
  EXPECT_EQ(found.revision, 7u);
  EXPECT_NE(found.said, "");
}

TEST_F(Damage, d4_a_file_of_another_format_is_named_as_such_and_kept) {
  std::string text = file_text(path("rules.json"));
  text.replace(text.find("\"format\":1"), 10, "\"format\":2");
  write_file(path("rules.json"), text);
  const Found found = reopen();
  EXPECT_EQ(found.revision, 3u);
  EXPECT_NE(found.said.find("it is of format 2, and this version of the library knows 1"), std::string::npos)
      << found.said;
  EXPECT_EQ(file_text(path("rules.json.damaged")), text);
}

TEST_F(Damage, d4_rules_changed_by_hand_are_refused_and_said) {
  std::string text = file_text(path("rules.json"));
  text.replace(text.find("\"g\""), 3, "\"x\"");
  write_file(path("rules.json"), text);
  EXPECT_NE(reopen().said.find("changed by hand"), std::string::npos);
}

TEST_F(Damage, d4_a_huge_file_is_refused_unread) {
  fs::resize_file(path("rules.json"), 100u << 20);
  const Found found = reopen(false);
  EXPECT_EQ(found.revision, 3u);
  EXPECT_NE(found.said.find("104857600 octets"), std::string::npos) << found.said;
}

TEST_F(Damage, d4_r2_a_directory_a_link_and_a_pipe_in_place_of_the_file_are_refused) {
  const auto expect_word = [&](const std::string& word) {
    const Found found = reopen();
    EXPECT_EQ(found.revision, 3u);
    EXPECT_NE(found.said.find(word), std::string::npos) << found.said;
  };
  const fs::path copy = keep_copy();
  fs::remove(path("rules.json"));
  fs::create_directory(path("rules.json"));
  expect_word("a directory");
  restore(copy);
  fs::rename(path("rules.json"), path("elsewhere"));
  fs::create_symlink("elsewhere", path("rules.json"));
  expect_word("symbolic link");
  restore(copy);
  fs::remove(path("rules.json"));
  ASSERT_EQ(mkfifo(path("rules.json").c_str(), 0600), 0);
  expect_word("no regular file");
}

TEST_F(Damage, a_missing_snapshot_is_said) {
  fs::remove(path("rules.json"));
  const Found found = reopen();
  EXPECT_EQ(found.revision, 3u);
  EXPECT_NE(found.said.find("rules.json is missing"), std::string::npos) << found.said;
}

TEST_F(Damage, with_nothing_left_to_read_there_are_no_rules_and_the_remedy_is_said) {
  write_file(path("rules.json"), "{}");
  write_file(path("rules.previous.json"), "");
  const Found found = reopen();
  EXPECT_EQ(found.revision, 0u);
  EXPECT_NE(found.said.find("put back a copy of rules.json"), std::string::npos) << found.said;
}

TEST_F(Damage, k4_a_rule_that_this_version_cannot_use_leaves_the_previous_rules) {
  // Whole in every respect, but its rule knows a key of a later version.
  store::RuleList rules({store::make_stored_rule("x", R"({"name":"x","boot":{"deny":true},"colour":1})")});
  store::Stamp stamp{9, rules.digest(), {}, ""};
  write_file(path("rules.json"), store::snapshot_head(stamp, 1) + store::snapshot_body(rules));
  fs::remove(path("rules.journal"));
  const Found found = reopen();
  EXPECT_EQ(found.revision, 3u);
  EXPECT_NE(found.said.find("rules[0].colour"), std::string::npos) << found.said;
}

TEST_F(Damage, a_deep_or_huge_rule_with_a_right_hash_is_refused_too) {
  const std::string deep = R"({"name":"x","boot":)" + std::string(100000, '[') + "}";
  store::RuleList rules({store::make_stored_rule("x", deep)});
  store::Stamp stamp{9, rules.digest(), {}, ""};
  write_file(path("rules.json"), store::snapshot_head(stamp, 1) + store::snapshot_body(rules));
  const Found found = reopen();
  EXPECT_EQ(found.revision, 3u);
  EXPECT_NE(found.said.find("nested deeper"), std::string::npos) << found.said;
}

TEST_F(Damage, an_older_snapshot_put_back_beside_a_newer_journal_is_said) {
  const std::string newer = file_text(path("rules.journal"));
  fs::copy_file(path("rules.previous.json"), path("rules.json"), fs::copy_options::overwrite_existing);
  const Found found = reopen();
  EXPECT_EQ(found.revision, 1u);
  EXPECT_NE(found.said.find("continues another snapshot, that of revision 4"), std::string::npos)
      << found.said;
}

}  // namespace
}  // namespace chainload::tests
