// SPDX-License-Identifier: MPL-2.0
// SipHash-2-4, a keyed hash for short inputs (Aumasson and Bernstein, 2012).
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace base {

struct SipKey {
  std::uint64_t k0 = 0;
  std::uint64_t k1 = 0;
};

std::uint64_t siphash(SipKey key, Bytes input);

}  // namespace base
