// SPDX-License-Identifier: MPL-2.0
#include "platform/host/host_memory.h"

#include <sys/mman.h>

#include <cstdlib>

namespace platform::host {
namespace {

constexpr std::uint64_t low_begin = 0x600;  // behind the interrupt table and the BIOS's own data
constexpr std::uint64_t nbp_begin = 0x7c00;
constexpr std::uint64_t low_end = 0x98000;  // above: what our real-mode part takes, and the ROM's UNDI
constexpr std::uint64_t high_begin = 0x100000;
constexpr std::uint64_t image_size = 0x80000;  // as if the firmware sat at the top of RAM

base::PhysicalRange range_of(base::PhysicalAddress begin, std::uint64_t size) {
  return {begin, begin + size};
}

/// Zeros that cost nothing until they are touched.
base::MutBytes map_zeros(std::uint64_t size) {
  void* memory = ::mmap(nullptr, static_cast<std::size_t>(size), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) std::abort();
  return {static_cast<std::uint8_t*>(memory), static_cast<std::size_t>(size)};
}

}  // namespace

HostMemory::HostMemory(std::uint64_t size) : ram_(map_zeros(size)) {
  static_assert(low_begin < nbp_begin && nbp_begin < low_end);
  map_.add_usable({{low_begin}, {low_end}});
  if (size > high_begin + image_size) map_.add_usable({{high_begin}, {size - image_size}});
  download_region_ = map_.largest({{high_begin}, {0x1'0000'0000}});
  map_.claim(download_region_);
}

HostMemory::~HostMemory() {
  ::munmap(ram_.data(), ram_.size());
}

base::MutBytes HostMemory::bytes(base::PhysicalRange range) {
  if (range.end < range.begin || range.end.value > ram_.size()) return {};
  return ram_.subspan(static_cast<std::size_t>(range.begin.value), static_cast<std::size_t>(range.size()));
}

bool HostMemory::may_touch(base::PhysicalRange range) const {
  return range.begin <= range.end && (download_region_.contains(range) || map_.is_free(range));
}

base::Status HostMemory::carry_out(const base::LoadPlan& plan) {
  for (const base::LoadMove& move : plan.moves) {
    if (move.size > ram_.size() || move.zero_after > ram_.size() ||
        !may_touch(range_of(move.to, move.size + move.zero_after)) ||
        !may_touch(range_of(move.from, move.size))) {
      return base::Error(base::ErrorCode::invalid,
                         "the load plan moves {} bytes to {}, which is not free memory: nothing was started",
                         move.size, base::Hex{move.to.value, 8});
    }
  }
  for (const base::LoadMove& move : plan.moves) {
    const auto size = static_cast<std::size_t>(move.size);
    std::uint8_t* to = ram_.data() + move.to.value;
    std::memmove(to, ram_.data() + move.from.value, size);
    std::memset(to + size, 0, static_cast<std::size_t>(move.zero_after));
  }
  started_ = Started{plan.start, plan.segment, plan.stack_top, {plan.moves.begin(), plan.moves.end()}, plan.drive};
  return base::Done{};
}

}  // namespace platform::host
