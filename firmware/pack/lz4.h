// SPDX-License-Identifier: MPL-2.0
// The LZ4 block format, packed as small as it gets, and unpacked to prove it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace pack {

using Buffer = std::vector<std::uint8_t>;

/// The smallest LZ4 block for `plain` (optimal parsing). Ends with a sequence of literals only, perhaps none.
Buffer lz4_pack(const Buffer& plain);
/// What the stub's unpacker would make of it; nothing when it would read or write out of bounds.
std::optional<Buffer> lz4_unpack(const Buffer& packed);

}  // namespace pack
