// SPDX-License-Identifier: MPL-2.0
// Two sorted lists, what is RAM and what is taken, and their difference. No machine is trusted to tell either
// in order.
#include "base/memory_map.h"

#include <utility>

namespace base {

namespace {

using Ranges = std::span<PhysicalRange>;

void erase(Ranges list, std::size_t& count, std::size_t first, std::size_t last) {
  while (last < count) list[first++] = list[last++];
  count = first;
}

/// Puts `range` in its place and melts it with what it touches. False when it would be one entry too many.
bool insert(Ranges list, std::size_t& count, PhysicalRange range) {
  std::size_t first = 0;
  while (first < count && list[first].end < range.begin) ++first;
  std::size_t last = first;
  while (last < count && list[last].begin <= range.end) {
    if (list[last].begin < range.begin) range.begin = list[last].begin;
    if (range.end < list[last].end) range.end = list[last].end;
    ++last;
  }
  if (last > first) {
    list[first] = range;
    erase(list, count, first + 1, last);
    return true;
  }
  if (count == list.size()) return false;
  for (std::size_t i = count++; i > first; --i) list[i] = list[i - 1];
  list[first] = range;
  return true;
}

}  // namespace

void MemoryMap::add_usable(PhysicalRange range) {
  if (range.end <= range.begin) return;
  if (!insert(usable_, usable_count_, range)) {
    overflowed_ = true;  // the smallest goes: it can hold the least
    std::size_t smallest = 0;
    for (std::size_t i = 1; i < usable_count_; ++i) {
      if (usable_[i].size() < usable_[smallest].size()) smallest = i;
    }
    if (usable_[smallest].size() >= range.size()) return;
    erase(usable_, usable_count_, smallest, smallest + 1);
    static_cast<void>(insert(usable_, usable_count_, range));
  }
  rebuild();
}

void MemoryMap::claim(PhysicalRange range) {
  if (range.end < range.begin) range.end = {UINT64_MAX};
  if (range.end == range.begin) return;
  if (!insert(claimed_, claimed_count_, range)) {
    overflowed_ = true;  // the two nearest neighbours become one, and the gap between them is lost
    std::size_t nearest = 0;
    const auto gap = [&](std::size_t i) { return claimed_[i + 1].begin.value - claimed_[i].end.value; };
    for (std::size_t i = 1; i + 1 < claimed_count_; ++i) {
      if (gap(i) < gap(nearest)) nearest = i;
    }
    claimed_[nearest].end = claimed_[nearest + 1].end;
    erase(claimed_, claimed_count_, nearest + 1, nearest + 2);
    static_cast<void>(insert(claimed_, claimed_count_, range));
  }
  rebuild();
}

void MemoryMap::rebuild() {
  free_count_ = 0;
  std::size_t next = 0;  // the first claim that can reach into this range or a later one
  for (std::size_t i = 0; i < usable_count_; ++i) {
    PhysicalRange rest = usable_[i];
    while (next < claimed_count_ && claimed_[next].end <= rest.begin) ++next;
    for (std::size_t c = next; c < claimed_count_ && claimed_[c].begin < rest.end; ++c) {
      if (rest.begin < claimed_[c].begin) free_[free_count_++] = {rest.begin, claimed_[c].begin};
      rest.begin = claimed_[c].end;
      if (rest.end <= rest.begin) break;
    }
    if (rest.begin < rest.end) free_[free_count_++] = rest;
  }
}

bool MemoryMap::is_free(PhysicalRange range) const {
  if (range.end < range.begin) return false;
  if (range.end == range.begin) return true;
  for (const PhysicalRange& free : free_ranges()) {
    if (free.contains(range)) return true;
  }
  return false;
}

Result<PhysicalRange> MemoryMap::find_highest(std::uint64_t size, std::uint64_t alignment,
                                              PhysicalRange within) const {
  for (std::size_t i = free_count_; i-- > 0;) {
    const PhysicalRange room = free_[i].intersect(within);
    if (room.size() < size) continue;
    const std::uint64_t begin = (room.end.value - size) & ~(alignment - 1);
    if (begin >= room.begin.value) return PhysicalRange::of_size(begin, size);
  }
  return Error(ErrorCode::no_memory,
               "No {} KiB of free memory in one piece below {} MiB: this machine needs more memory",
               (size + 1023) / 1024, within.end.value >> 20);
}

PhysicalRange MemoryMap::largest(PhysicalRange within) const {
  PhysicalRange best{};
  for (const PhysicalRange& free : free_ranges()) {
    const PhysicalRange room = free.intersect(within);
    if (room.size() > best.size()) best = room;
  }
  return best;
}

}  // namespace base
