// SPDX-License-Identifier: MPL-2.0
// A token octet, then what it stands for: below 128, token + 1 octets as they are; from 128, token - 127
// zeros.
#include "kept_packet.h"

#include <cstring>
#include <limits>

namespace chainload::core::machines {
namespace {

constexpr std::size_t longest_run = 128;
constexpr std::size_t shortest_zeros = 3;  // shorter ones cost more than they save

std::size_t zeros_at(Bytes octets) {
  const std::size_t limit = std::min(longest_run, octets.size());
  std::size_t count = 0;
  for (std::uint64_t word = 0; limit - count >= sizeof(word); count += sizeof(word)) {
    std::memcpy(&word, octets.data() + count, sizeof(word));
    if (word != 0) break;
  }
  while (count < limit && octets[count] == 0) ++count;
  return count;
}

/// Up to the next zeros that are worth a token.
std::size_t plain_at(Bytes octets) {
  const std::size_t limit = std::min(longest_run, octets.size());
  std::size_t count = 0;
  while (count < limit) {
    const void* const zero = std::memchr(octets.data() + count, 0, limit - count);
    if (zero == nullptr) return limit;
    const std::size_t at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(zero) - octets.data());
    const bool is_run = octets.size() - at >= shortest_zeros && octets[at + 1] == 0 && octets[at + 2] == 0;
    if (is_run) return at;
    count = at + 1;
  }
  return limit;
}

}  // namespace

void KeptPacket::keep(Bytes packet) {
  original_len_ = static_cast<std::uint16_t>(
      std::min<std::size_t>(packet.size(), std::numeric_limits<std::uint16_t>::max()));
  if (!pack(packet)) packed_len_ = 0;
}

bool KeptPacket::pack(Bytes packet) {
  std::size_t used = 0;
  while (!packet.empty()) {
    const std::size_t zeros = zeros_at(packet);
    const bool is_zeros = zeros >= shortest_zeros;
    const std::size_t run = is_zeros ? zeros : plain_at(packet);
    const std::size_t needed = is_zeros ? 1 : 1 + run;
    if (needed > capacity - used) return false;
    packed_[used++] = static_cast<std::uint8_t>(is_zeros ? run + 127 : run - 1);
    if (!is_zeros) {
      std::copy_n(packet.begin(), run, packed_.begin() + static_cast<std::ptrdiff_t>(used));
      used += run;
    }
    packet = packet.subspan(run);
  }
  packed_len_ = static_cast<std::uint16_t>(used);
  return true;
}

std::vector<std::uint8_t> KeptPacket::octets() const {
  std::vector<std::uint8_t> octets;
  octets.reserve(packed_len_ == 0 ? 0 : original_len_);
  for (std::size_t at = 0; at < packed_len_;) {
    const std::uint8_t token = packed_[at++];
    if (token >= 128) {
      octets.resize(octets.size() + token - 127);
    } else {
      const auto from = packed_.begin() + static_cast<std::ptrdiff_t>(at);
      octets.insert(octets.end(), from, from + token + 1);
      at += token + 1u;
    }
  }
  return octets;
}

}  // namespace chainload::core::machines
