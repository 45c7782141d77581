// SPDX-License-Identifier: MPL-2.0
// What must lie where in memory before something else takes the machine, and how it is then started.
#pragma once

#include <cstdint>
#include <span>

#include "base/memory_map.h"

namespace base {

/// `size` bytes from `from` go to `to`; the zeroes behind them fill up to `to + size + zero_after`.
/// Moves are carried out in the order given, each like memmove.
struct LoadMove {
  PhysicalAddress from;
  PhysicalAddress to;
  std::uint64_t size = 0;
  std::uint64_t zero_after = 0;
};

struct LoadPlan {
  enum class Start : std::uint8_t {
    /// [linux/x86/boot 1.15] real-mode entry: CS = segment + 0x20, IP 0, DS = ES = SS = segment, SP = stack_top.
    linux_real_mode,
    /// [pxe 2.1, 4.4.5] a network boot program at 0000:7C00, with UNDI open and the ROM's !PXE and PXENV+ handed on.
    pxe_nbp,
    /// The first sector of the BIOS's disk `drive`, read by the platform itself; no moves.
    disk,
  };
  Start start{};
  std::span<const LoadMove> moves;
  std::uint16_t segment = 0;    // linux_real_mode
  std::uint16_t stack_top = 0;  // linux_real_mode
  std::uint8_t drive = 0;       // disk: as INT 13h counts, 0x80 is the first hard disk
};

}  // namespace base
