// SPDX-License-Identifier: MPL-2.0
// The decisions of impairment.h.
#include "impairment.h"

#include <algorithm>
#include <utility>

namespace wire {

std::uint64_t Random::next() {
  state_ += 0x9e3779b97f4a7c15u;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
  return mixed ^ (mixed >> 31);
}

double Random::fraction() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

std::uint64_t Random::below(std::uint64_t limit) {
  const std::uint64_t drawn = next();
  return limit == 0 ? 0 : drawn % limit;
}

void Impairment::accept(std::span<const std::uint8_t> frame, std::uint64_t now_us) {
  constexpr std::size_t addresses_len = 12;
  const bool drop = random_.fraction() < faults_.drop;
  const bool duplicate = random_.fraction() < faults_.duplicate;
  const bool reorder = random_.fraction() < faults_.reorder;
  const bool corrupt = random_.fraction() < faults_.corrupt && frame.size() > addresses_len;
  const std::uint64_t bit = random_.next();
  const std::uint64_t jitter_us = random_.below(faults_.jitter_us);

  ++counts_.frames;
  if (drop) {
    ++counts_.dropped;
    return;
  }
  std::vector<std::uint8_t> copy(frame.begin(), frame.end());
  if (corrupt) {
    ++counts_.corrupted;
    const std::uint64_t place = bit % ((frame.size() - addresses_len) * 8);
    copy[addresses_len + place / 8] ^= static_cast<std::uint8_t>(1u << (place % 8));
  }
  std::uint64_t due_us = now_us + faults_.delay_us + jitter_us;
  if (reorder) {
    ++counts_.reordered;
    due_us += faults_.reorder_us;
  } else {
    due_us = last_in_order_us_ = std::max(due_us, last_in_order_us_);
  }
  if (duplicate) {
    ++counts_.duplicated;
    schedule(copy, due_us);
  }
  schedule(std::move(copy), due_us);
}

void Impairment::schedule(std::vector<std::uint8_t> frame, std::uint64_t due_us) {
  under_way_.push({due_us, next_number_++, std::move(frame)});
}

std::optional<std::uint64_t> Impairment::due_at() const {
  if (under_way_.empty()) return std::nullopt;
  return under_way_.top().due_us;
}

std::optional<std::vector<std::uint8_t>> Impairment::take_due(std::uint64_t now_us) {
  if (under_way_.empty() || under_way_.top().due_us > now_us) return std::nullopt;
  std::vector<std::uint8_t> frame = under_way_.top().frame;
  under_way_.pop();
  ++counts_.delivered;
  return frame;
}

}  // namespace wire
