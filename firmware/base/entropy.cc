// SPDX-License-Identifier: MPL-2.0
#include "base/entropy.h"

namespace base {

void EntropyPool::mix(Bytes sample) {
  const std::uint64_t left = siphash(state_, sample);
  const std::uint64_t right = siphash({state_.k1, ~state_.k0}, sample);
  state_.k0 ^= left;
  state_.k1 ^= right;
}

void EntropyPool::mix(std::uint64_t sample) {
  std::uint8_t bytes[8];
  std::memcpy(bytes, &sample, sizeof bytes);
  mix(Bytes(bytes));
}

std::uint64_t EntropyPool::next() {
  std::uint8_t bytes[8];
  ++counter_;
  std::memcpy(bytes, &counter_, sizeof bytes);
  const std::uint64_t drawn = siphash(state_, Bytes(bytes));
  // Forward only: what was drawn cannot be found again from the state that is left.
  state_.k0 += siphash({state_.k1, counter_}, Bytes(bytes));
  return drawn;
}

std::uint32_t EntropyPool::below(std::uint32_t bound) {
  return static_cast<std::uint32_t>((static_cast<std::uint64_t>(next_u32()) * bound) >> 32);
}

}  // namespace base
