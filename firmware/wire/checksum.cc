// SPDX-License-Identifier: MPL-2.0
#include "wire/checksum.h"

namespace wire {

// 32-bit words, eight to a turn: under emulation the cost of a frame is its instructions. The carries gather in the upper
// half of the 64-bit sum, which two frames of any size cannot overflow.
void Checksum::add_fast(base::Bytes piece) {
  const std::uint8_t* at = piece.data();
  std::size_t left = piece.size();
  std::uint64_t sum = sum_;
  for (; left >= 32; left -= 32, at += 32) {
    std::uint32_t words[8];
    std::memcpy(words, at, sizeof words);
    sum += words[0];
    sum += words[1];
    sum += words[2];
    sum += words[3];
    sum += words[4];
    sum += words[5];
    sum += words[6];
    sum += words[7];
  }
  for (; left >= 2; left -= 2, at += 2) {
    std::uint16_t word;
    std::memcpy(&word, at, sizeof word);
    sum += word;
  }
  if (left != 0) sum += to_memory_order(static_cast<std::uint16_t>(*at << 8));
  sum_ = sum;
}

}  // namespace wire
