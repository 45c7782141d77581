// SPDX-License-Identifier: MPL-2.0
// How stub.asm finds the addresses in the image without a table of them: their upper 12 bits, 0 as linked, are a mark
// that no other four bytes of the image bear.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace pack {

constexpr unsigned mark_shift = 20;

/// Puts a mark, which it returns, into the 32-bit address at each of these places; sorted, all of them below 1 MiB.
/// Nothing, and the image as it was, if each mark stands somewhere else too.
std::optional<std::uint32_t> mark_addresses(std::span<std::uint8_t> image, const std::vector<std::uint32_t>& places);

/// Takes the mark off, with the steps of stub.asm, and says where it stood.
std::vector<std::uint32_t> take_marks(std::span<std::uint8_t> image, std::uint32_t mark);

}  // namespace pack
