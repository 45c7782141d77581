// SPDX-License-Identifier: MPL-2.0
// SHA-256 [fips180-4 6.2] of bytes that are all here.
#pragma once

#include <array>

#include "base/bytes.h"

namespace base {

std::array<std::uint8_t, 32> sha256(Bytes message);

}  // namespace base
