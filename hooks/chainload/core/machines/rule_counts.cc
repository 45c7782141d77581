// SPDX-License-Identifier: MPL-2.0
// Sums and names.
#include "rule_counts.h"

#include <algorithm>

namespace chainload::core::machines {
namespace {

constexpr std::size_t reasons = static_cast<std::size_t>(Because::no_rule) + 1;

/// By the names that decide() gives them.
std::string_view reason_rule(Because because) {
  switch (because) {
    case Because::not_a_request:
      return "not-a-request";
    case Because::other_message:
      return "other-message";
    case Because::not_a_boot_client:
      return "not-a-boot-client";
    case Because::switched_off:
      return "switched-off";
    case Because::user_class_listed:
      return "script";
    case Because::no_script:
      return "no-script";
    case Because::raspberry_pi:
      return "raspberry-pi";
    case Because::architecture_not_known:
    case Because::architecture_not_served:
      return "no-firmware";
    case Because::no_rule:
      return "no-rule";
    case Because::rule_matched:
    case Because::architecture_served:
      break;
  }
  return {};
}

}  // namespace

std::size_t thread_number() {
  static std::atomic<std::size_t> next{0};
  thread_local const std::size_t number = next.fetch_add(1, std::memory_order_relaxed);
  return number;
}

ThreadCounts::ThreadCounts(std::size_t counters, std::size_t threads)
    : counters_(counters), base_(std::make_unique<Counter[]>(counters)) {
  for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) {
    rows_.push_back(std::make_unique<Counter[]>(counters));
  }
}

std::uint64_t ThreadCounts::sum(std::size_t counter) const {
  std::uint64_t sum = base_[counter].load(std::memory_order_relaxed);
  for (const auto& row : rows_) sum += row[counter].load(std::memory_order_relaxed);
  return sum;
}

RuleCounts::RuleCounts(const RuleSet& rules, std::size_t threads)
    : rules_(rules), counts_(rules.rules().size(), threads) {}

void RuleCounts::add(const Rule* rule) {
  const auto all = rules_.rules();
  // std::less orders pointers of different arrays too.
  const bool is_ours = !std::less<>()(rule, all.data()) && std::less<>()(rule, all.data() + all.size());
  if (rule != nullptr && is_ours) counts_.add(static_cast<std::size_t>(rule - all.data()));
}

void RuleCounts::go_on_from(const RuleCounts& earlier) {
  std::unordered_map<std::string_view, std::size_t> places;
  const auto before = earlier.rules_.rules();
  for (std::size_t i = 0; i < before.size(); ++i) places.emplace(before[i].name, i);
  const auto now = rules_.rules();
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (const auto found = places.find(now[i].name); found != places.end()) {
      counts_.set_base(i, earlier.of(found->second));
    }
  }
}

BuiltInCounts::BuiltInCounts(std::size_t threads) : counts_(reasons + architecture_count, threads) {}

void BuiltInCounts::add(const Decision& decision) {
  if (decision.because == Because::rule_matched) return;
  if (decision.because != Because::architecture_served) {
    counts_.add(static_cast<std::size_t>(decision.because));
  } else if (decision.architecture < architecture_count) {
    counts_.add(reasons + decision.architecture);
  }
}

std::vector<BuiltInCounts::Row> BuiltInCounts::rows() const {
  std::vector<Row> rows;
  const auto add = [&](std::string_view name, std::uint64_t count) {
    const std::string rule =
        name.starts_with("built-in/") ? std::string(name) : "built-in/" + std::string(name);
    const auto same =
        std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.rule == rule; });
    if (same != rows.end()) {
      same->count += count;
    } else if (count > 0) {
      rows.push_back({rule, count});
    }
  };
  for (std::size_t i = 0; i < reasons; ++i) add(reason_rule(static_cast<Because>(i)), counts_.sum(i));
  for (std::uint16_t i = 0; i < architecture_count; ++i) add(architecture_rule(i), counts_.sum(reasons + i));
  return rows;
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
