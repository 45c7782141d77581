// SPDX-License-Identifier: MPL-2.0
// What a file is, by its bytes; and for those we do not start, a sentence that says why.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

namespace image {

enum class Kind : std::uint8_t {
  script,
  linux_kernel,
  network_boot_program,  // anything without a sign of being something else: these carry no magic
  empty,
  elf,
  efi_application,
  gzip,
  web_page,
  plain_text,
};

Kind identify(base::Bytes file);

/// "script", "Linux kernel", …
std::string_view name_of(Kind kind);

/// True for what can be started here; otherwise use refusal().
constexpr bool is_bootable(Kind kind) {
  return kind <= Kind::network_boot_program;
}
base::Error refusal(Kind kind, std::string_view file_name);

/// What some editors put before a text.
inline constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// `#!gpxe` or `#!ipxe`, followed by white space or the end; perhaps behind a byte order mark.
bool is_script(base::Bytes file);

}  // namespace image
