// SPDX-License-Identifier: MPL-2.0
// Every way to change the rules, what it refuses, and that a restart brings back what was there.
#include "core/rules/read_rules.h"
#include "store_fixture.h"

namespace chainload::tests {
namespace {

using store::ChangeOptions;
using Status = store::ChangeResult::Status;

class Changes : public ::testing::Test {
 protected:
  /// In memory, on disk and for packets alike.
  void expect_names(const std::string& names) {
    EXPECT_EQ(names_of(store_->rules()), names);
    EXPECT_EQ(text_of(*store_->live()), text_of(store_->rules()));
    OpenStore again(directory_.state(), false);
    EXPECT_EQ(again.said(), "");
    EXPECT_EQ(text_of(again->rules()), text_of(store_->rules()));
    EXPECT_EQ(again->stamp().revision, store_->stamp().revision);
    EXPECT_EQ(again->stamp().digest, store_->stamp().digest);
    EXPECT_EQ(again->stamp().reason, store_->stamp().reason);
  }
  store::ChangeResult patch(const std::string& text, const ChangeOptions& options = plain) {
    return store_->patch(patch_of(text), options);
  }
  /// Refused so, and nothing changed.
  void expect_refused(const std::string& text, Status status, const std::string& words) {
    const std::string before = text_of(store_->rules());
    const auto revision = store_->stamp().revision;
    const auto result = patch(text);
    EXPECT_EQ(result.status, status) << result.text;
    EXPECT_NE(result.text.find(words), std::string::npos) << result.text;
    EXPECT_EQ(text_of(store_->rules()), before);
    EXPECT_EQ(store_->stamp().revision, revision);
  }

  TemporaryDirectory directory_;
  OpenStore store_{directory_.state()};
};

TEST_F(Changes, a_new_directory_has_no_rules_and_nothing_to_say) {
  EXPECT_EQ(store_.said(), "");
  EXPECT_EQ(store_->stamp().revision, 0u);
  expect_names("");
}

TEST_F(Changes, d5_a_list_set_is_there_again_after_a_restart_octet_for_octet) {
  ChangeOptions options;
  options.reason = "ticket \"7\"\n\xc3\xa9";
  options.when = *core::parse_instant("2026-11-22T21:30:00Z");
  ASSERT_TRUE(store_->commit(prepared(list_text({"a", "b", "c"})), options).is_done());
  expect_names("a b c");
  EXPECT_EQ(store_->stamp().revision, 1u);
  const std::string snapshot = file_text(directory_.state() + "/rules.json");
  const auto reading = store::read_json(snapshot);
  ASSERT_TRUE(reading.value) << reading.fault;
  EXPECT_EQ(reading.value->find("rules")->list()->size(), 3u);
  EXPECT_EQ(*reading.value->find("sha256")->string(), store::hex(store_->stamp().digest));
  EXPECT_EQ(*reading.value->find("when")->string(), "2026-11-22T21:30:00Z");
}

TEST_F(Changes, steps_of_a_patch_are_taken_in_order_and_make_one_revision) {
  store_->commit(prepared(list_text({"a", "b", "c"})), plain);
  const auto result = patch(R"([
    {"op":"add","rule":)" + rule_text("d") +
                            R"(,"before":"b"},
    {"op":"add","rule":)" + rule_text("e") +
                            R"(,"after":"d"},
    {"op":"del","name":"c"},
    {"op":"update","rule":)" +
                            rule_text("a", "g") + R"(},
    {"op":"update","name":"b","rule":)" +
                            rule_text("B") + R"(,"index":0},
    {"op":"add","rule":)" + rule_text("c") +
                            "}]");
  ASSERT_TRUE(result.is_done()) << result.text;
  EXPECT_EQ(result.stamp.revision, 2u);
  expect_names("B a d e c");
  EXPECT_EQ(store_->rules()[1]->json, R"({"name":"a","boot":{"boot-file-name":"g"}})");
}

TEST_F(Changes, many_single_changes_are_all_there_after_a_restart) {
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(store_->patch(add("r" + std::to_string(i)), plain).is_done());
  EXPECT_EQ(store_->stamp().revision, 40u);
  EXPECT_EQ(store_->rules().size(), 40u);
  expect_names(names_of(store_->rules()));
}

TEST_F(Changes, equal_rules_have_equal_hashes_whatever_way_they_came) {
  store_->commit(prepared(list_text({"a"})), plain);
  store_->patch(add("b"), plain);
  TemporaryDirectory elsewhere;
  OpenStore other(elsewhere.state());
  other->commit(
      prepared("[" + rule_text("a") + ",\n {\"boot\": {\"boot-file-name\": \"f\"}, \"name\": \"b\"}]"),
      plain);
  EXPECT_EQ(store_->stamp().digest, other->stamp().digest);
  EXPECT_NE(store_->stamp().revision, other->stamp().revision);
}

TEST_F(Changes, a_patch_that_cannot_be_applied_changes_nothing) {
  store_->commit(prepared(list_text({"a", "b"})), plain);
  expect_refused(R"([{"op":"del","name":"a"},{"op":"del","name":"x"}])", Status::not_found,
                 "patch[1].name: there is no rule named \"x\"");
  expect_refused(R"([{"op":"add","rule":)" + rule_text("b") + "}]", Status::name_taken, "patch[0].rule.name");
  expect_refused(R"([{"op":"update","name":"a","rule":)" + rule_text("b") + "}]", Status::name_taken,
                 "already");
  expect_refused(R"([{"op":"add","rule":)" + rule_text("c") + R"(,"after":"x"}])", Status::not_found,
                 "after");
  expect_refused(R"([{"op":"update","rule":)" + rule_text("a") + R"(,"before":"a"}])", Status::not_found,
                 "before");
  expect_refused(R"([{"op":"add","rule":)" + rule_text("c") + R"(,"index":3}])", Status::bad_argument,
                 "2 other rules");
  expect_names("a b");
}

TEST_F(Changes, a_patch_that_is_written_wrongly_is_refused_with_its_place) {
  for (const auto& [text, words] : std::vector<std::pair<std::string, std::string>>{
           {R"({})", "patch (1:1): it is a map"},
           {R"([])", "0 steps"},
           {R"([5])", "patch[0] (1:2)"},
           {R"([{"op":"replace"}])", "\"replace\" is no operation"},
           {R"([{"rule":{}}])", "there is no op"},
           {R"([{"op":"add"}])", "there is no rule"},
           {R"([{"op":"del"}])", "there is no name"},
           {R"([{"op":"del","name":"a","index":1}])", "del takes no place"},
           {R"([{"op":"add","name":"a","rule":)" + rule_text("c") + "}]", "add takes no name"},
           {R"([{"op":"add","index":-1,"rule":)" + rule_text("c") + "}]", "patch[0].index"},
           {R"([{"op":"add","index":1,"after":"a","rule":)" + rule_text("c") + "}]", "more than one place"},
           {R"([{"op":"add","where":1,"rule":)" + rule_text("c") + "}]", "patch[0].where"},
           {R"([{"op":"add","rule":{"name":"c","boot":{"x":1}}}])", "patch[0].rule.boot.x (1:45)"},
       }) {
    expect_refused(text, Status::bad_argument, words);
  }
}

TEST_F(Changes, h2_k4_a_list_with_one_bad_rule_is_refused_as_a_whole) {
  store_->commit(prepared(list_text({"a"})), plain);
  auto bad = store::prepare("[" + rule_text("b") + ",\n" + R"({"name":"c","boot":{}, "colour":1},)" +
                            rule_text("b") + "]");
  EXPECT_NE(bad.problems.find("rules[1].colour (2:33): there is no such key"), std::string::npos)
      << bad.problems;
  EXPECT_NE(bad.problems.find("rules[2]"), std::string::npos) << bad.problems;
  EXPECT_EQ(store_->commit(std::move(bad), plain).status, Status::bad_argument);
  expect_names("a");
}

TEST_F(Changes, more_rules_than_allowed_are_refused) {
  EXPECT_EQ(store::prepare(list_text({"a", "b", "c"}), {.most = 3}).problems, "");
  const auto made = store::prepare(list_text({"a", "b", "c", "d"}), {.most = 3});
  EXPECT_NE(made.problems.find("rules[3]"), std::string::npos) << made.problems;
  EXPECT_NE(made.problems.find("more than 3 rules"), std::string::npos) << made.problems;
  EXPECT_EQ(made.compiled, nullptr);
}

TEST_F(Changes, a_rule_too_deep_for_the_journal_is_refused_at_once) {
  std::string match = "{}";
  for (int i = 0; i < 27; ++i) match = R"({"not":)" + match + "}";
  const auto made = store::prepare(R"([{"name":"a","match":)" + match + R"(,"boot":{"deny":true}}])");
  EXPECT_NE(made.problems.find("nested deeper than 28"), std::string::npos) << made.problems;
}

TEST_F(Changes, what_the_caller_asks_of_rules_is_asked_of_each) {
  const store::CheckRule check = [](const core::Rule& rule, const std::string& path,
                                    core::Problems& problems) {
    if (rule.name == "b") problems.add(path, rule.place, "not allowed here");
  };
  EXPECT_NE(store::prepare(list_text({"a", "b"}), {.check = check}).problems.find("rules[1]"),
            std::string::npos);
  const auto reading = store::read_json(R"([{"op":"add","rule":)" + rule_text("b") + "}]");
  EXPECT_NE(store::read_patch(*reading.value, {.check = check}).problems.find("patch[0].rule"),
            std::string::npos);
}

TEST_F(Changes, a_change_meant_for_another_revision_is_refused) {
  store_->commit(prepared(list_text({"a"})), plain);
  ChangeOptions options;
  options.if_revision = 0;
  auto result = store_->patch(add("b"), options);
  EXPECT_EQ(result.status, Status::wrong_revision);
  EXPECT_NE(result.text.find("at revision 1 and not at 0"), std::string::npos) << result.text;
  EXPECT_EQ(store_->commit(prepared(list_text({"b"})), options).status, Status::wrong_revision);
  options.if_revision = 1;
  EXPECT_TRUE(store_->patch(add("b"), options).is_done());
  expect_names("a b");
}

TEST_F(Changes, a_dry_run_tells_the_outcome_and_changes_nothing) {
  store_->commit(prepared(list_text({"a"})), plain);
  ChangeOptions options;
  options.dry_run = true;
  const auto result = store_->patch(add("b"), options);
  EXPECT_TRUE(result.is_done());
  EXPECT_EQ(result.stamp.revision, 2u);
  EXPECT_EQ(result.stamp.digest, prepared(list_text({"a", "b"})).rules.digest());
  EXPECT_TRUE(store_->commit(prepared(list_text({"z"})), options).is_done());
  expect_names("a");
}

TEST_F(Changes, a_reason_that_cannot_be_kept_is_refused) {
  ChangeOptions options;
  options.reason = std::string(256, 'x');
  EXPECT_EQ(store_->patch(add("a"), options).status, Status::bad_argument);
  options.reason = "\xff";
  EXPECT_EQ(store_->patch(add("a"), options).status, Status::bad_argument);
  options.reason = std::string(255, '\x01');
  EXPECT_TRUE(store_->patch(add("a"), options).is_done());
  expect_names("a");
}

TEST_F(Changes, rollback_goes_to_the_rules_before_the_last_change_of_any_kind) {
  const auto roll_back = [&] {
    auto rollback = store_->prepare_rollback(store_->stamp().revision);
    EXPECT_EQ(rollback.fault, "");
    EXPECT_TRUE(store_->commit(std::move(rollback.prepared), plain).is_done());
    return rollback.stamp.revision;
  };
  EXPECT_NE(store_->prepare_rollback(0).fault, "");
  store_->commit(prepared(list_text({"a"})), plain);
  store_->patch(add("b"), plain);
  store_->patch(add("c"), plain);
  EXPECT_EQ(roll_back(), 2u);
  expect_names("a b");
  EXPECT_EQ(roll_back(), 3u);  // and back again
  expect_names("a b c");
  store_->commit(prepared(list_text({"z"})), plain);
  EXPECT_EQ(roll_back(), 5u);
  expect_names("a b c");
  // After a restart too, and to any revision that is still kept.
  store_->patch(add("d"), plain);
  EXPECT_EQ(names_of(OpenStore(directory_.state(), false)->prepare_rollback(8).prepared.rules), "a b c");
}

TEST_F(Changes, a_staged_list_is_written_before_it_is_committed_and_removed_if_it_is_not) {
  {
    auto made = prepared(list_text({"a"}));
    store_->stage(made);
    EXPECT_NE(made.staged, nullptr);
  }
  auto made = prepared(list_text({"b"}));
  store_->stage(made);
  store_->patch(add("between"), plain);
  ASSERT_TRUE(store_->commit(std::move(made), plain).is_done());
  expect_names("b");
  for (const auto& entry : std::filesystem::directory_iterator(directory_.state())) {
    EXPECT_FALSE(entry.path().string().ends_with(".new")) << entry.path();
  }
}

}  // namespace
}  // namespace chainload::tests
