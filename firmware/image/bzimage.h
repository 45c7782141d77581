// SPDX-License-Identifier: MPL-2.0
// The Linux/x86 boot protocol [Linux: Documentation/arch/x86/boot.rst]: the setup header read, checked and
// filled in.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

namespace image {

/// Where the header's fields stand in the file, and so in the real-mode part in memory.
namespace setup_header {
inline constexpr std::size_t command_line_magic = 0x20;   // 2.01 and before
inline constexpr std::size_t command_line_offset = 0x22;  // 2.01 and before
inline constexpr std::size_t setup_sects = 0x1f1;
inline constexpr std::size_t syssize = 0x1f4;
inline constexpr std::size_t vid_mode = 0x1fa;
inline constexpr std::size_t boot_flag = 0x1fe;
inline constexpr std::size_t header = 0x202;
inline constexpr std::size_t version = 0x206;
inline constexpr std::size_t type_of_loader = 0x210;
inline constexpr std::size_t loadflags = 0x211;
inline constexpr std::size_t setup_move_size = 0x212;
inline constexpr std::size_t code32_start = 0x214;
inline constexpr std::size_t ramdisk_image = 0x218;
inline constexpr std::size_t ramdisk_size = 0x21c;
inline constexpr std::size_t heap_end_ptr = 0x224;
inline constexpr std::size_t cmd_line_ptr = 0x228;
inline constexpr std::size_t initrd_addr_max = 0x22c;
inline constexpr std::size_t kernel_alignment = 0x230;
inline constexpr std::size_t relocatable_kernel = 0x234;
inline constexpr std::size_t cmdline_size = 0x238;
inline constexpr std::size_t pref_address = 0x258;
inline constexpr std::size_t init_size = 0x260;
inline constexpr std::size_t end = 0x268;
}  // namespace setup_header

/// How the real-mode segment is laid out: setup code, then stack and heap, then the command line.
inline constexpr std::uint32_t setup_room = 0x8000;
inline constexpr std::uint32_t heap_end = 0xe000;
inline constexpr std::uint32_t standard_load_address = 0x100000;

/// What we need to know of a kernel; every number is checked against the file and against the others.
struct LinuxKernel {
  std::uint16_t version;           // 0x020f is 2.15
  std::uint32_t setup_size;        // of the real-mode part, from the file's beginning
  std::uint32_t protected_size;    // the rest of the file
  std::uint32_t initrd_end_max;    // no byte of an initrd may lie at or above it; 0 stands for 4 GiB
  std::uint32_t command_line_max;  // characters, without the NUL
  std::uint32_t runtime_start;     // what the kernel unpacks itself into
  std::uint32_t runtime_size;      // 0 when the header does not say (before 2.10)
};

/// The signs of one, nothing else checked.
bool looks_like_linux(base::Bytes file);
base::Result<LinuxKernel> parse_linux(base::Bytes file, std::string_view name);

/// What the loader takes out of the command line for itself.
struct LoaderOptions {
  std::uint64_t memory_limit = UINT64_MAX;  // mem=: initrds go below
  std::uint16_t video_mode = 0xffff;        // vga=
};
LoaderOptions parse_loader_options(std::string_view command_line);

struct SetupValues {
  std::uint32_t segment_base;       // linear address of the real-mode part
  std::uint32_t command_line_size;  // with its NUL
  std::uint32_t initrd_address, initrd_size;
  std::uint16_t video_mode;
};
/// Fills in a copy of the real-mode part.
void fill_in_setup(base::MutBytes setup, const LinuxKernel& kernel, const SetupValues& values);

}  // namespace image
