// SPDX-License-Identifier: MPL-2.0
// Makes calls of the same function look the same wherever they stand, so that they pack better.
#pragma once

#include <cstdint>
#include <span>

namespace pack {

/// After each E8 (CALL) and E9 (JMP) byte in `code`, the next four bytes become, upper byte first, where it goes,
/// counted from the beginning of `code` (and less four), if it goes to somewhere in `code`.
void make_calls_absolute(std::span<std::uint8_t> code);
/// Takes that back, with the steps of stub.asm.
void make_calls_relative(std::span<std::uint8_t> code);

}  // namespace pack
