// SPDX-License-Identifier: MPL-2.0
// What core/ costs without Kea: reading the facts of queries as programs we know send them, deciding with
// lists of 10 to 100,000 rules, and planning the reply.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "core/decide/decide.h"
#include "core/decide/reply_plan.h"
#include "core/rules/read_rules.h"
#include "tests/sample_packets.h"

namespace {

namespace core = chainload::core;
using chainload::tests::Sample;
using chainload::tests::samples;
using core::Value;

/// One machine in each rule but the last: a list as administrators have it, by MAC and by UUID in turn.
Value rule_for(std::size_t number, bool is_last) {
  std::array<char, 64> text{};
  const auto machine = static_cast<unsigned>(number);
  if (number % 2 == 0) {
    std::snprintf(text.data(), text.size(), "02:00:%02x:%02x:%02x:%02x", machine >> 24 & 255,
                  machine >> 16 & 255, machine >> 8 & 255, machine & 255);
  } else {
    std::snprintf(text.data(), text.size(), "%08x-0000-4000-8000-000000000000", machine);
  }
  Value::Map match;
  if (is_last) {
    match.push_back({"vendor-class", Value(std::string("PXEClient*"))});
  } else {
    match.push_back({number % 2 == 0 ? "mac" : "uuid", Value(std::string(text.data()))});
  }
  Value::Map boot;
  boot.push_back({"next-server", Value(std::string("192.0.2.10"))});
  boot.push_back({"boot-file-name", Value(std::string("machine.kpxe"))});
  Value::Map rule;
  rule.push_back({"name", Value("rule-" + std::to_string(number))});
  rule.push_back({"match", Value(std::move(match))});
  rule.push_back({"boot", Value(std::move(boot))});
  return Value(std::move(rule));
}

/// The short form behind `count` rules.
core::Policy policy_of(std::size_t count) {
  core::ScopeSettings settings;
  settings.short_form.next_server = "192.0.2.10";
  settings.short_form.script = "http://192.0.2.10/boot.php?mac=${mac}";
  Value::List rules;
  for (std::size_t i = 0; i < count; ++i) rules.push_back(rule_for(i, i + 1 == count));
  core::Problems problems;
  settings.rules = core::read_rules(Value(std::move(rules)), "rules", problems);
  core::MadePolicy made = core::make_policy(std::move(settings));
  if (!problems.empty() || !made.policy) {
    std::fprintf(stderr, "the rules of the benchmark are wrong: %s%s\n", problems.text().c_str(),
                 made.problems.text().c_str());
    std::exit(2);
  }
  return std::move(*made.policy);
}

void facts(benchmark::State& state, const Sample& sample) {
  for (auto _ : state) benchmark::DoNotOptimize(core::read_facts(sample.query.payload()));
}

void decide(benchmark::State& state, const Sample& sample) {
  const core::Policy policy = policy_of(static_cast<std::size_t>(state.range(0)));
  const core::Facts said = core::read_facts(sample.query.payload());
  for (auto _ : state) benchmark::DoNotOptimize(core::decide(said, {}, policy));
}

void plan(benchmark::State& state, const Sample& sample) {
  const core::Policy policy = policy_of(1);
  const core::Facts said = core::read_facts(sample.query.payload());
  const core::Decision decision = core::decide(said, {}, policy);
  if (decision.outcome != core::Outcome::boot)
    return state.SkipWithError("this client is given no boot file");
  for (auto _ : state) benchmark::DoNotOptimize(core::plan_reply(said, decision, {}));
}

}  // namespace

int main(int argc, char** argv) {
  for (const Sample& sample : samples) {
    const std::string name = sample.name;
    benchmark::RegisterBenchmark(("facts/" + name).c_str(), facts, sample);
    if (name != "gpxe" && name != "old_rom" && name != "dhclient") continue;
    benchmark::RegisterBenchmark(("decide/" + name).c_str(), decide, sample)->Arg(10)->Arg(1000)->Arg(100000);
    if (sample.boot_client) benchmark::RegisterBenchmark(("plan/" + name).c_str(), plan, sample);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
