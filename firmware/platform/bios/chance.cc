// SPDX-License-Identifier: MPL-2.0
#include "platform/bios/chance.h"

#include <bit>

#include "platform/bios/real_mode.h"
#include "platform/bios/timer.h"

namespace bios {

Chance::Chance() {
  std::uint32_t a = 0, b, c = 0, d;
  asm volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  if (a == 0) return;
  a = 1;
  c = 0;
  asm volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  has_time_stamp_ = (d >> 4 & 1) != 0;
  has_rdrand_ = (c >> 30 & 1) != 0;
  events_ = time_stamp();
}

std::uint64_t Chance::time_stamp() const {
  if (!has_time_stamp_) return Timer::counter();
  std::uint64_t value;
  asm volatile("rdtsc" : "=A"(value));
  return value;
}

void Chance::event() {
  events_ = std::rotl(events_, 23) * 0x9e3779b97f4a7c15 + time_stamp();
}

void Chance::gather(base::EntropyPool& pool) const {
  pool.mix(events_);
  pool.mix(time_stamp());
  pool.mix(std::uint64_t{Timer::counter()} << 32 | bios_data<std::uint32_t>(bda_ticks));
  if (has_rdrand_) {
    constexpr int words = 8, tries = 10;  // [intel sdm 7.3.17.1] ten failures in a row: it is broken
    for (int i = 0; i < words; ++i) {
      std::uint32_t value = 0;
      std::uint8_t ok = 0;
      for (int j = 0; j < tries && ok == 0; ++j) asm volatile("rdrand %0; setc %1" : "=r"(value), "=qm"(ok)::"cc");
      pool.mix(std::uint64_t{value});
    }
  }
  // The real-time clock: seconds, minutes, hours, day, month, year.
  constexpr std::uint16_t cmos_index = 0x70, cmos_data = 0x71;
  std::uint8_t clock[6];
  std::size_t n = 0;
  static constexpr std::uint8_t cells[] = {0, 2, 4, 7, 8, 9};
  for (const std::uint8_t cell : cells) {
    out8(cmos_index, cell);
    clock[n++] = in8(cmos_data);
  }
  pool.mix(base::Bytes(clock));
}

}  // namespace bios
