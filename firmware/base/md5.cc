// SPDX-License-Identifier: MPL-2.0
#include "base/md5.h"

#include "base/hash_blocks.h"

namespace base {

namespace {

/// The sines of 1, 2, 3 … radians, whose first 32 bits are the rounds' constants [rfc1321 3.4]. A table of them would
/// take more room than sin(n+1) = 2 cos(1) sin(n) - sin(n-1), in numbers of 62 bits behind the point.
class Sines {
 public:
  std::uint32_t next() {
    const std::int64_t now = now_;
    const std::int64_t high = now >> 32;
    const std::uint64_t low = static_cast<std::uint32_t>(now);
    now_ += high * factor_high + static_cast<std::int64_t>(low * factor_high >> 32) + (high * factor_low >> 32) - before_;
    before_ = now;
    return static_cast<std::uint32_t>((now < 0 ? -now : now) >> 30);
  }

 private:
  // 2 cos(1) - 1, in two words behind the point
  static constexpr std::uint32_t factor_high = 0x14a280fb, factor_low = 0x5068b923;
  std::int64_t before_ = 0;
  std::int64_t now_ = 0x35daa91e1219dc08;  // sin(1)
};

constexpr std::uint8_t turns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
constexpr std::uint8_t word_steps[4] = {1, 5, 3, 7}, word_begins[4] = {0, 1, 5, 0};

void md5_block(std::uint32_t* state, const std::uint8_t* block) {
  Sines sines;
  std::uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  for (unsigned i = 0; i < 64; ++i) {
    const unsigned round = i >> 4;
    const std::uint32_t mixed = round == 0   ? (b & c) | (~b & d)
                                : round == 1 ? (d & b) | (~d & c)
                                : round == 2 ? b ^ c ^ d
                                             : c ^ (b | ~d);
    const unsigned word = (word_steps[round] * i + word_begins[round]) & 15;
    const std::uint32_t sum = a + mixed + sines.next() + load_le32(block + 4 * word);
    const unsigned turn = turns[round][i & 3];
    a = d;
    d = c;
    c = b;
    b += sum << turn | sum >> (32 - turn);
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
}

}  // namespace

std::array<std::uint8_t, 16> md5(Bytes message) {
  std::array<std::uint32_t, 4> state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  hash_blocks(message, false, md5_block, state.data());
  std::array<std::uint8_t, 16> digest;
  for (std::size_t k = 0; k < 4; ++k) store_le32(&digest[4 * k], state[k]);
  return digest;
}

}  // namespace base
