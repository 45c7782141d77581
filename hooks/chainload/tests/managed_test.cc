// SPDX-License-Identifier: MPL-2.0
// Managed rules, compiled in layers, answer every client as the same rules do in the parameters.
#include <random>

#include "core/decide/decide.h"
#include "core/decide/describe.h"
#include "rules_of.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

using namespace core;

constexpr std::string_view parameters_json = R"({"next-server": "192.0.2.10", "rules": []})";

/// What the samples differ in, and what holds for all or for none of them.
constexpr std::array<std::string_view, 13> matches = {
    R"({"user-class": "gPXE"})",
    R"({"user-class": ["iPXE", "gPXE"]})",
    R"({"arch": "x86-bios"})",
    R"({"arch": ["x64-uefi", "arm64-uefi"]})",
    R"({"vendor-class": "PXEClient*"})",
    R"({"vendor-class": "HTTPClient*"})",
    R"({"mac": "52:54:00:77:00:01"})",
    R"({"mac": "52:54:00:*"})",
    R"({"feature": {"all": ["http"]}})",
    R"({"not": {"user-class": "gPXE"}})",
    R"({"not": {"arch": "x86-bios"}, "vendor-class": "PXEClient*"})",
    R"({"message-type": ["discover", "inform"]})",
    R"({"subnet": 7})"};
constexpr std::array<std::string_view, 4> boots = {
    R"({"boot-file-name": "f"})",
    R"({"boot-file-name": "http://192.0.2.77/%{mac}", "next-server": "192.0.2.77"})", R"({"pass": true})",
    R"({"deny": true})"};

std::string rule_json(std::mt19937& random, int number) {
  std::string text = R"({"name": "r)" + std::to_string(number) + R"(", "match": )";
  text += matches[random() % matches.size()];
  if (random() % 4 == 0) text += R"(, "client": "any")";
  if (random() % 6 == 0) text += R"(, "enabled": false)";
  return text + R"(, "boot": )" + std::string(boots[random() % boots.size()]) + "}";
}

/// The rules in the parameters, and the same as managed ones: part of them compiled at first, the rest put in
/// one by one.
struct Both {
  Policy fixed;
  Policy managed;
};

Both both(std::mt19937& random) {
  const auto count = static_cast<int>(random() % 12);
  std::string all;
  std::vector<Rule> base;
  std::vector<LayeredRules::Change> changes;
  for (int number = 0; number < count; ++number) {
    const std::string text = rule_json(random, number);
    all += (number == 0 ? "" : ",") + text;
    Rule rule = rules_of("[" + text + "]").front();
    if (random() % 3 == 0) {
      changes.push_back({static_cast<std::size_t>(number), false, std::move(rule)});
    } else {
      base.push_back(std::move(rule));
    }
  }
  const LayeredRules layers(std::make_shared<const RuleSet>(std::move(base)));
  return {policy_from(R"({"next-server": "192.0.2.10", "rules": [)" + all + "]}"),
          with_managed(policy_from(parameters_json), layers.changed(changes))};
}

void expect_same(const Facts& facts, const Both& policies, const std::string& where) {
  Surroundings around;
  around.subnet_id = 7;
  Trace fixed_trace;
  Trace managed_trace;
  const Decision fixed = decide(facts, around, policies.fixed, &fixed_trace);
  const Decision managed = decide(facts, around, policies.managed, &managed_trace);
  ASSERT_EQ(managed.rule, fixed.rule) << where;
  EXPECT_EQ(managed.outcome, fixed.outcome) << where;
  EXPECT_EQ(managed.boot_file_text(), fixed.boot_file_text()) << where;
  EXPECT_EQ(managed.next_server, fixed.next_server) << where;
  EXPECT_EQ(needs_surroundings(facts, policies.managed), needs_surroundings(facts, policies.fixed)) << where;
  if (fixed.matched != nullptr) {
    EXPECT_EQ(managed.full_name(), "managed/" + std::string(fixed.rule)) << where;
  }
  ASSERT_EQ(managed_trace.size(), fixed_trace.size()) << where;
  for (auto one = managed_trace.begin(), other = fixed_trace.begin(); one != managed_trace.end();
       ++one, ++other) {
    EXPECT_EQ(one->matched, other->matched) << where;
    EXPECT_EQ(one->why, other->why) << where;
    EXPECT_EQ(one->rule.substr(one->rule.find('/')), other->rule.substr(other->rule.find('/'))) << where;
  }
}

TEST(managed, rules_answer_every_client_as_the_same_rules_in_the_parameters_do) {
  int matched = 0;
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    std::mt19937 random(seed);
    const Both policies = both(random);
    for (const Sample& sample : samples) {
      const Facts facts = read_facts(sample.query.payload());
      expect_same(facts, policies, sample.name + std::string(", seed ") + std::to_string(seed));
      if (HasFatalFailure()) return;
      if (decide(facts, {}, policies.managed).matched != nullptr) ++matched;
    }
  }
  EXPECT_GT(matched, 100);
}

TEST(managed, the_text_of_the_policy_follows_the_rules_and_not_their_layers) {
  const auto rules =
      rules_of(R"([{"name": "a", "boot": {"deny": true}}, {"name": "b", "boot": {"pass": true}}])");
  const auto compiled = std::make_shared<const LayeredRules>(std::make_shared<const RuleSet>(rules));
  const std::vector<LayeredRules::Change> changes = {{0, false, rules[0]}, {1, false, rules[1]}};
  const auto layered = LayeredRules().changed(changes);
  const Policy none = policy_from(parameters_json);
  EXPECT_EQ(canonical_text(with_managed(none, layered)), canonical_text(with_managed(none, compiled)));
  EXPECT_NE(canonical_text(with_managed(none, layered)), canonical_text(none));
  EXPECT_EQ(canonical_text(with_managed(none, std::make_shared<const LayeredRules>())), canonical_text(none));
}

TEST(managed, a_rule_without_a_server_takes_that_of_the_parameters) {
  const auto rules = rules_of(R"([{"name": "a", "boot": {"boot-file-name": "f"}}])");
  const Policy policy =
      with_managed(policy_from(parameters_json),
                   std::make_shared<const LayeredRules>(std::make_shared<const RuleSet>(rules)));
  const Query query = gpxe_discover();
  const Facts facts = read_facts(query.payload());
  EXPECT_EQ(decide(facts, {}, policy).next_server_text, "192.0.2.10");
}

}  // namespace
}  // namespace chainload::tests
