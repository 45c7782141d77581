// SPDX-License-Identifier: MPL-2.0
// What the BIOS says about memory [acpi 15], and the MemoryMap made from it.
#pragma once

#include "base/memory_map.h"
#include "platform/bios/low_layout.h"

namespace bios {

inline constexpr std::uint64_t four_gib = 0x1'0000'0000;
inline constexpr std::uint64_t one_mib = 0x10'0000;

/// Asks INT 15h (E820h, else E801h, else 88h) and keeps the answers in the low block.
void read_memory_from_bios();
/// Tells `map` what read_memory_from_bios() heard: RAM is usable, everything else is claimed.
void tell_memory(base::MemoryMap& map);

}  // namespace bios
