// SPDX-License-Identifier: MPL-2.0
// Sums and names.
#include "subnet_counts.h"

#include <algorithm>

namespace chainload::core::machines {

std::size_t thread_number() {
  static std::atomic<std::size_t> next{0};
  thread_local const std::size_t number = next.fetch_add(1, std::memory_order_relaxed);
  return number;
}

ThreadCounts::ThreadCounts(std::size_t counters, std::size_t threads) : counters_(counters) {
  for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) {
    rows_.push_back(std::make_unique<Counter[]>(counters));
  }
}

std::uint64_t ThreadCounts::sum(std::size_t counter) const {
  std::uint64_t sum = 0;
  for (const auto& row : rows_) sum += row[counter].load(std::memory_order_relaxed);
  return sum;
}

std::string_view name_of(Counted kind) {
  constexpr std::array<std::string_view, counted_kinds> names = {
      "booted", "left-alone", "denied", "refused", "overridden", "retried", "looped", "fell-back"};
  return names[static_cast<std::size_t>(kind)];
}

SubnetCounts::SubnetCounts(const std::vector<std::uint32_t>& subnets, std::size_t threads)
    : counts_((subnets.size() + 1) * counted_kinds, threads), shown_(counts_.size()) {
  for (const std::uint32_t subnet : subnets) places_.emplace(subnet, places_.size() + 1);
}

void SubnetCounts::add(std::optional<std::uint32_t> subnet, Counted kind) {
  std::size_t place = 0;
  if (subnet) {
    const auto found = places_.find(*subnet);
    if (found != places_.end()) place = found->second;
  }
  counts_.add(place * counted_kinds + static_cast<std::size_t>(kind));
}

std::uint64_t SubnetCounts::total(Counted kind) const {
  std::uint64_t total = 0;
  for (std::size_t place = 0; place <= places_.size(); ++place) {
    total += counts_.sum(place * counted_kinds + static_cast<std::size_t>(kind));
  }
  return total;
}

std::uint64_t SubnetCounts::of(std::uint32_t subnet, Counted kind) const {
  const auto found = places_.find(subnet);
  return found == places_.end() ? 0
                                : counts_.sum(found->second * counted_kinds + static_cast<std::size_t>(kind));
}

}  // namespace chainload::core::machines
