// SPDX-License-Identifier: MPL-2.0
// Simulated RAM of a PC, its memory map, and the carrying out of load plans in it.
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/load_plan.h"
#include "base/result.h"

namespace platform::host {

/// What execute() was asked for; the bytes themselves stand in the RAM.
struct Started {
  base::LoadPlan::Start kind{};
  std::uint16_t segment = 0, stack_top = 0;
  std::vector<base::LoadMove> moves;
  std::uint8_t drive = 0;
};

class HostMemory {
 public:
  /// `size` bytes from address 0, with the hole below 1 MiB where PCs have it, and places at the top of base
  /// memory and of RAM taken, as the firmware itself takes them on the BIOS.
  explicit HostMemory(std::uint64_t size);
  ~HostMemory();
  HostMemory(const HostMemory&) = delete;
  HostMemory& operator=(const HostMemory&) = delete;

  base::MemoryMap& map() { return map_; }
  base::PhysicalRange download_region() const { return download_region_; }
  /// Empty when the range is not RAM.
  base::MutBytes bytes(base::PhysicalRange range);
  /// Refuses a plan that touches anything but usable memory and the download region, before it writes a byte.
  base::Status carry_out(const base::LoadPlan& plan);
  const std::optional<Started>& started() const { return started_; }

 private:
  bool may_touch(base::PhysicalRange range) const;

  base::MutBytes ram_;
  base::MemoryMap map_;
  base::PhysicalRange download_region_;
  std::optional<Started> started_;
};

}  // namespace platform::host
