// SPDX-License-Identifier: MPL-2.0
// Counting by rule, by row and by subnet.
#include <thread>

#include "../policies.h"
#include "../rules_of.h"
#include "../sample_packets.h"
#include "core/machines/rule_counts.h"

namespace chainload::tests {
namespace {

using namespace core::machines;

std::string rules_named(std::initializer_list<std::string> names) {
  std::string json;
  for (const std::string& name : names) {
    json += (json.empty() ? "[" : ",") + (R"({"name": ")" + name) + R"(", "boot": {"pass": true}})";
  }
  return json + "]";
}

TEST(Counts, each_rule_counts_its_own_answers) {
  const core::RuleSet rules(rules_of(rules_named({"a", "b", "c"})));
  RuleCounts counts(rules, 2);
  counts.add(&rules.rules()[1]);
  counts.add(&rules.rules()[1]);
  counts.add(&rules.rules()[2]);
  EXPECT_EQ(0u, counts.of(0));
  EXPECT_EQ(2u, counts.of(1));
  EXPECT_EQ(1u, counts.of(2));
}

TEST(Counts, rule_of_another_set_counts_nothing) {
  const core::RuleSet rules(rules_of(rules_named({"a"})));
  const core::RuleSet others(rules_of(rules_named({"a"})));
  RuleCounts counts(rules, 2);
  counts.add(&others.rules()[0]);
  counts.add(nullptr);
  EXPECT_EQ(0u, counts.of(0));
}

TEST(Counts, rules_that_keep_their_name_keep_their_count) {
  const core::RuleSet before(rules_of(rules_named({"a", "b"})));
  const core::RuleSet after(rules_of(rules_named({"new", "b"})));
  RuleCounts earlier(before, 1);
  earlier.add(&before.rules()[1]);
  RuleCounts counts(after, 1);
  counts.go_on_from(earlier);
  counts.add(&after.rules()[1]);
  EXPECT_EQ(0u, counts.of(0));
  EXPECT_EQ(2u, counts.of(1));
}

TEST(Counts, no_addition_is_lost_however_many_threads_there_are) {
  const core::RuleSet rules(rules_of(rules_named({"a"})));
  RuleCounts counts(rules, 3);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 10000; ++k) counts.add(&rules.rules()[0]);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(80000u, counts.of(0));
}

TEST(Counts, built_in_rows_count_by_their_names) {
  BuiltInCounts counts(2);
  const core::Policy policy = only_gpxe_policy();
  std::uint64_t expected = 0;
  for (const Sample& sample : samples) {
    const auto facts = core::read_facts(sample.query.payload());
    counts.add(core::decide(facts, {}, policy));
    expected += sample.rule_when_only_gpxe == "built-in/x86-bios";
  }
  std::uint64_t all = 0;
  std::uint64_t bios = 0;
  for (const auto& row : counts.rows()) {
    all += row.count;
    if (row.rule == "built-in/x86-bios") bios = row.count;
    EXPECT_TRUE(std::any_of(samples.begin(), samples.end(), [&](const Sample& sample) {
      return sample.rule_when_only_gpxe == row.rule;
    })) << row.rule;
  }
  EXPECT_EQ(samples.size(), all);
  EXPECT_EQ(expected, bios);
}

TEST(Counts, each_subnet_counts_its_own_and_all_count_in_the_total) {
  SubnetCounts counts({1, 7, 4000000000}, 2);
  counts.add(7, Counted::booted);
  counts.add(7, Counted::booted);
  counts.add(4000000000, Counted::looped);
  counts.add(std::nullopt, Counted::booted);
  counts.add(99, Counted::booted);
  EXPECT_EQ(2u, counts.of(7, Counted::booted));
  EXPECT_EQ(0u, counts.of(1, Counted::booted));
  EXPECT_EQ(1u, counts.of(4000000000, Counted::looped));
  EXPECT_EQ(4u, counts.total(Counted::booted));
}

TEST(Counts, copying_shows_only_what_has_changed) {
  SubnetCounts counts({1, 2}, 2);
  const auto changed = [&] {
    std::vector<std::pair<std::uint32_t, std::uint64_t>> list;
    counts.each_changed([&](std::uint32_t subnet, Counted kind, std::uint64_t count, std::uint64_t added) {
      EXPECT_EQ(Counted::denied, kind);
      EXPECT_EQ(1u, added);
      list.emplace_back(subnet, count);
    });
    return list;
  };
  EXPECT_TRUE(changed().empty());
  counts.add(2, Counted::denied);
  EXPECT_EQ((std::vector<std::pair<std::uint32_t, std::uint64_t>>{{2, 1}}), changed());
  EXPECT_TRUE(changed().empty());
  counts.add(2, Counted::denied);
  counts.add(std::nullopt, Counted::denied);
  EXPECT_EQ((std::vector<std::pair<std::uint32_t, std::uint64_t>>{{0, 1}, {2, 2}}), changed());
}

}  // namespace
}  // namespace chainload::tests
