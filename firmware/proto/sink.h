// SPDX-License-Identifier: MPL-2.0
// Where a download goes.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

namespace proto {

/// Bytes arrive in order, once, unless everything begins anew; an error from either function ends the download with that error.
struct Sink {
  void* self = nullptr;
  /// The server says how much is coming: before the first write. What then comes may be less or
  /// more.
  base::Status (*expect)(void* self, std::uint64_t total_bytes) = nullptr;
  base::Status (*write)(void* self, base::Bytes piece) = nullptr;
  /// What has come is worth nothing: a broken download begins anew.
  void (*rewind)(void* self) = nullptr;
};

}  // namespace proto
