// SPDX-License-Identifier: MPL-2.0
// Calls from protected mode into the BIOS and the PXE ROM.
#pragma once

#include <cstring>
#include <type_traits>

#include "platform/bios/low_layout.h"
#include "platform/bios/pxe_abi.h"

namespace bios {

/// The low block, once install_low_block() has made it.
extern LowData* low;

inline const LowHeader& low_header() { return *memory_at<const LowHeader>(linear_of(low) - low_data_offset); }
inline std::uint32_t low_base() { return linear_of(low) - low_data_offset; }
/// The far pointer to something inside the low block.
inline FarPointer low_far(const void* pointer) {
  const std::uint32_t base = low_base();
  return {static_cast<std::uint16_t>(linear_of(pointer) - base), static_cast<std::uint16_t>(base >> 4)};
}

/// Copies the real-mode code to `base` (a page below 1 MiB) and makes it ready to be called.
void install_low_block(std::uint32_t base);
/// Where exceptions go; until it is told, an exception resets the machine.
void set_interrupt_table(const void* table, std::uint16_t size);

/// Runs the routine of low.asm at this offset in real mode.
void run_in_real_mode(std::uint16_t routine);

/// All zero but AX, where BIOS calls take their function number.
inline Registers bios_function(std::uint16_t ax) {
  Registers registers{};
  registers.eax = ax;
  return registers;
}
/// A BIOS interrupt; the registers carry arguments and results.
void int_call(std::uint8_t vector, Registers& registers);

/// A PXE call. The block is copied down and, with its results, up again. True when exit code and status are both 0.
bool pxe_call_raw(pxe::Opcode opcode, void* block, std::size_t size);
template <class Block>
bool pxe_call(pxe::Opcode opcode, Block& block) {
  static_assert(std::is_trivially_copyable_v<Block> && sizeof(Block) <= sizeof(LowData::parameters));
  return pxe_call_raw(opcode, &block, sizeof(Block));
}

/// Leaves for good with these registers.
[[noreturn]] void leave_with(const EntryRegisters& registers);
/// Returns to who started us: the far return from its call, with AX as its low->entry says.
[[noreturn]] void leave_to_loader();
/// 40:13 as we found it.
void give_back_base_memory();

// Ports.
inline void out8(std::uint16_t port, std::uint8_t value) { asm volatile("outb %0, %1" ::"a"(value), "Nd"(port)); }
inline std::uint8_t in8(std::uint16_t port) {
  std::uint8_t value;
  asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

/// The BIOS data area's words [segment 40h].
template <class T>
volatile T& bios_data(std::uint16_t offset) {
  return *memory_at<volatile T>(0x400U + offset);
}
inline constexpr std::uint16_t bda_base_memory_kb = 0x13;
inline constexpr std::uint16_t bda_keyboard_head = 0x1a, bda_keyboard_tail = 0x1c;
inline constexpr std::uint16_t bda_ticks = 0x6c, bda_midnight = 0x70;

}  // namespace bios
