// SPDX-License-Identifier: MPL-2.0
// Which tally an answer counts in, and that the copies of a rule share theirs.
#include <thread>

#include "core/decide/decide.h"
#include "core/match/layered_rules.h"
#include "policies.h"
#include "rules_of.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

using core::Instant;
using core::RuleTally;

constexpr Instant now{std::chrono::seconds(1'795'300'000)};

TEST(RuleTallies, hits_and_the_last_of_them_are_kept) {
  RuleTally tally;
  EXPECT_EQ(0u, tally.hits());
  EXPECT_FALSE(tally.last());
  tally.add(now);
  tally.add(now + std::chrono::seconds(5));
  EXPECT_EQ(2u, tally.hits());
  EXPECT_EQ(now + std::chrono::seconds(5), tally.last());
}

TEST(RuleTallies, no_hit_is_lost_however_many_threads_there_are) {
  RuleTally tally;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 10000; ++k) tally.add(now);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(80000u, tally.hits());
}

TEST(RuleTallies, each_rule_of_a_set_has_its_own_and_its_copies_have_the_same) {
  const core::RuleSet rules(
      rules_of(R"([{"name": "a", "boot": {"pass": true}}, {"name": "b", "boot": {"pass": true}}])"));
  rules.rules()[1].tally->add(now);
  EXPECT_EQ(0u, rules.rules()[0].tally->hits());
  const core::RuleSet copy({rules.rules().begin(), rules.rules().end()});
  EXPECT_EQ(1u, copy.rules()[1].tally->hits());
  copy.rules()[1].tally->add(now);
  EXPECT_EQ(2u, rules.rules()[1].tally->hits());
}

TEST(RuleTallies, rule_that_answers_is_the_one_whose_tally_is_named) {
  const auto rules =
      rules_of(R"([{"name": "a", "match": {"user-class": "gPXE"}, "boot": {"boot-file-name": "f"}}])");
  core::Policy policy = only_gpxe_policy();
  policy = core::with_managed(
      policy, std::make_shared<const core::LayeredRules>(std::make_shared<const core::RuleSet>(rules)));
  for (const Sample& sample : samples) {
    const auto facts = core::read_facts(sample.query.payload());
    const core::Decision decision = core::decide(facts, {}, policy);
    if (decision.matched != nullptr) {
      EXPECT_EQ(decision.matched->tally.get(), decision.tally);
    } else {
      const bool by_row = decision.because >= core::Because::user_class_listed &&
                          decision.because <= core::Because::architecture_served;
      EXPECT_EQ(by_row, decision.tally != nullptr) << decision.full_name();
    }
  }
}

TEST(RuleTallies, rows_of_the_built_in_table_have_one_each) {
  const core::Policy policy = only_gpxe_policy();
  for (const Sample& sample : samples) {
    const auto facts = core::read_facts(sample.query.payload());
    const core::Decision decision = core::decide(facts, {}, policy);
    if (decision.tally != nullptr) decision.tally->add(now);
  }
  const auto& tallies = policy.table()->tallies;
  const auto expected = [](std::string_view rule) {
    return static_cast<std::uint64_t>(
        std::count_if(samples.begin(), samples.end(),
                      [&](const Sample& sample) { return sample.rule_when_only_gpxe == rule; }));
  };
  EXPECT_GT(expected("built-in/script"), 0u);
  EXPECT_EQ(expected("built-in/script"), tallies[core::TableTallies::script].hits());
  EXPECT_EQ(expected("built-in/raspberry-pi"), tallies[core::TableTallies::raspberry_pi].hits());
  for (std::uint16_t i = 0; i < core::architecture_count; ++i) {
    EXPECT_EQ(expected(core::architecture_rule(i)), tallies[i].hits()) << core::architecture_rule(i);
  }
}

}  // namespace
}  // namespace chainload::tests
