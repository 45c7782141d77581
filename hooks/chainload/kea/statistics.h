// SPDX-License-Identifier: MPL-2.0
// What came of each reply, counted without a lock, and copied into the server's statistics once a second.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "core/machines/subnet_counts.h"
#include "counters.h"

namespace chainload::kea {

using SubnetCounted = core::machines::Counted;

class Statistics {
 public:
  Statistics();

  /// Counts of these are kept apart from now on. Called by the thread that configures.
  void set_subnets(const std::vector<std::uint32_t>& subnets);

  /// Of all replies. Any thread.
  void add(Counted kind) { counters_.add(kind); }
  /// Of a boot client of this subnet; of everything but outcomes also the total. Any thread.
  void add(std::optional<std::uint32_t> subnet, SubnetCounted kind) {
    subnets_.load(std::memory_order_acquire)->add(subnet, kind);
  }

  const Counters& counters() const { return counters_; }
  std::uint64_t total(SubnetCounted kind) const;

  /// What has been added since the last call goes into the server's manager, where `statistic-reset` and a
  /// reload of this library leave it as anyone expects. One thread, the one that the manager belongs to while
  /// multi-threading is off.
  void copy();

 private:
  Counters counters_;
  std::vector<std::unique_ptr<core::machines::SubnetCounts>> owned_;  // all that packets may still count in
  std::atomic<core::machines::SubnetCounts*> subnets_{nullptr};
  std::array<std::uint64_t, counted_kinds> shown_{};
  bool has_copied_ = false;
};

}  // namespace chainload::kea
