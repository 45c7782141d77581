// SPDX-License-Identifier: MPL-2.0
// For tests: files in bzImage form that were never meant to run, and a memory in which plans are carried out.
#pragma once

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/load_plan.h"
#include "image/bzimage.h"

namespace image {

struct TestKernel {
  std::uint16_t version = 0x020f;
  std::uint8_t setup_sects = 4;
  std::uint8_t loadflags = 1;
  std::uint32_t protected_size = 20000;
  std::uint32_t initrd_addr_max = 0x7fffffff;
  std::uint32_t cmdline_size = 2047;
  std::uint64_t pref_address = 0x200000;
  std::uint32_t init_size = 0x100000;

  std::vector<std::uint8_t> file() const {
    const std::uint32_t setup = ((setup_sects == 0 ? 4U : setup_sects) + 1) * 512;
    std::vector<std::uint8_t> bytes(setup + protected_size);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
    std::memset(&bytes[0x1f1], 0, setup_header::end - 0x1f1);
    const auto le16 = [&](std::size_t at, std::uint32_t v) {
      base::store_le16(&bytes[at], static_cast<std::uint16_t>(v));
    };
    const auto le32 = [&](std::size_t at, std::uint64_t v) {
      base::store_le32(&bytes[at], static_cast<std::uint32_t>(v));
    };
    bytes[setup_header::setup_sects] = setup_sects;
    le32(setup_header::syssize, (protected_size + 15) / 16);
    le16(setup_header::boot_flag, 0xaa55);
    le32(setup_header::header, 0x53726448);
    le16(setup_header::version, version);
    bytes[setup_header::loadflags] = loadflags;
    le32(setup_header::code32_start, 0x100000);
    le32(setup_header::initrd_addr_max, initrd_addr_max);
    le32(setup_header::cmdline_size, cmdline_size);
    le32(setup_header::pref_address, pref_address);
    le32(setup_header::pref_address + 4, pref_address >> 32);
    le32(setup_header::init_size, init_size);
    return bytes;
  }
};

/// What the platform does with a plan, on `ram` that begins at address 0.
inline void carry_out(std::span<const base::LoadMove> moves, std::vector<std::uint8_t>& ram) {
  for (const base::LoadMove& move : moves) {
    const auto from = static_cast<std::size_t>(move.from.value);
    const auto to = static_cast<std::size_t>(move.to.value);
    const auto size = static_cast<std::size_t>(move.size);
    const auto zero = static_cast<std::size_t>(move.zero_after);
    std::memmove(ram.data() + to, ram.data() + from, size);
    std::fill_n(ram.begin() + static_cast<std::ptrdiff_t>(to + size), zero, std::uint8_t{0});
  }
}

}  // namespace image
