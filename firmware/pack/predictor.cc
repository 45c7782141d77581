// SPDX-License-Identifier: MPL-2.0
#include "pack/predictor.h"

#include <algorithm>

namespace pack {
namespace {

constexpr std::int32_t squash_reach = 2048;  // log odds of 8, in 1/256

/// The chance of 2^32 that log odds of at / 256 mean, for at + squash_reach; stub.asm makes the same table.
std::array<std::uint32_t, 2 * squash_reach + 1> make_squash_table() {
  std::array<std::uint32_t, 2 * squash_reach + 1> table;
  std::uint32_t other = 1u << 31;
  table[squash_reach] = other;
  for (int at = 1; at <= squash_reach; ++at) {
    other -= static_cast<std::uint32_t>(std::uint64_t{other} * (0u - other) >> 32 >> 8);
    table[static_cast<std::size_t>(squash_reach - at)] = other;
    table[static_cast<std::size_t>(squash_reach + at)] = ~other;
  }
  return table;
}

const auto squash_table = make_squash_table();

/// What a slot learns of what was missed, in 1/1024, by how often it has learnt.
constexpr std::uint8_t rates[] = {72, 46, 36, 28, 23, 20, 18, 16};

}  // namespace

Predictor::Predictor() : slots_(std::size_t{1} << slot_count_bits) {}

std::uint32_t Predictor::chance(std::uint32_t node) const {
  const std::int32_t sum = static_cast<std::int16_t>(slots_[slot(0, node)]) + static_cast<std::int16_t>(slots_[slot(1, node)]);
  return squash_table[static_cast<std::size_t>(squash_reach + std::clamp(sum >> 4, -squash_reach, squash_reach - 1))];
}

void Predictor::learn(std::uint32_t node, bool bit) {
  const auto expected = static_cast<std::int32_t>(chance(node) >> 16);
  const std::int32_t missed = ((bit ? 0xffff : 0) - expected);
  for (unsigned which : {0u, 1u}) {
    std::uint16_t& value = slots_[slot(which, node)];
    const unsigned count = value & 7;
    const std::int32_t step = (missed * rates[count] >> 10) & ~7;
    value = static_cast<std::uint16_t>(value + (count < 7) + step);
  }
}

}  // namespace pack
