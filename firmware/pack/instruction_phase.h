// SPDX-License-Identifier: MPL-2.0
// Where in an x86 instruction the next byte stands. It need not be right, only the same for packer and stub.asm: it is
// a context of the predictor.
#pragma once

#include <cstdint>

namespace pack {

class InstructionPhase {
 public:
  enum : std::uint8_t { opcode = 0, second_opcode = 8, modrm = 16, sib = 24, displacement = 32, immediate = 48 };

  /// One of the above; the last two with 8 added for a long one, and how many bytes of it are to come.
  std::uint8_t phase() const { return phase_; }
  /// The instruction's opcode, with the ModR/M byte's part of it; between instructions the last one's.
  std::uint8_t operation() const { return operation_; }
  void put(std::uint8_t byte);

  /// What follows an opcode, two of them in a byte, the even one in the lower four bits: bits 0 and 1 the immediate
  /// (0 none, 1 one byte, 2 an operand, 3 two bytes), bit 2 a ModR/M byte; 8 is a prefix. stub.asm has the same table.
  static const std::uint8_t opcode_classes[128];

 private:
  enum : std::uint8_t { short_displacement = displacement + 1, long_displacement = displacement + 8 + 4 };

  void begin_displacement();
  void begin_immediate();

  std::uint8_t phase_ = opcode;
  std::uint8_t operation_ = 0;
  std::uint8_t class_ = 0;
  std::uint8_t displacement_ = 0;
  bool word_operand_ = false;
};

}  // namespace pack
