// SPDX-License-Identifier: MPL-2.0
// A header that turns an initrd into one file of the kernel's first root: the "newc" format that early
// userspace is made of [linux/driver-api/early-userspace/buffer-format].
#pragma once

#include "base/bytes.h"
#include "base/result.h"

namespace image {

/// What an initrd's arguments say: PATH, and perhaps mode=MODE in octal.
struct CpioFile {
  std::string_view path;  // empty: the initrd is an archive itself
  std::uint32_t mode = 0644;

  static base::Result<CpioFile> parse(std::string_view arguments);

  /// Of header and path, with the zeros that bring what follows to a multiple of four; 0 without a path.
  std::size_t header_size() const;
  /// `out` holds header_size() bytes.
  void write_header(base::MutBytes out, std::size_t file_size) const;
};

}  // namespace image
