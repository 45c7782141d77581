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
  if (base::Status checked = check(plan); !checked) return checked;
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

// The program finds what we found: the ROM's !PXE and PXENV+, UNDI open, and a stack on which it may return to the ROM.
void BiosPlatform::start_pxe_nbp(const base::LoadPlan& plan) {
  nic_.hand_on();
  give_back_base_memory();
  carry_out(plan.moves);
  leave_with(low->entry);
}

}  // namespace bios
