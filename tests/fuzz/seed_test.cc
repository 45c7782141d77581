// SPDX-License-Identifier: MPL-2.0
// Runs every fuzz target over its seeds: as they are, cut at every byte, and with one byte changed at a time.
// As PROGRAM --outcomes TARGET FILE... it says instead what the target comes to for each file, a line for
// each.
#include <gtest/gtest.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "fuzz_target.h"

namespace {

using Octets = std::vector<std::uint8_t>;

Octets read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return Octets(std::istreambuf_iterator<char>(file), {});
}

std::filesystem::path seeds() {
  const char* folder = std::getenv("CHAINLOAD_FUZZ_SEEDS");
  return folder == nullptr ? "" : folder;
}

class Seeds : public testing::TestWithParam<fuzz::Target> {};

TEST_P(Seeds, run_whole_cut_and_changed) {
  const std::filesystem::path folder = seeds() / GetParam().name;
  ASSERT_TRUE(std::filesystem::is_directory(folder)) << "every target has seeds: " << folder;
  std::size_t files = 0;
  std::mt19937 random(1);
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const Octets seed = read(entry.path());
    GetParam().run(seed);
    const std::size_t step = seed.size() / GetParam().places + 1;
    for (std::size_t size = 0; size < seed.size(); size += step) {
      const Octets cut(seed.begin(), seed.begin() + static_cast<std::ptrdiff_t>(size));
      GetParam().run(cut);
      Octets changed = seed;
      changed[size] = static_cast<std::uint8_t>(random());
      changed[random() % changed.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
      GetParam().run(changed);
    }
    ++files;
  }
  EXPECT_GT(files, 0U);
}

TEST(SeedFolders, belong_to_targets) {
  for (const auto& entry : std::filesystem::directory_iterator(seeds())) {
    const std::string name = entry.path().filename();
    EXPECT_TRUE(std::any_of(fuzz::targets().begin(), fuzz::targets().end(), [&](const fuzz::Target& target) {
      return target.name == name;
    })) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Fuzz, Seeds, testing::ValuesIn(fuzz::targets()),
                         [](const auto& target) { return std::string(target.param.name); });

int tell_outcomes(const std::string& name, std::span<char*> files) {
  const auto target = std::find_if(fuzz::targets().begin(), fuzz::targets().end(),
                                   [&](const fuzz::Target& one) { return one.name == name; });
  if (target == fuzz::targets().end()) {
    std::fprintf(stderr, "there is no target %s\n", name.c_str());
    return 2;
  }
  for (const char* file : files) {
    fuzz::outcome = 0;
    std::printf("%s\t", file);
    std::fflush(stdout);  // should the target break, this is the input
    target->run(read(file));
    std::printf("%016" PRIx64 "\n", fuzz::outcome);
  }
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count >= 3 && words[1] == std::string("--outcomes"))
    return tell_outcomes(words[2], std::span(words, static_cast<std::size_t>(count)).subspan(3));
  testing::InitGoogleTest(&count, words);
  return RUN_ALL_TESTS();
}
