// SPDX-License-Identifier: MPL-2.0
// Keeps a message that every packet could cause from filling the log.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace chainload::kea {

class OnceAMinute {
 public:
  /// How many times it happened since it was last said, this time included; nothing when that is less than a
  /// minute ago.
  std::optional<std::uint64_t> happened(std::chrono::steady_clock::time_point now) {
    unsaid_.fetch_add(1, std::memory_order_relaxed);
    const std::int64_t seconds =
        std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    std::int64_t next = next_.load(std::memory_order_relaxed);
    if (seconds < next || !next_.compare_exchange_strong(next, seconds + 60, std::memory_order_relaxed)) {
      return std::nullopt;
    }
    return unsaid_.exchange(0, std::memory_order_relaxed);
  }

 private:
  std::atomic<std::int64_t> next_{INT64_MIN};
  std::atomic<std::uint64_t> unsaid_{0};
};

}  // namespace chainload::kea
