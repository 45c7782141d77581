// SPDX-License-Identifier: MPL-2.0
// The symbols pack/image.ld defines, and what lies behind the stored image: the packer's table of relocations.
#pragma once

#include <cstdint>

extern "C" {
extern std::uint8_t image_begin[];
extern std::uint8_t image_end[];   // of what is stored; the relocation table follows while we stand where we were loaded
extern std::uint8_t memory_end[];  // of what is used: zeroes and the stack come after image_end
extern std::uint8_t main_stack_bottom[], main_stack_top[];
}

namespace bios {

/// Adds `delta` to every address in the copy of the image at `base`. `table`: one byte per address, the distance to
/// the next from the one before (the first from the image's begin); 255 announces a distance of four bytes, 0 the end.
inline void relocate(std::uint8_t* base, std::uint32_t delta, const std::uint8_t* table) {
  std::uint8_t* at = base;
  while (*table != 0) {
    std::uint32_t distance = *table++;
    if (distance == 255) {
      __builtin_memcpy(&distance, table, sizeof distance);
      table += sizeof distance;
    }
    at += distance;
    std::uint32_t address;
    __builtin_memcpy(&address, at, sizeof address);
    address += delta;
    __builtin_memcpy(at, &address, sizeof address);
  }
}

}  // namespace bios
