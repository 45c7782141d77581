// SPDX-License-Identifier: MPL-2.0
// What came of each reply, counted without a lock.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace chainload::kea {

enum class Counted : std::uint8_t {
  booted,           // given a boot file
  left_alone,       // a boot client whose reply stays
  not_boot_client,  // everyone else, other messages included
  denied,           // the boot fields were taken out
  refused,          // a rule matched, but its answer could not be given
  failed,           // an exception was caught
  already_packed    // another library packed the reply before
};
inline constexpr std::size_t counted_kinds = 7;

class Counters {
 public:
  void add(Counted kind) { counts_[static_cast<std::size_t>(kind)].fetch_add(1, std::memory_order_relaxed); }
  std::uint64_t of(Counted kind) const {
    return counts_[static_cast<std::size_t>(kind)].load(std::memory_order_relaxed);
  }

 private:
  std::array<std::atomic<std::uint64_t>, counted_kinds> counts_{};
};

}  // namespace chainload::kea
