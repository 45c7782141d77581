// SPDX-License-Identifier: MPL-2.0
// Folding many single changes into a new snapshot, while more come in.
#include <thread>

#include "store_fixture.h"

namespace chainload::tests {
namespace {

class Folding : public ::testing::Test {
 protected:
  Folding() {
    std::vector<std::string> names;
    for (int i = 0; i < 600; ++i) names.push_back("r" + std::to_string(i));
    store_->commit(prepared(list_text(names)), plain);
  }
  void expect_all_agree() {
    const std::string rules = text_of(store_->rules());
    EXPECT_EQ(text_of(*store_->live()), rules);
    OpenStore reader(directory_.state(), false);
    EXPECT_EQ(reader.said(), "");
    EXPECT_EQ(text_of(reader->rules()), rules);
    EXPECT_EQ(reader->stamp().revision, store_->stamp().revision);
  }

  TemporaryDirectory directory_;
  OpenStore store_{directory_.state()};
};

TEST_F(Folding, it_is_wanted_after_some_changes_and_then_done_with) {
  int changes = 0;
  while (!store_->wants_fold() && changes < 1000) store_->patch(add("n" + std::to_string(changes++)), plain);
  EXPECT_EQ(changes, 128);
  auto fold = store_->begin_fold();
  EXPECT_FALSE(store_->wants_fold());
  std::thread worker([&] { store_->run_fold(fold); });
  for (int i = 0; i < 20; ++i) {
    store_->patch(patch_of(R"([{"op":"del","name":"r)" + std::to_string(i * 7) + "\"}]"), plain);
  }
  worker.join();
  EXPECT_EQ(store_->finish_fold(std::move(fold)), "");
  EXPECT_EQ(store_->live()->changes(), 20u);
  expect_all_agree();
  store_->patch(add("last"), plain);
  expect_all_agree();
  EXPECT_EQ(store_->stamp().revision, 1u + 128 + 20 + 1);
}

TEST_F(Folding, one_that_a_whole_new_list_has_overtaken_is_dropped) {
  store_->patch(add("n"), plain);
  auto fold = store_->begin_fold();
  store_->run_fold(fold);
  store_->commit(prepared(list_text({"a"})), plain);
  store_->patch(add("b"), plain);
  EXPECT_EQ(store_->finish_fold(std::move(fold)), "");
  EXPECT_EQ(names_of(store_->rules()), "a b");
  expect_all_agree();
}

TEST_F(Folding, rollback_still_finds_the_rules_before_the_last_change) {
  store_->patch(add("n"), plain);
  store_->patch(add("m"), plain);
  const std::string before = text_of(store_->rules());
  store_->patch(add("l"), plain);
  auto fold = store_->begin_fold();
  store_->run_fold(fold);
  EXPECT_EQ(store_->finish_fold(std::move(fold)), "");
  const auto rollback = store_->prepare_rollback(store_->stamp().revision);
  EXPECT_EQ(rollback.fault, "");
  EXPECT_EQ(text_of(rollback.prepared.rules), before);
}

TEST_F(Folding, what_it_puts_out_of_force_is_handed_over_to_be_freed_elsewhere) {
  const std::weak_ptr<const core::LayeredRules> before = store_->live();
  store_->take_retired();
  store_->commit(prepared(list_text({"a"})), plain);
  auto retired = store_->take_retired();
  EXPECT_FALSE(before.expired());
  std::thread([gone = std::move(retired)]() mutable { gone.clear(); }).join();
  EXPECT_TRUE(before.expired());
}

TEST_F(Folding, packets_keep_the_rules_they_began_with) {
  const auto live = store_->live();
  store_->patch(patch_of(R"([{"op":"del","name":"r0"}])"), plain);
  EXPECT_EQ(live->size(), 600u);
  EXPECT_EQ(store_->live()->size(), 599u);
}

}  // namespace
}  // namespace chainload::tests
