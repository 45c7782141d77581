// SPDX-License-Identifier: MPL-2.0
// Giving the machine to what was loaded. Everything is checked before the first byte is overwritten; the moves run
// from the image's home and the last step from the low block, and no move may touch either.
#include "platform/bios/bios_memory.h"
#include "platform/bios/bios_platform.h"
#include "platform/bios/image_layout.h"

namespace bios {
namespace {

constexpr std::uint64_t bios_data_end = 0x500;

void carry_out(std::span<const base::LoadMove> moves) {
  for (const base::LoadMove& move : moves) {
    auto* const to = memory_at<std::uint8_t>(static_cast<std::uint32_t>(move.to.value));
    std::memmove(to, memory_at<std::uint8_t>(static_cast<std::uint32_t>(move.from.value)), static_cast<std::size_t>(move.size));
    std::memset(to + move.size, 0, static_cast<std::size_t>(move.zero_after));
  }
}

}  // namespace

base::Status BiosPlatform::check(const base::LoadPlan& plan) const {
  const base::PhysicalRange ours{{linear_of(image_begin)}, {linear_of(memory_end)}};
  const base::PhysicalRange below_one_mib{{low_base()}, {one_mib}};
  for (const base::LoadMove& move : plan.moves) {
    const std::uint64_t size = move.size + move.zero_after;
    const base::PhysicalRange target{move.to, move.to + size};
    if (size < move.size || move.to.value >= four_gib || size > four_gib - move.to.value || move.from.value >= four_gib ||
        move.size > four_gib - move.from.value) {
      return base::Error(base::ErrorCode::too_large, "the program does not fit below 4 GiB, where a BIOS can start it");
    }
    if (target.begin.value < bios_data_end || target.overlaps(below_one_mib) || target.overlaps(ours)) {
      return base::Error(base::ErrorCode::too_large,
                         "the program cannot be put at {} to {}: that memory belongs to the BIOS, the network ROM or this "
                         "firmware; use a smaller program or a machine with more memory",
                         base::Hex{target.begin.value}, base::Hex{target.end.value});
    }
  }
  return base::Done{};
}

base::Status BiosPlatform::execute(const base::LoadPlan& plan) {
  show_all();
  if (base::Status checked = check(plan); !checked) return checked;
  if (plan.start == base::LoadPlan::Start::disk) return start_disk(plan.drive);
  if (plan.start == base::LoadPlan::Start::linux_real_mode) start_linux(plan);
  start_pxe_nbp(plan);
}

void BiosPlatform::start_linux(const base::LoadPlan& plan) {
  constexpr std::uint16_t entry_paragraphs = 0x20;  // [linux/x86/boot 1.15]
  // First, so that the ROM finds the memory size it knows when it gives back what is its own.
  give_back_base_memory();
  nic_.shut_down_for_good();
  carry_out(plan.moves);
  EntryRegisters registers{};
  registers.ds = registers.es = registers.fs = registers.gs = registers.ss = plan.segment;
  registers.sp = plan.stack_top;
  registers.start = {0, static_cast<std::uint16_t>(plan.segment + entry_paragraphs)};
  leave_with(registers);
}

// As the BIOS itself starts a disk: its first sector at 0000:7C00, DL = its number.
base::Status BiosPlatform::start_disk(std::uint8_t drive) {
  constexpr std::size_t sector_size = 512;
  static_assert(sector_size <= sizeof low->text);
  const FarPointer buffer = low_far(low->text);
  Registers registers = bios_function(0x0201);  // read one sector
  registers.ebx = buffer.offset;
  registers.es = buffer.segment;
  registers.ecx = 1;  // cylinder 0, sector 1
  registers.edx = drive;
  int_call(0x13, registers);
  if (registers.carry()) {
    return base::Error(base::ErrorCode::not_found,
                       "The BIOS reads nothing from drive 0x{}: is there a disk, and does the BIOS setup show it?",
                       base::Hex{drive, 2});
  }
  const auto* const sector = memory_at<const std::uint8_t>(linear_of(low->text));
  if (base::load_le16(sector + sector_size - 2) != 0xaa55) {
    return base::Error(base::ErrorCode::malformed, "Drive 0x{} cannot be booted from: its first sector has no signature",
                       base::Hex{drive, 2});
  }
  std::memcpy(memory_at<std::uint8_t>(image_load_address), sector, sector_size);
  give_back_base_memory();
  nic_.shut_down_for_good();
  EntryRegisters entry{};
  entry.edx = drive;
  entry.sp = image_load_address;
  entry.start = {image_load_address, 0};
  leave_with(entry);
}

// INT 18h says that this device boots nothing [bbs 6.7]; the ROM has unloaded what it can.
void BiosPlatform::start_next_device() {
  console().write("The machine goes on to its next boot device.\n");
  show_all();
  give_back_base_memory();
  nic_.shut_down_for_good();
  EntryRegisters entry{};
  entry.sp = image_load_address;
  entry.start = *memory_at<const FarPointer>(0x18 * sizeof(FarPointer));
  leave_with(entry);
}

// By the keyboard controller, as every PC since the AT can be; by APM [apm 4.6] where there is one.
base::Status BiosPlatform::restart(bool power_off) {
  show_all();
  if (power_off) {
    struct Call {
      std::uint16_t function, device, parameter;
    };
    // Connect to APM in real mode; say that we know version 1.2; switch the machine off.
    for (const Call& call : {Call{0x5301, 0, 0}, Call{0x530e, 0, 0x0102}, Call{0x5307, 1, 3}}) {
      Registers registers = bios_function(call.function);
      registers.ebx = call.device;
      registers.ecx = call.parameter;
      int_call(0x15, registers);
    }
    return base::Error(base::ErrorCode::unsupported,
                       "This machine's BIOS does not switch it off (no APM): use its power button");
  }
  nic_.shut_down_for_good();
  constexpr std::uint16_t reset_flag = 0x72, warm = 0x1234;
  bios_data<std::uint16_t>(reset_flag) = warm;
  for (;;) {
    out8(0xcf9, 0x06);  // the chipset's reset, where there is one
    out8(0x64, 0xfe);
  }
}

// The program finds what we found: the ROM's !PXE and PXENV+, UNDI open, and a stack on which it may return to the ROM.
void BiosPlatform::start_pxe_nbp(const base::LoadPlan& plan) {
  nic_.hand_on();
  give_back_base_memory();
  carry_out(plan.moves);
  leave_with(low->entry);
}

}  // namespace bios
