// SPDX-License-Identifier: MPL-2.0
// The internet checksum [rfc1071] and the pseudo header that UDP and TCP put before it.
#pragma once

#include <bit>
#include <type_traits>

#include "base/address.h"
#include "base/bytes.h"

namespace wire {

/// A running one's-complement sum of 16-bit words, kept in memory order until finish().
class Checksum {
 public:
  /// Every piece but the last must have an even length.
  constexpr void add(base::Bytes piece) {
    if (std::is_constant_evaluated()) {
      for (std::size_t i = 0; i < piece.size(); i += 2) {
        const std::uint8_t pair[2] = {piece[i], i + 1 < piece.size() ? piece[i + 1] : std::uint8_t{0}};
        add_word(base::load_be16(pair));
      }
    } else {
      add_fast(piece);
    }
  }
  /// One 16-bit word, in host order.
  constexpr void add_word(std::uint16_t word) { sum_ += to_memory_order(word); }
  /// The addresses, protocol and length of [rfc768] and [rfc793 3.1].
  constexpr void add_pseudo_header(base::Ipv4Address source, base::Ipv4Address destination,
                                   std::uint8_t protocol, std::size_t length) {
    for (const std::uint32_t address : {source.value, destination.value}) {
      add_word(static_cast<std::uint16_t>(address >> 16));
      add_word(static_cast<std::uint16_t>(address));
    }
    add_word(protocol);
    add_word(static_cast<std::uint16_t>(length));
  }
  /// The number to write into the field; 0 when the sum already covers a right checksum.
  constexpr std::uint16_t finish() const {
    std::uint64_t sum = sum_;
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~to_memory_order(static_cast<std::uint16_t>(sum)));
  }

 private:
  static constexpr std::uint16_t to_memory_order(std::uint16_t word) {
    return std::endian::native == std::endian::little ? static_cast<std::uint16_t>(word << 8 | word >> 8)
                                                      : word;
  }
  void add_fast(base::Bytes piece);

  std::uint64_t sum_ = 0;
};

}  // namespace wire
