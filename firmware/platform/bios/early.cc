// SPDX-License-Identifier: MPL-2.0
// Runs at the low place where the stub unpacked us, on a small stack and without zeroed variables:
// makes the low block, finds the image's home at the top of memory, and moves there.
#include "platform/bios/bios_memory.h"
#include "platform/bios/image_layout.h"
#include "platform/bios/real_mode.h"
#include "platform/bios/screen.h"

extern "C" [[noreturn]] void enter_home(std::uint32_t delta);

/// Adds `delta` to every address in the copy of the image that lies so far behind it. `list`: where each stands in the
/// image itself, and a zero.
static void relocate(std::uint32_t delta, const std::uint32_t* list) {
  for (; *list != 0; ++list) {
    std::uint32_t address;
    std::memcpy(&address, bios::memory_at<std::uint8_t>(*list + delta), sizeof address);
    address += delta;
    std::memcpy(bios::memory_at<std::uint8_t>(*list + delta), &address, sizeof address);
  }
}

extern "C" [[noreturn]] void early_main(const bios::EntryRegisters* pushed, std::uint32_t stack, std::uint32_t low_base) {
  using namespace bios;
  std::uint8_t stamp[image_stamp_size];
  std::memcpy(stamp, memory_at<std::uint8_t>(image_load_address + image_stamp_offset), sizeof stamp);
  EntryRegisters entry;
  std::memcpy(&entry, pushed, offsetof(EntryRegisters, sp));
  entry.sp = static_cast<std::uint16_t>(stack + offsetof(EntryRegisters, sp));
  entry.ss = static_cast<std::uint16_t>(stack >> 16);
  entry.start = {static_cast<std::uint16_t>(image_load_address), 0};

  install_low_block(low_base);
  std::memcpy(low->image_stamp, stamp, sizeof stamp);
  low->returns_to_loader = *memory_at<std::uint32_t>(image_load_address + image_returns_offset);
  low->entry = entry;
  low->base_memory_kb = bios_data<std::uint16_t>(bda_base_memory_kb);
  bios_data<std::uint16_t>(bda_base_memory_kb) = static_cast<std::uint16_t>(low_base >> 10);

  read_memory_from_bios();
  base::MemoryMap map;
  tell_memory(map);
  const std::uint32_t used = linear_of(memory_end) - linear_of(image_begin);
  auto home = map.find_highest(used, 4096, {{one_mib}, {four_gib}});
  if (!home.ok()) {
    show_text("chainload: there is no free memory for the network boot firmware above 1 MiB; give the machine more\n");
    give_back_base_memory();
    low->entry.eax = 1;
    leave_to_loader();
  }

  const auto base = static_cast<std::uint32_t>(home->begin.value);
  const std::uint32_t delta = base - linear_of(image_begin);
  const std::uint32_t stored = linear_of(image_end) - linear_of(image_begin);
  std::memcpy(memory_at<std::uint8_t>(base), image_begin, stored);
  std::memset(memory_at<std::uint8_t>(base + stored), 0, used - stored);
  relocate(delta, reinterpret_cast<const std::uint32_t*>(image_end));
  enter_home(delta);
}
