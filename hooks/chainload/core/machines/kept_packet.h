// SPDX-License-Identifier: MPL-2.0
// The last query of a machine, whole or not at all. Most of a BOOTP message is zeros: runs of them are kept
// as their length.
#pragma once

#include <vector>

#include "../bytes.h"

namespace chainload::core::machines {

class KeptPacket {
 public:
  static constexpr std::size_t capacity = 448;  // packed: every boot program we know fits with room to spare

  /// Keeps nothing when it does not fit.
  void keep(Bytes packet);

  /// The octets as they came; empty when none are kept.
  std::vector<std::uint8_t> octets() const;
  /// The length of the last query, kept or not.
  std::size_t original_len() const { return original_len_; }

 private:
  bool pack(Bytes packet);

  std::array<std::uint8_t, capacity> packed_{};
  std::uint16_t packed_len_ = 0;
  std::uint16_t original_len_ = 0;
};

}  // namespace chainload::core::machines
