// SPDX-License-Identifier: MPL-2.0
#include "pack/instruction_phase.h"

#include <gtest/gtest.h>

#include <vector>

namespace pack {
namespace {

/// Whether each of these instructions begins where the one before it ends.
void expect_instructions(const std::vector<std::vector<std::uint8_t>>& instructions) {
  InstructionPhase phase;
  for (const auto& instruction : instructions) {
    EXPECT_EQ(phase.phase(), InstructionPhase::opcode) << "before " << int{instruction[0]};
    for (std::uint8_t byte : instruction) phase.put(byte);
  }
  EXPECT_EQ(phase.phase(), InstructionPhase::opcode) << "at the end";
}

TEST(InstructionPhase, instructions_of_every_shape_are_followed) {
  expect_instructions({{0x90}, {0x55}, {0x89, 0xe5}, {0x8b, 0x45, 0xfc}, {0x8b, 0x04, 0x24}, {0x8b, 0x44, 0x24, 0x08},
                       {0x8b, 0x84, 0x24, 0, 1, 0, 0}, {0xa1, 1, 2, 3, 4}, {0x8b, 0x0d, 1, 2, 3, 4}, {0x8b, 0x04, 0x85, 1, 2, 3, 4},
                       {0x83, 0xc4, 0x10}, {0x81, 0xec, 0, 2, 0, 0}, {0x66, 0xc7, 0x45, 0xfc, 1, 2}, {0x66, 0x89, 0xc8},
                       {0xc7, 0x44, 0x24, 4, 1, 2, 3, 4}, {0x0f, 0xb6, 0xc0}, {0x0f, 0x84, 1, 2, 3, 4}, {0x0f, 0xc8},
                       {0xe8, 1, 2, 3, 4}, {0xeb, 0xfe}, {0x74, 5}, {0xc2, 4, 0}, {0xf6, 0xc1, 1}, {0xf7, 0xc1, 1, 2, 3, 4},
                       {0xf7, 0xd9}, {0xf3, 0xa4}, {0x6a, 1}, {0x68, 1, 2, 3, 4}, {0x0f, 0x94, 0xc0}, {0xc3}});
}

TEST(InstructionPhase, where_the_modrm_byte_says_what_is_done_operations_differ) {
  const auto operation = [](std::initializer_list<std::uint8_t> instruction) {
    InstructionPhase phase;
    for (std::uint8_t byte : instruction) phase.put(byte);
    return phase.operation();
  };
  EXPECT_NE(operation({0x83, 0xc0, 1}), operation({0x83, 0xf8, 1}));  // ADD, CMP
  EXPECT_NE(operation({0xff, 0x10}), operation({0xff, 0x30}));        // CALL, PUSH
  EXPECT_EQ(operation({0x8b, 0x45, 4}), operation({0x8b, 0x5d, 4}));  // MOV to EAX, to EBX
}

}  // namespace
}  // namespace pack
