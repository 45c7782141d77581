// SPDX-License-Identifier: MPL-2.0
#include "platform/bios/real_mode.h"

extern "C" const std::uint8_t low_code[], low_code_end[];  // low.asm, held by start.asm

namespace bios {

// Stored in the image though it is null: it is set before the zeroed variables exist, and moves home with the image.
[[gnu::section(".data")]] constinit LowData* low = nullptr;

namespace {

constexpr std::uint64_t descriptor(std::uint32_t base, std::uint32_t limit, std::uint8_t access, std::uint8_t flags) {
  return (limit & 0xffffU) | std::uint64_t{base & 0xffffffU} << 16 | std::uint64_t{access} << 40 |
         std::uint64_t{(limit >> 16) & 0xfU} << 48 | std::uint64_t{flags} << 52 | std::uint64_t{base >> 24} << 56;
}
// The accessed bit is set from the start, so that the processor never writes to the table.
constexpr std::uint8_t code_access = 0x9b, data_access = 0x93;
constexpr std::uint8_t flat32 = 0xc, narrow16 = 0x0;

}  // namespace

void install_low_block(std::uint32_t base) {
  std::memset(memory_at<std::uint8_t>(base), 0, low_block_size);
  std::memcpy(memory_at<std::uint8_t>(base), low_code, static_cast<std::size_t>(low_code_end - low_code));
  low = memory_at<LowData>(base + low_data_offset);
  const LowHeader& header = low_header();

  low->low_base = base;
  low->real_entry = {header.in_real, static_cast<std::uint16_t>(base >> 4)};
  low->protected_entry = base + header.in_protected;
  low->protected_selector = selector_code32;
  low->gdt[1] = descriptor(0, 0xfffff, code_access, flat32);
  low->gdt[2] = descriptor(0, 0xfffff, data_access, flat32);
  low->gdt[3] = descriptor(base, 0xffff, code_access, narrow16);
  low->gdt[4] = descriptor(base, 0xffff, data_access, narrow16);
  low->gdtr = {sizeof(low->gdt) - 1, linear_of(low->gdt)};
  low->ivtr = {0x3ff, 0};

  // The stub's own table goes with the stub. Its flat descriptors are the same as ours.
  asm volatile("lgdt %0" ::"m"(low->gdtr));
}

void set_interrupt_table(const void* table, std::uint16_t size) {
  low->idtr = {static_cast<std::uint16_t>(size - 1), linear_of(table)};
  asm volatile("lidt %0" ::"m"(low->idtr));
}

void run_in_real_mode(std::uint16_t routine) {
  std::uint32_t a = routine;
  std::uint32_t d = low_base();
  const std::uint32_t target = d + low_header().switch_to_real;
  asm volatile("call *%2" : "+a"(a), "+d"(d) : "r"(target) : "ecx", "memory", "cc");
}

void int_call(std::uint8_t vector, Registers& registers) {
  low->registers = registers;
  low->registers.vector = vector;
  run_in_real_mode(low_header().int_call);
  registers = low->registers;
}

bool pxe_call_raw(pxe::Opcode opcode, void* block, std::size_t size) {
  std::memcpy(low->parameters, block, size);
  low->pxe_opcode = static_cast<std::uint16_t>(opcode);
  run_in_real_mode(low_header().pxe_call);
  std::memcpy(block, low->parameters, size);
  return low->pxe_status == 0 && (low->parameters[0] | low->parameters[1]) == 0;
}

void leave_with(const EntryRegisters& registers) {
  low->leave = registers;
  run_in_real_mode(low_header().leave);
  __builtin_unreachable();
}

void leave_to_loader() {
  EntryRegisters registers = low->entry;
  const FarPointer stack{registers.sp, registers.ss};
  std::memcpy(&registers.start, memory_at<std::uint8_t>(stack.linear()), sizeof registers.start);
  registers.sp = static_cast<std::uint16_t>(registers.sp + sizeof registers.start);
  leave_with(registers);
}

void give_back_base_memory() { bios_data<std::uint16_t>(bda_base_memory_kb) = low->base_memory_kb; }

}  // namespace bios
