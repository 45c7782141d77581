// SPDX-License-Identifier: MPL-2.0
// Runs the fuzz target over its seeds as an ordinary test: our sample packets, whole and cut, and every file
// of the folder given, where past findings are kept. With --write FOLDER it writes the samples there for a
// fuzzing run.
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/sample_packets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int count, char** words) {
  using chainload::tests::samples;
  if (count == 3 && std::strcmp(words[1], "--write") == 0) {
    std::filesystem::create_directories(words[2]);
    for (const auto& sample : samples) {
      const auto payload = sample.query.payload();
      std::ofstream(std::string(words[2]) + "/" + sample.name, std::ios::binary)
          .write(reinterpret_cast<const char*>(payload.data()), static_cast<std::streamsize>(payload.size()));
    }
    return 0;
  }
  if (count != 2) {
    std::fprintf(stderr, "usage: facts_fuzz_seeds FOLDER | --write FOLDER\n");
    return 2;
  }
  std::size_t runs = 0;
  for (const auto& sample : samples) {
    const auto payload = sample.query.payload();
    for (std::size_t len = 0; len <= payload.size(); ++len, ++runs) {
      const std::vector<std::uint8_t> cut(payload.begin(),
                                          payload.begin() + static_cast<std::ptrdiff_t>(len));
      LLVMFuzzerTestOneInput(cut.data(), cut.size());
    }
  }
  for (const auto& entry : std::filesystem::directory_iterator(words[1])) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::vector<char> octets((std::istreambuf_iterator<char>(file)), {});
    const std::vector<std::uint8_t> input(octets.begin(), octets.end());
    LLVMFuzzerTestOneInput(input.data(), input.size());
    ++runs;
  }
  std::printf("%zu inputs\n", runs);
  return 0;
}
