// SPDX-License-Identifier: MPL-2.0
// What core/ costs without Kea: reading the facts of queries as programs we know send them.
#include <benchmark/benchmark.h>

#include "core/facts.h"
#include "tests/sample_packets.h"

namespace {

using chainload::tests::samples;

void read_facts(benchmark::State& state, const chainload::tests::Sample& sample) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(chainload::core::read_facts(sample.query.payload()));
  }
}

}  // namespace

int main(int argc, char** argv) {
  for (const auto& sample : samples) {
    benchmark::RegisterBenchmark((std::string("facts/") + sample.name).c_str(), read_facts, sample);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
