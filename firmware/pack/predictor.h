// SPDX-License-Identifier: MPL-2.0
// The model behind the packed stream. Each bit is predicted from two contexts. A context has a slot with how likely it
// makes a 1, as the logarithm of the odds; the two are added, and both learn from the bit what they missed. It mixes
// contexts without weights, and costs stub.asm some fifty instructions for a bit.
//
// The contexts of literals and packets: in code the instruction phase, and with it the opcode, but for displacements the
// byte before without its bits 3 to 5, which in a ModR/M byte name the other operand; in data one of all bytes, and the
// byte before.
//
// The stream: for each packet one bit, 0 a literal and 1 a match.
//   literal  eight bits, the uppermost first
//   match    one bit, 1: at the distance of the last match; number: length less 1
//                     0: number: length less 2; six bits: distance slot; lower bits of the distance, at even odds
//   number   bits in pairs: 1 and the next bit of the number, or 0 at its end; the number begins with a 1
//   slot     0 to 3: the distance less 1; else two upper bits 2 | slot % 2 before slot / 2 - 1 lower ones
// A number and a slot have contexts of their own; where the bits of literals and packets stand is their context.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "pack/instruction_phase.h"

namespace pack {

/// Rows of contexts besides the instruction phases.
enum : std::uint32_t { row_data = 64, row_repeated = 80, row_length, row_repeated_length, row_slot };  // four for slots
enum : std::uint32_t { node_packet = 256, node_repeated = 1 };  // and the next, when the last packet was a match
constexpr std::uint32_t least_length = 3, least_repeated_length = 2, slot_bits = 6;

class Predictor {
 public:
  Predictor();

  void set_context(std::uint32_t row, std::uint8_t column) {
    contexts_ = {row << node_bits, ((row + 1) << 8 | column) << node_bits};
  }
  /// The chance of a 1 for the bit of this node, of 2^32.
  std::uint32_t chance(std::uint32_t node) const;
  void learn(std::uint32_t node, bool bit);

 private:
  static constexpr unsigned node_bits = 10, slot_count_bits = 17;

  std::uint32_t slot(unsigned which, std::uint32_t node) const {
    return (contexts_[which] + node) * 0x9e3779b1u >> (32 - slot_count_bits);
  }

  std::array<std::uint32_t, 2> contexts_{};
  std::vector<std::uint16_t> slots_;  // bits 0 to 2: how often it has learnt, up to 7; above: log odds in 1/512
};

/// What both sides of the stream keep in step: the place, the last packets, the contexts that follow from them.
class StreamState {
 public:
  explicit StreamState(std::size_t code_size) : code_size_(code_size) {}

  void set_packet_context(Predictor& predictor, const std::vector<std::uint8_t>& bytes, std::size_t at) const {
    const std::uint8_t before = at == 0 ? 0 : bytes[at - 1], phase = phase_.phase();
    if (at >= code_size_) {
      predictor.set_context(row_data, before);
    } else if ((phase & 0xf0) == InstructionPhase::displacement) {
      predictor.set_context(phase, before & 0xc7);
    } else {
      predictor.set_context(phase, phase_.operation());
    }
  }
  void set_match_context(Predictor& predictor, std::uint32_t row) const { predictor.set_context(row, phase_.phase()); }
  static std::uint32_t slot_row(std::uint32_t length) {
    return row_slot + (length < least_length + 3 ? length - least_length : 3);
  }
  void put(std::uint8_t byte) { phase_.put(byte); }

  bool after_match = false;
  std::uint32_t distance = 1;

 private:
  std::size_t code_size_;
  InstructionPhase phase_;
};

}  // namespace pack
