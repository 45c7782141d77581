// SPDX-License-Identifier: MPL-2.0
// What a PC has of chance.
#pragma once

#include "base/entropy.h"

namespace bios {

class Chance {
 public:
  Chance();
  /// At each moment the outside decides: a frame came, a key was pressed.
  void event();
  /// RDRAND, the time stamp counter, the timer, the clock, and the events since the last time.
  void gather(base::EntropyPool& pool) const;

 private:
  std::uint64_t time_stamp() const;

  std::uint64_t events_ = 0;
  bool has_time_stamp_ = false;
  bool has_rdrand_ = false;
};

}  // namespace bios
