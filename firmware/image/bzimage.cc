// SPDX-License-Identifier: MPL-2.0
#include "image/bzimage.h"

namespace image {

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::uint32_t hdrs = 0x53726448;  // "HdrS"
constexpr std::uint8_t loaded_high = 0x01;
constexpr std::uint8_t can_use_heap = 0x80;
constexpr std::uint8_t unknown_loader = 0xff;
constexpr std::uint32_t sector = 512;
constexpr std::uint32_t old_initrd_end_max = 0x38000000;

/// [boot.rst, "Kernel Command Line"] mem=: decimal or 0x…, with K, M or G behind it.
std::uint64_t parse_memory_size(std::string_view text) {
  unsigned shift = 0;
  if (!text.empty()) {
    const char unit = static_cast<char>(text.back() | 0x20);
    shift = unit == 'k' ? 10 : unit == 'm' ? 20 : unit == 'g' ? 30 : 0;
    if (shift != 0) text.remove_suffix(1);
  }
  const bool hexadecimal = text.starts_with("0x");
  std::uint64_t number = 0;
  if (!base::parse_number(text.substr(hexadecimal ? 2 : 0), hexadecimal ? 16 : 10, number)) return UINT64_MAX;
  return number > UINT64_MAX >> shift || number == 0 ? UINT64_MAX : number << shift;
}

/// [boot.rst, "Kernel Command Line"] vga=
std::uint16_t parse_video_mode(std::string_view text) {
  if (text == "normal") return 0xffff;
  if (text == "ext") return 0xfffe;
  if (text == "ask") return 0xfffd;
  const bool hexadecimal = text.starts_with("0x");
  std::uint64_t number = 0;
  if (!base::parse_number(text.substr(hexadecimal ? 2 : 0), hexadecimal ? 16 : 10, number)) return 0xffff;
  return static_cast<std::uint16_t>(number);
}

}  // namespace

bool looks_like_linux(base::Bytes file) {
  return file.size() >= setup_header::end && base::load_le16(&file[setup_header::boot_flag]) == 0xaa55 &&
         base::load_le32(&file[setup_header::header]) == hdrs;
}

base::Result<LinuxKernel> parse_linux(base::Bytes file, std::string_view name) {
  const auto bad = [&](ErrorCode code, std::string_view why) {
    return Error(code, "Cannot start {}: {}", name, why);
  };
  if (!looks_like_linux(file)) return bad(ErrorCode::malformed, "it is no Linux kernel in bzImage form");
  const auto u16 = [&](std::size_t at) { return base::load_le16(&file[at]); };
  const auto u32 = [&](std::size_t at) { return base::load_le32(&file[at]); };

  LinuxKernel kernel{};
  kernel.version = u16(setup_header::version);
  if (kernel.version < 0x0200 || (file[setup_header::loadflags] & loaded_high) == 0) {
    return bad(ErrorCode::unsupported, "this kernel is older than the bzImage form (boot protocol 2.00)");
  }
  const std::uint8_t sects = file[setup_header::setup_sects];
  kernel.setup_size = ((sects == 0 ? 4U : sects) + 1) * sector;
  if (kernel.setup_size > setup_room)
    return bad(ErrorCode::malformed, "its real-mode part is larger than 32 KiB");
  if (kernel.setup_size >= file.size())
    return bad(ErrorCode::malformed, "the file ends before the kernel begins");
  const std::uint64_t rest = file.size() - kernel.setup_size;
  if (rest >= UINT32_MAX - standard_load_address)
    return bad(ErrorCode::too_large, "it does not fit below 4 GiB");
  kernel.protected_size = static_cast<std::uint32_t>(rest);
  // Units of 16 bytes, rounded up; only 16 bits of it were there before 2.04, and kernels grew beyond them.
  const std::uint64_t claimed_size = std::uint64_t{u32(setup_header::syssize)} * 16;
  if (kernel.version >= 0x0204 && claimed_size > rest + 15) {
    return Error(ErrorCode::malformed,
                 "Cannot start {}: it says that it is {} bytes long, but only {} are here; was it cut short?",
                 name, claimed_size + kernel.setup_size, file.size());
  }

  kernel.initrd_end_max = old_initrd_end_max;
  if (kernel.version >= 0x0203 && u32(setup_header::initrd_addr_max) != 0) {
    kernel.initrd_end_max = u32(setup_header::initrd_addr_max) + 1;  // 0 after 0xffffffff
  }
  kernel.command_line_max = 255;
  if (kernel.version >= 0x0206 && u32(setup_header::cmdline_size) != 0) {
    kernel.command_line_max = u32(setup_header::cmdline_size);
  }
  kernel.runtime_start = standard_load_address;
  if (kernel.version >= 0x020a) {
    kernel.runtime_size = u32(setup_header::init_size);
    // Started below the address it prefers, a kernel moves up to it; it was built for it or to be above it.
    const std::uint64_t preferred =
        u32(setup_header::pref_address) | std::uint64_t{u32(setup_header::pref_address + 4)} << 32;
    if (preferred > UINT32_MAX || preferred + kernel.runtime_size > UINT32_MAX) {
      return bad(ErrorCode::malformed, "it wants memory above 4 GiB, where a BIOS can start nothing");
    }
    if (preferred > kernel.runtime_start) kernel.runtime_start = static_cast<std::uint32_t>(preferred);
  }
  return kernel;
}

LoaderOptions parse_loader_options(std::string_view command_line) {
  LoaderOptions options;
  while (!command_line.empty()) {
    const std::size_t space = command_line.find(' ');
    const std::string_view word = command_line.substr(0, space);
    if (word == "--") break;  // what follows is for init, not for the kernel
    if (word.starts_with("mem=")) {
      const std::uint64_t size = parse_memory_size(word.substr(4));
      if (size < options.memory_limit) options.memory_limit = size;
    }
    if (word.starts_with("vga=")) options.video_mode = parse_video_mode(word.substr(4));
    command_line.remove_prefix(space == std::string_view::npos ? command_line.size() : space + 1);
  }
  return options;
}

void fill_in_setup(base::MutBytes setup, const LinuxKernel& kernel, const SetupValues& values) {
  const auto put16 = [&](std::size_t at, std::uint32_t v) {
    base::store_le16(&setup[at], static_cast<std::uint16_t>(v));
  };
  const auto put32 = [&](std::size_t at, std::uint32_t v) { base::store_le32(&setup[at], v); };
  put16(setup_header::vid_mode, values.video_mode);
  setup[setup_header::type_of_loader] = unknown_loader;
  put32(setup_header::ramdisk_image, values.initrd_address);
  put32(setup_header::ramdisk_size, values.initrd_size);
  if (kernel.version >= 0x0201) {
    setup[setup_header::loadflags] |= can_use_heap;
    put16(setup_header::heap_end_ptr, heap_end - 0x200);
  }
  if (kernel.version >= 0x0202) {
    put32(setup_header::cmd_line_ptr, values.segment_base + heap_end);
  } else {
    put16(setup_header::command_line_magic, 0xa33f);
    put16(setup_header::command_line_offset, heap_end);
    put16(setup_header::setup_move_size, heap_end + values.command_line_size);
  }
}

}  // namespace image
