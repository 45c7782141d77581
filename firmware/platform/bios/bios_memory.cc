// SPDX-License-Identifier: MPL-2.0
#include "platform/bios/bios_memory.h"

#include "platform/bios/real_mode.h"

namespace bios {
namespace {

constexpr std::uint32_t smap = 0x534d4150;
constexpr std::uint32_t ram = 1;
constexpr std::size_t max_entries = sizeof(LowData::e820) / sizeof(E820Entry);

void keep(std::uint64_t begin, std::uint64_t length, std::uint32_t type) {
  if (length == 0 || low->e820_count == max_entries) return;
  low->e820[low->e820_count++] = {begin, length, type, 1};
}

/// False when the BIOS does not know the call or tells of no memory above 1 MiB.
bool read_e820() {
  Registers registers{};
  std::uint32_t continuation = 0;
  bool found_high = false;
  for (std::size_t i = 0; i < 2 * max_entries; ++i) {
    std::memset(&low->e820_answer, 0, sizeof low->e820_answer);
    low->e820_answer.attributes = 1;  // for a BIOS that gives 20 bytes and says 24
    const FarPointer buffer = low_far(&low->e820_answer);
    registers = {};
    registers.eax = 0xe820;
    registers.ebx = continuation;
    registers.ecx = sizeof(E820Entry);
    registers.edx = smap;
    registers.edi = buffer.offset;
    registers.es = buffer.segment;
    int_call(0x15, registers);
    if (registers.eax != smap || (registers.carry() && continuation == 0)) return false;
    if (registers.carry()) break;  // some BIOSes say the end this way
    const E820Entry& answer = low->e820_answer;
    // [acpi 15.1] bit 0 of the extended attributes clear: ignore the entry. Told only by answers of 24 bytes.
    const bool ignored = registers.ecx >= sizeof(E820Entry) && (answer.attributes & 1) == 0;
    if (!ignored) {
      keep(answer.base, answer.length, answer.type);
      found_high |= answer.type == ram && answer.base + answer.length > one_mib;
    }
    continuation = registers.ebx;
    if (continuation == 0) break;
  }
  return found_high;
}

bool read_e801() {
  Registers registers = bios_function(0xe801);
  int_call(0x15, registers);
  if (registers.carry()) return false;
  // AX, BX or CX, DX: KiB between 1 and 16 MiB, and 64 KiB blocks above 16 MiB.
  std::uint32_t kib = registers.eax & 0xffff;
  std::uint32_t blocks = registers.ebx & 0xffff;
  if (kib == 0 && blocks == 0) {
    kib = registers.ecx & 0xffff;
    blocks = registers.edx & 0xffff;
  }
  keep(one_mib, std::uint64_t{kib} << 10, ram);
  keep(16 * one_mib, std::uint64_t{blocks} << 16, ram);
  return kib != 0 || blocks != 0;
}

void read_88() {
  Registers registers = bios_function(0x8800);
  int_call(0x15, registers);
  if (!registers.carry()) keep(one_mib, std::uint64_t{registers.eax & 0xffff} << 10, ram);
}

}  // namespace

void read_memory_from_bios() {
  low->e820_count = 0;
  if (read_e820()) return;
  low->e820_count = 0;
  keep(0, std::uint64_t{low->base_memory_kb} << 10, ram);
  if (!read_e801()) read_88();
}

void tell_memory(base::MemoryMap& map) {
  for (std::size_t i = 0; i < low->e820_count; ++i) {
    const E820Entry& entry = low->e820[i];
    const std::uint64_t base = entry.base;
    const std::uint64_t room = ~base;
    const base::PhysicalRange range{{base}, {base + (entry.length < room ? entry.length : room)}};
    if (entry.type == ram) {
      map.add_usable(range);
    } else {
      map.claim(range);
    }
  }
}

}  // namespace bios
