// SPDX-License-Identifier: MPL-2.0
// Many machines of one subnet in the same trouble at once are one message: their server is at fault, not
// they.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>

#include "moment.h"

namespace chainload::core::machines {

enum class Tell : std::uint8_t {
  nothing,  // it has been said
  machine,  // of this one
  subnet    // once for all of them: more than five are in the same trouble (check TFTP)
};

/// Bounded: as many subnets as it has places; two that share one forget each other's troubles.
class CrowdWatch {
 public:
  static constexpr std::size_t alone = 5;  // so many machines of a subnet are named one by one
  static constexpr Milliseconds window = std::chrono::minutes(3);

  enum class Trouble : std::uint8_t { retry, loop };

  /// A machine has got into this trouble. `machine` is any hash that tells it from others.
  Tell add(std::uint32_t subnet, Trouble trouble, std::uint64_t machine, Milliseconds now);

 private:
  static constexpr std::size_t places = 256;
  struct Crowd {
    std::uint32_t subnet = 0;
    Trouble trouble{};
    bool is_used = false;
    bool is_said = false;
    std::array<std::uint64_t, alone + 1> machines{};
    std::array<Milliseconds, alone + 1> seen{};
    std::size_t count = 0;
  };

  std::mutex mutex_;
  std::array<Crowd, places> crowds_{};
};

}  // namespace chainload::core::machines
