// SPDX-License-Identifier: MPL-2.0
// What the settings tell of the machine we run on.
#pragma once

#include "platform/platform.h"
#include "settings/store.h"

namespace flow {

/// Room for the facts that are put together here; outlives the settings.
struct MachineRoom {
  std::array<std::uint8_t, 5> bus_id;
  std::array<char, 48> cpu_model;
  std::array<char, 12> cpu_vendor;
};

settings::Machine machine_of(platform::Platform& platform, MachineRoom& room);

/// CPUID's four registers, in the order in which texts stand in them: EAX, EBX, ECX, EDX; zeros where the processor has
/// no such leaf.
std::array<std::uint32_t, 4> cpuid_leaf(std::uint32_t leaf);

}  // namespace flow
