// SPDX-License-Identifier: MPL-2.0
// What MD5 and the SHA family have in common: a message is padded to whole blocks of 64 bytes.
#pragma once

#include "base/bytes.h"

namespace base {

using HashBlock = void (*)(std::uint32_t* state, const std::uint8_t* block);

/// Hands `message`, a one bit, zeros and the length in bits to `process`, block by block [fips180-4 5.1.1, rfc1321 3.1].
void hash_blocks(Bytes message, bool is_big_endian, HashBlock process, std::uint32_t* state);

}  // namespace base
