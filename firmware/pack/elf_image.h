// SPDX-License-Identifier: MPL-2.0
// A linked 32-bit ELF file as the packer needs it: the bytes in memory order and where addresses stand in them.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace pack {

struct ElfImage {
  std::uint32_t address = 0;                // image_begin
  std::uint32_t memory_end = 0;             // with zeroed variables and the stack
  std::vector<std::uint8_t> bytes;          // image_begin to image_end
  std::uint32_t code_size = 0;              // of these, image_begin to code_end
  std::vector<std::uint32_t> relocations;   // offsets of 32-bit addresses, sorted
};

/// Reads a file linked by image.ld with --emit-relocs; or says why it cannot be used.
std::variant<ElfImage, std::string> read_elf(const std::vector<std::uint8_t>& file);

}  // namespace pack
