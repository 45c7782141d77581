// SPDX-License-Identifier: MPL-2.0
#include "flow/machine_facts.h"

#if defined(__i386__) || defined(__x86_64__)
#include <cpuid.h>
#endif

namespace flow {

std::array<std::uint32_t, 4> cpuid_leaf([[maybe_unused]] std::uint32_t leaf) {
  std::array<std::uint32_t, 4> words{};
#if defined(__i386__) || defined(__x86_64__)
  static_cast<void>(__get_cpuid(leaf, &words[0], &words[1], &words[2], &words[3]));
#endif
  return words;
}

namespace {

/// "GenuineIntel", and the model's name as its maker wrote it, without the blanks before it.
void read_processor(settings::Machine& machine, MachineRoom& room) {
  const auto [most, b, c, d] = cpuid_leaf(0);
  const std::uint32_t vendor[] = {b, d, c};
  std::memcpy(room.cpu_vendor.data(), vendor, sizeof vendor);
  if (most != 0) machine.cpu_vendor = {room.cpu_vendor.data(), room.cpu_vendor.size()};
  for (std::uint32_t part = 0; part < 3; ++part) {
    const auto words = cpuid_leaf(0x80000002 + part);
    std::memcpy(room.cpu_model.data() + part * sizeof words, words.data(), sizeof words);
  }
  std::string_view model(room.cpu_model.data(), room.cpu_model.size());
  model = model.substr(0, model.find('\0'));
  while (model.starts_with(' ')) model.remove_prefix(1);
  machine.cpu_model = model;
}

}  // namespace

settings::Machine machine_of(platform::Platform& platform, MachineRoom& room) {
  const platform::BootInfo& info = platform.boot_info();
  settings::Machine machine;
  machine.mac = platform.nic().mac();
  if (info.pci) {
    room.bus_id[0] = 1;  // PCI
    base::store_be16(&room.bus_id[1], info.pci->vendor);
    base::store_be16(&room.bus_id[3], info.pci->device);
    machine.bus_id = room.bus_id;
  }
  machine.smbios_uuid = info.uuid;
  machine.smbios = info.smbios;
  machine.nic = platform.nic().driver();
  machine.version = CHAINLOAD_VERSION;
  machine.platform = info.platform;
  machine.build_arch = sizeof(void*) == 4 ? "i386" : "x86_64";
  std::uint64_t memory = platform.download_region().size();
  for (const base::PhysicalRange& range : platform.memory().free_ranges()) memory += range.size();
  machine.memory_mib = static_cast<std::uint32_t>(memory >> 20);
  read_processor(machine, room);
  return machine;
}

}  // namespace flow
