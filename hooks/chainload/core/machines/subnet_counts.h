// SPDX-License-Identifier: MPL-2.0
// What came of the queries of each subnet: counted by each thread for itself, summed when asked.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/decide/decide.h"

namespace chainload::core::machines {

/// A number of the calling thread, small and counted from 0. Threads may share one when there are many.
std::size_t thread_number();

/// A fixed number of counters. add() is one uncontended addition, without a lock.
class ThreadCounts {
 public:
  ThreadCounts(std::size_t counters, std::size_t threads);

  std::size_t size() const { return counters_; }
  void add(std::size_t counter) {
    row(thread_number() % rows_.size())[counter].fetch_add(1, std::memory_order_relaxed);
  }
  /// Of all threads.
  std::uint64_t sum(std::size_t counter) const;

 private:
  using Counter = std::atomic<std::uint64_t>;
  Counter* row(std::size_t at) { return rows_[at].get(); }

  std::size_t counters_;
  std::vector<std::unique_ptr<Counter[]>> rows_;  // one for each thread
};

/// What is counted for each subnet.
enum class Counted : std::uint8_t {
  booted,
  left_alone,
  denied,
  refused,
  overridden,
  retried,
  looped,
  fell_back
};
inline constexpr std::size_t counted_kinds = 8;
std::string_view name_of(Counted kind);

class SubnetCounts {
 public:
  SubnetCounts(const std::vector<std::uint32_t>& subnets, std::size_t threads);

  /// A query without a subnet, or of one that is not known, counts in the total alone.
  void add(std::optional<std::uint32_t> subnet, Counted kind);
  std::uint64_t total(Counted kind) const;
  std::uint64_t of(std::uint32_t subnet, Counted kind) const;

  /// Calls `visit(subnet, kind, count, added)` for each count that has changed since the last call, with how
  /// much it has grown: for the copy that is made once a second, by one thread. Subnet 0 is of those that
  /// have none.
  template <class Visit>
  void each_changed(Visit&& visit) {
    visit_changed(0, 0, visit);
    for (const auto& [subnet, place] : places_) visit_changed(subnet, place, visit);
  }

 private:
  template <class Visit>
  void visit_changed(std::uint32_t subnet, std::size_t place, Visit&& visit) {
    for (std::size_t kind = 0; kind < counted_kinds; ++kind) {
      const std::size_t counter = place * counted_kinds + kind;
      const std::uint64_t count = counts_.sum(counter);
      const std::uint64_t before = std::exchange(shown_[counter], count);
      if (before != count) visit(subnet, static_cast<Counted>(kind), count, count - before);
    }
  }

  std::unordered_map<std::uint32_t, std::size_t> places_;  // from 1; 0 is of no subnet
  ThreadCounts counts_;
  std::vector<std::uint64_t> shown_;
};

}  // namespace chainload::core::machines
