// SPDX-License-Identifier: MPL-2.0
// The symbols pack/image.ld defines, and what lies behind the stored image: the stub's list of addresses.
#pragma once

#include <cstdint>

extern "C" {
extern std::uint8_t image_begin[];
extern std::uint8_t image_end[];   // of what is stored; the list follows while we stand where we were loaded
extern std::uint8_t memory_end[];  // of what is used: zeroes and the stack come after image_end
extern std::uint8_t main_stack_bottom[], main_stack_top[];
}
