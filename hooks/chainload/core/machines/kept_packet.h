// SPDX-License-Identifier: MPL-2.0
// The last query of a machine, whole or not at all. Most of a BOOTP message is zeros, in two places: the names that
// only a server fills in, and the end. They are left out.
#pragma once

#include <vector>

#include "core/facts/bytes.h"

namespace chainload::core::machines {

class KeptPacket {
 public:
  static constexpr std::size_t capacity = 448;  // kept: every boot program we know fits with room to spare

  KeptPacket() {}  // the octets stay as they are: a machine is made while a packet waits

  /// Keeps nothing when it does not fit.
  void keep(Bytes packet);

  /// The octets as they came; empty when none are kept.
  std::vector<std::uint8_t> octets() const;
  /// The length of the last query, kept or not.
  std::size_t original_len() const { return original_len_; }

 private:
  std::uint16_t kept_len_ = 0;
  std::uint16_t original_len_ = 0;
  bool has_names_ = false;  // sname and file are among the octets
  std::array<std::uint8_t, capacity> octets_;  // the first kept_len_ of them
};

}  // namespace chainload::core::machines
