// SPDX-License-Identifier: MPL-2.0
// A sequence of changes of every kind, to be disturbed at every point.
#pragma once

#include <functional>

#include "store_fixture.h"

namespace chainload::tests {

using Save = std::function<store::ChangeResult(store::RuleStore&)>;

inline store::ChangeResult fold_with_a_change_between(store::RuleStore& store) {
  auto fold = store.begin_fold();
  store.run_fold(fold);
  const auto result = store.patch(add("between"), plain);
  // The rules are the same before and after it, whatever becomes of the folding.
  store.finish_fold(std::move(fold));
  return result;
}

inline const std::vector<Save>& saves() {
  static const std::vector<Save> all = {
      [](store::RuleStore& store) {
        return store.commit(prepared(list_text({"a", "b"})), plain);
      },
      [](store::RuleStore& store) { return store.patch(add("c"), plain); },
      [](store::RuleStore& store) {
        return store.patch(
            patch_of(R"([{"op":"del","name":"a"},{"op":"update","rule":)" + rule_text("b", "g") + "}]"),
            plain);
      },
      fold_with_a_change_between,
      [](store::RuleStore& store) { return store.patch(add("d"), plain); },
      [](store::RuleStore& store) {
        return store.commit(prepared(list_text({"x", "y", "z"}, "h")), plain);
      },
      [](store::RuleStore& store) { return store.patch(add("e"), plain); },
      [](store::RuleStore& store) {
        return store.commit(store.prepare_rollback(store.stamp().revision).prepared, plain);
      },
  };
  return all;
}

/// The rules after the first `count` saves, when nothing goes wrong.
inline std::vector<std::string> states_of_saves() {
  TemporaryDirectory directory;
  OpenStore store(directory.state());
  std::vector<std::string> states = {""};
  for (const Save& save : saves()) {
    const auto result = save(*store);
    EXPECT_TRUE(result.is_done()) << result.text;
    states.push_back(text_of(store->rules()));
  }
  return states;
}

}  // namespace chainload::tests
