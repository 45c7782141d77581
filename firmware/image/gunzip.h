// SPDX-License-Identifier: MPL-2.0
// What gzip packed [rfc1952, rfc1951], unpacked from memory to memory.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

namespace image {

bool is_gzip(base::Bytes file);

/// Unpacks every member of `file`, one behind the other, into `room`; how many bytes that were. It never writes past
/// `room`, whatever the file claims, and what it says of its size and its check sum must be true. `name` is for the
/// error.
base::Result<std::size_t> gunzip(base::Bytes file, std::string_view name, base::MutBytes room);

}  // namespace image
