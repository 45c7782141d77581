// SPDX-License-Identifier: MPL-2.0
// The machine's memory, told once and asked often: which physical ranges are RAM that nobody has claimed.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "base/address.h"
#include "base/result.h"

namespace base {

/// [begin, end); empty when they are equal, wrapped when the end stands before the beginning.
struct PhysicalRange {
  PhysicalAddress begin;
  PhysicalAddress end;

  /// As E820 tells it; wraps where the two do not fit 64 bits together.
  static constexpr PhysicalRange of_size(std::uint64_t begin, std::uint64_t size) {
    return {{begin}, {begin + size}};
  }

  constexpr std::uint64_t size() const { return end.value - begin.value; }
  constexpr bool overlaps(const PhysicalRange& other) const {
    return begin.value < other.end.value && other.begin.value < end.value;
  }
  constexpr bool contains(const PhysicalRange& other) const {
    return begin.value <= other.begin.value && other.end.value <= end.value;
  }
  /// What the two have in common; empty when that is nothing.
  constexpr PhysicalRange intersect(const PhysicalRange& other) const {
    const PhysicalAddress low = begin < other.begin ? other.begin : begin;
    const PhysicalAddress high = end < other.end ? end : other.end;
    return {low, high < low ? low : high};
  }
  constexpr bool operator==(const PhysicalRange&) const = default;
};

/// The free ranges, sorted, apart from each other. Overlapping claims are settled by "not free wins".
class MemoryMap {
 public:
  static constexpr std::size_t max_ranges = 64;

  /// `range` is usable RAM unless something else claims it. Ranges that wrap or are empty are ignored.
  void add_usable(PhysicalRange range);
  /// `range` is taken, whatever was or will be said of it. One that wraps takes all from its beginning on.
  void claim(PhysicalRange range);

  /// Free memory now: usable and not claimed, merged and sorted by address.
  std::span<const PhysicalRange> free_ranges() const { return {free_.data(), free_count_}; }
  /// Every byte of `range`; true for an empty one.
  bool is_free(PhysicalRange range) const;
  /// The highest `size` (not 0) bytes, aligned down to `alignment` (a power of two), wholly free inside
  /// `within`.
  Result<PhysicalRange> find_highest(std::uint64_t size, std::uint64_t alignment, PhysicalRange within) const;
  /// The largest free range inside `within`; empty when there is none.
  PhysicalRange largest(PhysicalRange within) const;
  /// True when more separate ranges were told than fit; the map then errs towards "not free".
  bool overflowed() const { return overflowed_; }

 private:
  void rebuild();

  std::array<PhysicalRange, max_ranges> usable_{};  // sorted, apart from each other, and so is the next
  std::array<PhysicalRange, max_ranges> claimed_{};
  std::array<PhysicalRange, 2 * max_ranges> free_{};
  std::size_t usable_count_ = 0;
  std::size_t claimed_count_ = 0;
  std::size_t free_count_ = 0;
  bool overflowed_ = false;
};

}  // namespace base
