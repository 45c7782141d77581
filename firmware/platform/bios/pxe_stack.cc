// SPDX-License-Identifier: MPL-2.0
#include "platform/bios/pxe_stack.h"

#include "platform/bios/real_mode.h"

namespace bios {
namespace {

constexpr std::uint32_t option_rom_begin = 0xa0000, real_mode_end = 0x100000;

/// What may be read from `linear` on: a length byte is all that can be claimed.
base::Bytes bytes_at(std::uint32_t linear) {
  constexpr std::uint32_t most = 0xff;
  if (linear == 0 || linear >= real_mode_end) return {};
  const std::uint32_t left = real_mode_end - linear;
  return {memory_at<const std::uint8_t>(linear), left < most ? left : most};
}

PxeStack bang_pxe_at(std::uint32_t linear) {
  const FarPointer entry = check_bang_pxe(bytes_at(linear));
  return entry.is_null() ? PxeStack{} : PxeStack{entry, "!PXE"};
}

PxeStack pxenv_at(std::uint32_t linear) {
  FarPointer bang{};
  const FarPointer entry = check_pxenv(bytes_at(linear), bang);
  if (entry.is_null()) return {};
  const PxeStack better = bang.is_null() ? PxeStack{} : bang_pxe_at(bang.linear());
  return better.found_by.empty() ? PxeStack{entry, "PXENV+"} : better;
}

PxeStack ask_interrupt_1a() {
  constexpr std::uint16_t installation_check = 0x5650, installed = 0x564e;
  Registers registers = bios_function(installation_check);
  int_call(0x1a, registers);
  if (registers.carry() || (registers.eax & 0xffff) != installed) return {};
  return pxenv_at(FarPointer{static_cast<std::uint16_t>(registers.ebx), registers.es}.linear());
}

}  // namespace

PxeStack find_pxe_stack() {
  const EntryRegisters& entry = low->entry;
  FarPointer on_stack{};
  const std::uint32_t argument = FarPointer{static_cast<std::uint16_t>(entry.sp + 4), entry.ss}.linear();
  std::memcpy(&on_stack, memory_at<std::uint8_t>(argument), sizeof on_stack);
  PxeStack found = bang_pxe_at(on_stack.linear());
  if (found.found_by.empty()) {
    found = pxenv_at(FarPointer{static_cast<std::uint16_t>(entry.ebx), entry.es}.linear());
  }
  if (found.found_by.empty()) found = ask_interrupt_1a();
  for (auto* const look : {bang_pxe_at, pxenv_at}) {
    for (std::uint32_t at = std::uint32_t{low->base_memory_kb} << 10; at < option_rom_begin && found.found_by.empty(); at += 16) {
      found = look(at);
    }
  }
  return found;
}

}  // namespace bios
