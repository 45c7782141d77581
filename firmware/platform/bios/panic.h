// SPDX-License-Identifier: MPL-2.0
// The end: a screen with what is known, on the display and the first serial port, and a halt.
#pragma once

#include <cstdint>
#include <string_view>

namespace bios {

/// Gates for the processor's 32 exceptions, in force from here on.
void catch_exceptions();

[[noreturn]] void panic(std::string_view why);

}  // namespace bios
