// SPDX-License-Identifier: MPL-2.0
// Nothing knows which E8 and E9 bytes are calls, so every value must come back from what it became. With n = size of
// the code and p = place of the four bytes, a distance d stands for an address in the code when -p <= d < n - p; it
// becomes d + p, in [0, n). The distances from n - p to n, which would now be doubles, become d - n, in [-p, 0). Both
// ranges together are [-p, n) before and after.
#include "pack/call_filter.h"

#include "base/bytes.h"

namespace pack {
namespace {

template <class Change>
void change_operands(std::span<std::uint8_t> code, Change change) {
  const auto size = static_cast<std::int32_t>(code.size());
  for (std::int32_t at = 0; at + 5 <= size;) {
    const std::uint8_t opcode = code[static_cast<std::size_t>(at++)];
    if ((opcode & 0xfe) != 0xe8) continue;
    change(&code[static_cast<std::size_t>(at)], at, size);
    at += 4;
  }
}

}  // namespace

void make_calls_absolute(std::span<std::uint8_t> code) {
  change_operands(code, [](std::uint8_t* operand, std::int32_t place, std::int32_t size) {
    auto value = static_cast<std::int32_t>(base::load_le32(operand));
    if (value >= -place && value < size - place) {
      value += place;
    } else if (value >= size - place && value < size) {
      value -= size;
    }
    base::store_be32(operand, static_cast<std::uint32_t>(value));
  });
}

void make_calls_relative(std::span<std::uint8_t> code) {
  change_operands(code, [](std::uint8_t* operand, std::int32_t place, std::int32_t size) {
    auto value = static_cast<std::int32_t>(base::load_be32(operand));
    if (value >= 0 && value < size) {
      value -= place;
    } else if (value >= -place && value < 0) {
      value += size;
    }
    base::store_le32(operand, static_cast<std::uint32_t>(value));
  });
}

}  // namespace pack
