// SPDX-License-Identifier: MPL-2.0
// The low block: our only memory below 1 MiB, where real mode lives. low_layout.inc is the same table for low.asm.
// Page 0 is code, page 1 data, pages 2 and 3 the stack, the rest frames on their way in and out.
#pragma once

#include <cstddef>
#include <cstdint>

#include "platform/bios/far_pointer.h"

namespace bios {

inline constexpr std::uint32_t low_data_offset = 0x1000;
inline constexpr std::uint32_t low_rx_begin = 0x4000;
inline constexpr std::uint32_t low_rx_end = 0xa000;
inline constexpr std::uint32_t low_tx_begin = low_rx_end;
inline constexpr std::uint32_t low_block_size = 0xc000;
inline constexpr std::size_t rx_slot_count = 15;
inline constexpr std::size_t tx_block_count = 8;

enum : std::uint16_t { selector_code32 = 0x08, selector_data32 = 0x10, selector_code16 = 0x18, selector_data16 = 0x20 };

/// The first words of low.asm.
struct LowHeader {
  std::uint16_t layout_check, switch_to_real, in_real, in_protected;
  std::uint16_t int_call, pxe_call, exchange, teletype, leave;
};
static_assert(sizeof(LowHeader) == 18);

struct [[gnu::packed]] DescriptorTableRegister {
  std::uint16_t limit;
  std::uint32_t base;
};

/// The registers of a BIOS interrupt, in and out.
struct Registers {
  std::uint32_t eax, ebx, ecx, edx, esi, edi, ebp;
  std::uint16_t ds, es, flags, vector;

  static constexpr std::uint16_t carry_flag = 1;
  bool carry() const { return (flags & carry_flag) != 0; }
};
static_assert(sizeof(Registers) == 36 && offsetof(Registers, ds) == 28);

/// Every register as a real-mode program finds it. The stub pushes the part up to `eflags`.
struct EntryRegisters {
  std::uint16_t gs, fs, es, ds;
  std::uint32_t edi, esi, ebp, unused_esp, ebx, edx, ecx, eax;
  std::uint32_t eflags;
  std::uint16_t sp, ss;
  FarPointer start;
};
static_assert(sizeof(EntryRegisters) == 52 && offsetof(EntryRegisters, ebx) == 24 && offsetof(EntryRegisters, eax) == 36);
static_assert(offsetof(EntryRegisters, eflags) == 40 && offsetof(EntryRegisters, sp) == 44 &&
              offsetof(EntryRegisters, start) == 48);

/// [pxe 4.3.14] UNDI_ISR.
struct UndiIsr {
  std::uint16_t status, function, buffer_length, frame_length, header_length;
  FarPointer frame;
  std::uint8_t protocol, packet_type;
};
static_assert(sizeof(UndiIsr) == 16 && offsetof(UndiIsr, frame) == 10);

/// [pxe 4.3.9] UNDI_TRANSMIT with its buffer descriptor and destination behind it.
struct [[gnu::packed]] TransmitBlock {
  std::uint16_t status;
  std::uint8_t protocol;
  std::uint8_t broadcast;
  FarPointer destination;
  FarPointer descriptor;
  std::uint32_t reserved[2];
  struct {
    std::uint16_t immediate_length;
    FarPointer immediate;
    std::uint16_t fragment_count;
  } buffer;
  std::uint8_t destination_address[6];
  std::uint8_t padding[2];
};
static_assert(sizeof(TransmitBlock) == 36 && offsetof(TransmitBlock, destination) == 4 &&
              offsetof(TransmitBlock, descriptor) == 8 && offsetof(TransmitBlock, buffer) == 20 &&
              offsetof(TransmitBlock, destination_address) == 28);

/// [acpi 15] one answer of INT 15h AX=E820h.
struct [[gnu::packed]] E820Entry {
  std::uint64_t base, length;
  std::uint32_t type, attributes;
};
static_assert(sizeof(E820Entry) == 24 && offsetof(E820Entry, type) == 16);

struct FrameSlot {
  std::uint16_t offset, length;
};

/// What the packer wrote near the start of the file: who we are, byte for byte.
inline constexpr std::size_t image_stamp_size = 40;
inline constexpr std::uint32_t image_load_address = 0x7c00;
inline constexpr std::uint32_t image_stamp_offset = 16;
/// A word, 1 where the program goes back to its loader at the end: that is all in which undionly.kkpxe differs.
inline constexpr std::uint32_t image_returns_offset = image_stamp_offset + image_stamp_size + 20;

/// Page 1 of the low block.
struct [[gnu::packed]] LowData {
  std::uint32_t low_base;                   // 0x00
  std::uint32_t saved_esp;                  // 0x04
  std::uint16_t routine;                    // 0x08
  FarPointer real_entry;                    // 0x0a
  DescriptorTableRegister gdtr, idtr, ivtr;  // 0x0e, 0x14, 0x1a
  std::uint32_t protected_entry;            // 0x20
  std::uint16_t protected_selector;         // 0x24
  std::uint16_t reserved0;                  // 0x26
  std::uint64_t gdt[5];                     // 0x28
  Registers registers;                      // 0x50
  FarPointer pxe_entry;                     // 0x74
  std::uint16_t pxe_opcode, pxe_status;     // 0x78
  std::uint16_t text_length;                // 0x7c
  FarPointer int_target;                    // 0x7e
  std::uint16_t tx_count, tx_failed;        // 0x82
  std::uint16_t rx_count, rx_calls;         // 0x86
  std::uint16_t isr_continue, isr_start;    // 0x8a
  std::uint16_t text_attribute;             // 0x8e
  UndiIsr isr;                              // 0x90
  FrameSlot rx[rx_slot_count + 1];          // 0xa0
  TransmitBlock tx[tx_block_count];         // 0xe0
  std::uint8_t reserved2[0x30];             // 0x200
  EntryRegisters leave;                     // 0x230
  std::uint8_t reserved3[0x280 - 0x264];
  std::uint8_t parameters[0x100];           // 0x280
  EntryRegisters entry;                     // 0x380: as we were started
  std::uint16_t base_memory_kb;             // 0x3b4: 40:13 as found
  std::uint16_t e820_count;                 // 0x3b6
  std::uint8_t image_stamp[image_stamp_size];  // 0x3b8
  E820Entry e820_answer;                    // 0x3e0
  std::uint32_t returns_to_loader;          // 0x3f8
  std::uint8_t reserved4[0x400 - 0x3fc];
  E820Entry e820[64];                       // 0x400
  std::uint8_t reserved5[0xd00 - 0xa00];
  char text[0x300];                         // 0xd00
};
static_assert(sizeof(LowData) == 0x1000);
static_assert(offsetof(LowData, routine) == 0x08 && offsetof(LowData, real_entry) == 0x0a);
static_assert(offsetof(LowData, gdtr) == 0x0e && offsetof(LowData, idtr) == 0x14 && offsetof(LowData, ivtr) == 0x1a);
static_assert(offsetof(LowData, protected_entry) == 0x20 && offsetof(LowData, gdt) == 0x28);
static_assert(offsetof(LowData, registers) == 0x50 && offsetof(LowData, pxe_entry) == 0x74);
static_assert(offsetof(LowData, pxe_opcode) == 0x78 && offsetof(LowData, pxe_status) == 0x7a);
static_assert(offsetof(LowData, text_length) == 0x7c && offsetof(LowData, int_target) == 0x7e);
static_assert(offsetof(LowData, tx_count) == 0x82 && offsetof(LowData, tx_failed) == 0x84);
static_assert(offsetof(LowData, rx_count) == 0x86 && offsetof(LowData, rx_calls) == 0x88);
static_assert(offsetof(LowData, isr_continue) == 0x8a && offsetof(LowData, isr_start) == 0x8c &&
              offsetof(LowData, text_attribute) == 0x8e);
static_assert(offsetof(LowData, isr) == 0x90 && offsetof(LowData, rx) == 0xa0 && offsetof(LowData, tx) == 0xe0);
static_assert(offsetof(LowData, leave) == 0x230 && offsetof(LowData, parameters) == 0x280);
static_assert(offsetof(LowData, entry) == 0x380 && offsetof(LowData, e820_answer) == 0x3e0);
static_assert(offsetof(LowData, e820) == 0x400 && offsetof(LowData, text) == 0xd00);

}  // namespace bios
