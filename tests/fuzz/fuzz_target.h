// SPDX-License-Identifier: MPL-2.0
// What every fuzz target of the firmware is written with. Built by clang, a target is a libFuzzer program of
// its own; otherwise all of them are in one program that runs their seeds.
#pragma once

#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace fuzz {

struct Target {
  const char* name;  // of its folder in seeds/
  void (*run)(base::Bytes input);
  std::size_t places = 300;  // of each seed that are cut and changed as an ordinary test
};

/// All targets of this program.
inline std::vector<Target>& targets() {
  static std::vector<Target> list;
  return list;
}

struct Registration {
  explicit Registration(Target target) { targets().push_back(target); }
};

/// What must hold for every input.
inline void require(bool holds) {
  if (!holds) __builtin_trap();
}

/// What came of the input so far. Every build of a target must come to the same.
inline std::uint64_t outcome = 0;

inline void note(std::uint64_t number) {
  outcome = (outcome ^ number) * 0x100'0000'01b3 + (outcome >> 32);
}
inline void note(base::Bytes bytes) {
  for (const std::uint8_t byte : bytes) note(std::uint64_t{byte});
  note(std::uint64_t{bytes.size()});
}
inline void note(std::string_view text) {
  note(base::as_bytes(text));
}

/// Takes numbers and pieces off the front of an input.
struct Reader {
  base::Bytes rest;

  std::uint8_t number() {
    if (rest.empty()) return 0;
    const std::uint8_t first = rest[0];
    rest = rest.subspan(1);
    return first;
  }
  base::Bytes piece(std::size_t size) {
    const base::Bytes taken = rest.first(size < rest.size() ? size : rest.size());
    rest = rest.subspan(taken.size());
    return taken;
  }
};

}  // namespace fuzz

#ifdef CHAINLOAD_LIBFUZZER
#define FUZZ_TARGET(name, ...)                                                        \
  static void fuzz_##name(base::Bytes input);                                         \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    fuzz_##name({data, size});                                                        \
    return 0;                                                                         \
  }                                                                                   \
  static void fuzz_##name(base::Bytes input)
#else
#define FUZZ_TARGET(name, ...)                                                                      \
  static void fuzz_##name(base::Bytes input);                                                       \
  static const fuzz::Registration register_##name({#name, fuzz_##name __VA_OPT__(, ) __VA_ARGS__}); \
  static void fuzz_##name(base::Bytes input)
#endif
