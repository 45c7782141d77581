// SPDX-License-Identifier: MPL-2.0
#include "wire/checksum.h"

namespace wire {
namespace {

/// One load, also where the library's memcpy is a call.
template <class Word>
Word load(const std::uint8_t* at) {
  Word word;
  __builtin_memcpy(&word, at, sizeof word);
  return word;
}

}  // namespace

// 32-bit words, eight to a turn: under emulation the cost of a frame is its instructions. The carries gather
// in the upper half of the 64-bit sum, which no frame can overflow.
void Checksum::add_fast(base::Bytes piece) {
  const std::uint8_t* at = piece.data();
  std::size_t left = piece.size();
  std::uint64_t sum = sum_;
  for (; left >= 32; left -= 32, at += 32) {
    sum += load<std::uint32_t>(at);
    sum += load<std::uint32_t>(at + 4);
    sum += load<std::uint32_t>(at + 8);
    sum += load<std::uint32_t>(at + 12);
    sum += load<std::uint32_t>(at + 16);
    sum += load<std::uint32_t>(at + 20);
    sum += load<std::uint32_t>(at + 24);
    sum += load<std::uint32_t>(at + 28);
  }
  for (; left >= 2; left -= 2, at += 2) sum += load<std::uint16_t>(at);
  if (left != 0) sum += to_memory_order(static_cast<std::uint16_t>(*at << 8));
  sum_ = sum;
}

}  // namespace wire
