// SPDX-License-Identifier: MPL-2.0
// How often one rule has answered, and when last: for whoever looks for rules that nobody needs any more.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace chainload::core {

/// A point in time, to the second, UTC. core/ has no clock: the caller says what time it is.
using Instant = std::chrono::sys_seconds;

/// One for each rule, whichever thread asks it: a counter for each thread too would be megabytes for a long
/// list, and two threads seldom meet in one rule.
class RuleTally {
 public:
  void add(Instant now) {
    hits_.fetch_add(1, std::memory_order_relaxed);
    last_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  }
  std::uint64_t hits() const { return hits_.load(std::memory_order_relaxed); }
  std::optional<Instant> last() const {
    const std::int64_t last = last_.load(std::memory_order_relaxed);
    return last == never ? std::nullopt : std::optional(Instant(std::chrono::seconds(last)));
  }

 private:
  static constexpr std::int64_t never = INT64_MIN;

  std::atomic<std::uint64_t> hits_{0};
  std::atomic<std::int64_t> last_{never};
};

}  // namespace chainload::core
