// SPDX-License-Identifier: MPL-2.0
// The list of rules: its hash depends on what it holds and on nothing else.
#include "store/rule_list.h"

#include <gtest/gtest.h>

#include <random>

namespace chainload::tests {
namespace {

using store::Edit;
using store::hex;
using store::make_stored_rule;
using store::RuleList;
using store::sha256;
using store::StoredRulePtr;

TEST(Sha256, answers_as_its_standard_says) {
  // [fips180-4], the examples of its publisher, and lengths around the padding.
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex(sha256(std::string(1000000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(store::parse_digest(hex(sha256("abc"))), sha256("abc"));
  EXPECT_FALSE(store::parse_digest("ba78"));
  EXPECT_FALSE(store::parse_digest(std::string(64, 'G')));
}

StoredRulePtr rule(std::size_t number, const std::string& text = "") {
  const std::string name = "r" + std::to_string(number);
  return make_stored_rule(name, "{\"name\":\"" + name + "\"" + text + "}");
}

std::vector<StoredRulePtr> contents(const RuleList& list) {
  std::vector<StoredRulePtr> rules;
  for (std::size_t i = 0; i < list.size(); ++i) rules.push_back(list[i]);
  return rules;
}

TEST(RuleList, a_list_that_was_edited_equals_one_made_at_once) {
  std::mt19937 random(4);
  std::vector<StoredRulePtr> model;
  RuleList list;
  std::size_t next = 0;
  for (int round = 0; round < 6000; ++round) {
    Edit edit;
    // Grows to some 1,500 rules, several chunks, then shrinks to nothing.
    const bool removes = round % 4 == 3 || round > 3600;
    if (removes && model.empty()) break;
    edit.removes = removes;
    edit.at = random() % (model.size() + (removes ? 0 : 1));
    if (!removes || round % 8 == 3) edit.inserted = rule(next++);
    ASSERT_TRUE(list.fits(edit));
    list.apply(edit);
    const auto at = model.begin() + static_cast<std::ptrdiff_t>(edit.at);
    if (removes && edit.inserted) {
      *at = edit.inserted;
    } else if (removes) {
      model.erase(at);
    } else {
      model.insert(at, edit.inserted);
    }
    if (round % 97 != 0 && model.size() > 3) continue;
    const RuleList made(model);
    ASSERT_EQ(hex(list.digest()), hex(made.digest())) << "round " << round;
    ASSERT_EQ(list.text_len(), made.text_len());
    ASSERT_EQ(contents(list), model);
  }
}

TEST(RuleList, a_copy_keeps_what_it_was) {
  RuleList list({rule(1), rule(2), rule(3)});
  const RuleList before = list;
  list.apply({1, true, nullptr});
  EXPECT_EQ(before.size(), 3u);
  EXPECT_EQ(before[1]->name, "r2");
  EXPECT_EQ(list[1]->name, "r3");
}

TEST(RuleList, order_content_and_number_all_count_for_the_hash) {
  const RuleList list({rule(1), rule(2)});
  EXPECT_NE(list.digest(), RuleList({rule(2), rule(1)}).digest());
  EXPECT_NE(list.digest(), RuleList({rule(1), rule(2, ",\"enabled\":false")}).digest());
  EXPECT_NE(list.digest(), RuleList({rule(1)}).digest());
  EXPECT_NE(list.digest(), RuleList().digest());
}

TEST(RuleList, every_rule_is_found_by_its_name) {
  std::vector<StoredRulePtr> rules;
  for (std::size_t i = 0; i < 2000; ++i) rules.push_back(rule(i));
  const RuleList list(rules);
  for (std::size_t i = 0; i < rules.size(); i += 37) EXPECT_EQ(list.find("r" + std::to_string(i)), i);
  EXPECT_FALSE(list.find("r2000"));
  EXPECT_FALSE(RuleList().find("r1"));
}

TEST(RuleList, a_place_that_is_not_there_does_not_fit) {
  const RuleList list({rule(1)});
  EXPECT_TRUE(list.fits({1, false, rule(2)}));
  EXPECT_FALSE(list.fits({2, false, rule(2)}));
  EXPECT_FALSE(list.fits({1, true, nullptr}));
}

}  // namespace
}  // namespace chainload::tests
