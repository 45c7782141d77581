// SPDX-License-Identifier: MPL-2.0
#include "base/hash_blocks.h"

#include <array>

namespace base {

void hash_blocks(Bytes message, bool is_big_endian, HashBlock process, std::uint32_t* state) {
  constexpr std::size_t block_size = 64;
  const std::uint64_t bits = std::uint64_t{message.size()} * 8;
  const std::uint32_t words[2] = {static_cast<std::uint32_t>(bits), static_cast<std::uint32_t>(bits >> 32)};
  for (; message.size() >= block_size; message = message.subspan(block_size)) process(state, message.data());
  std::array<std::uint8_t, 2 * block_size> tail{};
  copy_bytes(tail.data(), message);
  tail[message.size()] = 0x80;
  const std::size_t size = message.size() + 9 <= block_size ? block_size : 2 * block_size;
  for (unsigned i = 0; i < 8; ++i) {
    tail[size - 8 + (is_big_endian ? 7 - i : i)] = static_cast<std::uint8_t>(words[i / 4] >> 8 * (i % 4));
  }
  for (std::size_t at = 0; at < size; at += block_size) process(state, &tail[at]);
}

}  // namespace base
