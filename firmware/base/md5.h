// SPDX-License-Identifier: MPL-2.0
// MD5 [rfc1321] of bytes that are all here: for HTTP's Digest login, which servers still offer with it alone.
#pragma once

#include <array>

#include "base/bytes.h"

namespace base {

std::array<std::uint8_t, 16> md5(Bytes message);

}  // namespace base
