// SPDX-License-Identifier: MPL-2.0
// Names of statistics, and their copying.
#include "statistics.h"

#include <stats/stats_mgr.h>

#include <thread>

namespace chainload::kea {
namespace {

using core::machines::SubnetCounts;
using isc::stats::StatsMgr;

constexpr std::array<const char*, counted_kinds> total_names = {
    "chainload-boot-files", "chainload-left-alone", "chainload-not-boot-clients", "chainload-denied",
    "chainload-refused",    "chainload-failed",     "chainload-already-packed"};

constexpr std::array<const char*, core::machines::counted_kinds> subnet_names = {
    "chainload-boot-files", "chainload-left-alone", "chainload-denied", "chainload-refused",
    "chainload-overridden", "chainload-retries",    "chainload-loops",  "chainload-fallbacks"};

/// Those that Counters does not count.
bool has_total_of_its_own(SubnetCounted kind) {
  return kind >= SubnetCounted::overridden;
}

const char* statistic_name(SubnetCounted kind) {
  return subnet_names[static_cast<std::size_t>(kind)];
}

void add_to(const std::string& name, std::uint64_t count) {
  StatsMgr::instance().addValue(name, static_cast<std::int64_t>(count));
}

std::size_t threads() {
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 2, 64);
}

}  // namespace

Statistics::Statistics() {
  set_subnets({});
}

void Statistics::set_subnets(const std::vector<std::uint32_t>& subnets) {
  owned_.push_back(std::make_unique<SubnetCounts>(subnets, threads()));
  subnets_.store(owned_.back().get(), std::memory_order_release);
}

std::uint64_t Statistics::total(SubnetCounted kind) const {
  std::uint64_t total = 0;
  for (const auto& counts : owned_) total += counts->total(kind);
  return total;
}

void Statistics::copy() {
  if (!has_copied_) {  // so that they are there, and 0
    for (const char* const name : total_names) add_to(name, 0);
    for (const char* const name : subnet_names) add_to(name, 0);
    has_copied_ = true;
  }
  for (std::size_t i = 0; i < counted_kinds; ++i) {
    const std::uint64_t count = counters_.of(static_cast<Counted>(i));
    if (count != shown_[i]) add_to(total_names[i], count - shown_[i]);
    shown_[i] = count;
  }
  for (const auto& counts : owned_) {
    counts->each_changed([](std::uint32_t subnet, SubnetCounted kind, std::uint64_t, std::uint64_t added) {
      if (has_total_of_its_own(kind)) add_to(statistic_name(kind), added);
      if (subnet != 0) add_to(StatsMgr::generateName("subnet", subnet, statistic_name(kind)), added);
    });
  }
}

}  // namespace chainload::kea
