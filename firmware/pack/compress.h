// SPDX-License-Identifier: MPL-2.0
// The packed stream that predictor.h describes, made and read. stub.asm reads it when the firmware starts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pack {

/// `code_size`: how many bytes from the first on are x86 code. Each attempt knows from the last what things cost.
std::vector<std::uint8_t> compress(const std::vector<std::uint8_t>& bytes, std::size_t code_size, int most_attempts = 8);

/// The `size` bytes that were compressed, or anything if `packed` is not what compress() made of them.
std::vector<std::uint8_t> decompress(const std::vector<std::uint8_t>& packed, std::size_t size, std::size_t code_size);

}  // namespace pack
