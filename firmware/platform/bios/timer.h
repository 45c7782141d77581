// SPDX-License-Identifier: MPL-2.0
// The machine's clock: PIT channel 0 and the BIOS's tick.
#pragma once

#include "platform/bios/tick_clock.h"

namespace bios {

class Timer {
 public:
  Timer();
  base::Instant now();
  /// The PIT's counter as it stands, for chance.
  static std::uint16_t counter();

 private:
  TickClock clock_;
};

}  // namespace bios
