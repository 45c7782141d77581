// SPDX-License-Identifier: MPL-2.0
// A parse: the bytes cut into literals and matches.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

namespace pack {

struct Packet {
  std::uint32_t length = 1;    // 1: a literal
  std::uint32_t distance = 0;
  bool repeated = false;       // at the distance of the last match
};

inline std::uint32_t slot_of(std::uint32_t distance) {
  const std::uint32_t value = distance - 1;
  if (value < 4) return value;
  const auto top = static_cast<unsigned>(std::bit_width(value)) - 1;
  return top * 2 + (value >> (top - 1) & 1);
}
inline unsigned lower_bits(std::uint32_t slot) { return slot < 4 ? 0 : slot / 2 - 1; }

constexpr std::uint32_t longest_match = 256;

/// What packets cost in bits, measured in the last attempt and used to find a better one.
struct Costs {
  explicit Costs(std::size_t size);

  std::vector<double> literal, no_match, match;  // by place
  std::array<double, 2> repeated{};              // by the bit
  std::array<std::vector<double>, 2> length;     // new and repeated, by the number in the stream
  std::array<std::array<double, 64>, 4> slot{};  // by length
};

struct Found {
  std::uint32_t length, distance;
};
/// For each place the nearest match of each length, shorter ones first.
std::vector<std::vector<Found>> find_matches(const std::vector<std::uint8_t>& bytes);

/// The cheapest parse.
std::vector<Packet> find_packets(const std::vector<std::uint8_t>& bytes, const std::vector<std::vector<Found>>& matches,
                                 const Costs& costs);

}  // namespace pack
