// SPDX-License-Identifier: MPL-2.0
// A changed list answers every client as one compiled anew would.
#include "core/match/layered_rules.h"

#include <random>

#include "store_fixture.h"

namespace chainload::tests {
namespace {

using core::LayeredRules;
using core::Rule;
using core::RuleSet;

constexpr int machines = 12;

/// Answers one machine, any of two, or everybody.
Rule rule_for(std::mt19937& random, int number) {
  std::string match;
  const auto mac = [&] {
    return "\"52:54:00:00:00:0" + std::string(1, "0123456789ab"[random() % machines]) + "\"";
  };
  if (random() % 5 != 0) match = R"(,"match":{"mac":[)" + mac() + "," + mac() + "]}";
  const std::string enabled = random() % 7 == 0 ? R"(,"enabled":false)" : "";
  core::Problems problems;
  const auto value = store::read_json("{\"name\":\"r" + std::to_string(number) + "\"" + match + enabled +
                                      R"(,"boot":{"boot-file-name":"f"}})");
  auto made = store::prepare_rule(*value.value, "rule", {}, problems);
  EXPECT_TRUE(made) << problems.text();
  return made->rule;
}

std::string answer(const Rule* rule) {
  return rule == nullptr ? "none" : rule->name;
}

TEST(LayeredRules, after_any_changes_the_answers_are_those_of_an_ordered_list) {
  for (std::uint32_t seed = 1; seed <= 30; ++seed) {
    std::mt19937 random(seed);
    int number = 0;
    std::vector<Rule> model;
    for (std::size_t i = 0; i < seed % 20; ++i) model.push_back(rule_for(random, number++));
    auto layered = std::make_shared<const LayeredRules>(std::make_shared<const RuleSet>(model));
    for (int round = 0; round < 25; ++round) {
      std::vector<LayeredRules::Change> changes(1 + random() % 3);
      for (auto& change : changes) {
        change.removes = !model.empty() && random() % 2 == 0;
        change.at = random() % (model.size() + (change.removes ? 0 : 1));
        if (!change.removes || random() % 3 == 0) change.inserted = rule_for(random, number++);
        const auto at = model.begin() + static_cast<std::ptrdiff_t>(change.at);
        if (change.removes && change.inserted) {
          *at = *change.inserted;
        } else if (change.removes) {
          model.erase(at);
        } else {
          model.insert(at, *change.inserted);
        }
      }
      layered = layered->changed(changes);
      ASSERT_EQ(layered->size(), model.size());
      std::size_t next = 0;
      layered->each([&](const Rule& rule) {
        EXPECT_EQ(rule.name, model.at(next++).name);
        return true;
      });
      ASSERT_EQ(next, model.size()) << "seed " << seed << " round " << round;
      const RuleSet naive(model);
      for (int machine = 0; machine < machines + 1; ++machine) {
        const std::array<std::uint8_t, 6> mac = {0x52, 0x54, 0, 0, 0, static_cast<std::uint8_t>(machine)};
        core::Facts facts;
        facts.message_type = core::message::discover;
        facts.hardware_address = mac;
        const core::Surroundings around;
        const core::Client client(facts, around, true);
        ASSERT_EQ(answer(layered->find(client)), answer(naive.find(client)))
            << "seed " << seed << " round " << round;
      }
    }
  }
}

TEST(LayeredRules, reach_covers_what_was_put_in) {
  std::mt19937 random(1);
  auto inform = rule_for(random, 1);
  inform.enabled = true;
  inform.messages = core::message_bit::inform;
  const LayeredRules none;
  const std::vector<LayeredRules::Change> change = {{0, false, inform}};
  EXPECT_EQ(none.reach().messages, 0);
  EXPECT_EQ(none.changed(change)->reach().messages, core::message_bit::inform);
  EXPECT_EQ(none.changed(change)->changes(), 1u);
}

}  // namespace
}  // namespace chainload::tests
