// SPDX-License-Identifier: MPL-2.0
// SipHash-2-4 (Aumasson and Bernstein, 2012): with a secret key nobody can choose MACs that fall into one
// place of a table.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "core/facts/bytes.h"

namespace chainload::core::machines {

struct HashKey {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};

class KeyedHash {
 public:
  constexpr explicit KeyedHash(HashKey key) : key_(key) {}

  /// One small loop, called: spread out in every place it would be a dozen lines of the instruction cache in
  /// each.
  [[gnu::noinline]] constexpr std::uint64_t operator()(Bytes bytes) const {
    State state{key_.first ^ 0x736f6d6570736575, key_.second ^ 0x646f72616e646f6d,
                key_.first ^ 0x6c7967656e657261, key_.second ^ 0x7465646279746573};
    const std::size_t whole = bytes.size() / word_len;
    const std::uint64_t last = last_word(bytes) | std::uint64_t{bytes.size()} << 56;
    for (std::size_t i = 0; i < whole + 3; ++i) {
      // After the last word: four times stirred, nothing absorbed.
      const std::uint64_t next = i < whole    ? word(bytes.subspan(i * word_len, word_len))
                                 : i == whole ? last
                                              : 0;
      if (i == whole + 1) state.c ^= 0xff;
      state.absorb(next);
    }
    return state.a ^ state.b ^ state.c ^ state.d;
  }

 private:
  static constexpr std::size_t word_len = 8;

  struct State {
    std::uint64_t a, b, c, d;

    constexpr void stir() {
      a += b;
      b = std::rotl(b, 13) ^ a;
      a = std::rotl(a, 32);
      c += d;
      d = std::rotl(d, 16) ^ c;
      a += d;
      d = std::rotl(d, 21) ^ a;
      c += b;
      b = std::rotl(b, 17) ^ c;
      c = std::rotl(c, 32);
    }
    constexpr void absorb(std::uint64_t more) {
      d ^= more;
      stir();
      stir();
      a ^= more;
    }
  };

  /// Little-endian, of at most eight octets.
  static constexpr std::uint64_t word(Bytes octets) {
    std::uint64_t value = 0;
    if (!std::is_constant_evaluated() && std::endian::native == std::endian::little &&
        octets.size() == word_len) {
      std::memcpy(&value, octets.data(), word_len);
      return value;
    }
    for (std::size_t i = 0; i < octets.size(); ++i) value |= std::uint64_t{octets[i]} << (8 * i);
    return value;
  }

  /// What is left after the whole words.
  static constexpr std::uint64_t last_word(Bytes bytes) {
    const std::size_t left = bytes.size() % word_len;
    if (bytes.size() < word_len) return word(bytes);
    return left == 0 ? 0 : word(bytes.last(word_len)) >> (8 * (word_len - left));
  }

  HashKey key_;
};

}  // namespace chainload::core::machines
