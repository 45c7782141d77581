// SPDX-License-Identifier: MPL-2.0
#include "platform/bios/timer.h"

#include "platform/bios/real_mode.h"

namespace bios {
namespace {

constexpr std::uint16_t pit_channel0 = 0x40, pit_command = 0x43;
constexpr std::uint8_t latch_channel0 = 0x00, read_back_status0 = 0xe2;
constexpr std::uint8_t rate_generator = 0x34;  // channel 0, low then high byte, mode 2

/// In mode 3 the counter falls by two and passes twice per tick: it cannot be read as time. Mode 2 ticks as often.
void ensure_rate_generator() {
  constexpr std::uint8_t mode_bits = 0x3f;
  out8(pit_command, read_back_status0);
  if ((in8(pit_channel0) & mode_bits) == rate_generator) return;
  out8(pit_command, rate_generator);
  out8(pit_channel0, 0);
  out8(pit_channel0, 0);
}

std::uint32_t tick() { return bios_data<std::uint32_t>(bda_ticks); }

}  // namespace

std::uint16_t Timer::counter() {
  out8(pit_command, latch_channel0);
  const std::uint8_t low_byte = in8(pit_channel0);
  return static_cast<std::uint16_t>(low_byte | in8(pit_channel0) << 8);
}

Timer::Timer() : clock_((ensure_rate_generator(), tick()), counter()) {}

// No latch race with the tick: interrupts are off in protected mode, so the tick stands still between the two reads.
base::Instant Timer::now() {
  const std::uint32_t ticks = tick();
  return clock_.update(ticks, counter());
}

}  // namespace bios
