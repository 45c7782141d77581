// SPDX-License-Identifier: MPL-2.0
#include "pack/call_filter.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace pack {
namespace {

using Buffer = std::vector<std::uint8_t>;

TEST(CallFilter, two_calls_of_one_function_become_the_same_bytes) {
  Buffer code(100, 0x90);
  code[10] = code[40] = 0xe8;
  code[11] = 60 - 15;
  code[41] = 60 - 45;
  for (std::size_t i : {12, 13, 14, 42, 43, 44}) code[i] = 0;
  make_calls_absolute(code);
  EXPECT_EQ(Buffer(code.begin() + 11, code.begin() + 15), (Buffer{0, 0, 0, 56}));
  EXPECT_EQ(Buffer(code.begin() + 41, code.begin() + 45), (Buffer{0, 0, 0, 56}));
}

TEST(CallFilter, whatever_the_bytes_are_they_come_back) {
  std::mt19937 random(3);
  for (std::size_t size = 0; size < 400; ++size) {
    Buffer code(size);
    for (auto& byte : code) {
      static constexpr std::uint8_t likely[] = {0xe8, 0xe9, 0x00, 0xff, 0x01};
      byte = random() % 3 == 0 ? static_cast<std::uint8_t>(random()) : likely[random() % 5];
    }
    Buffer changed = code;
    make_calls_absolute(changed);
    make_calls_relative(changed);
    ASSERT_EQ(changed, code) << size;
  }
}

}  // namespace
}  // namespace pack
