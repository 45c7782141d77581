// SPDX-License-Identifier: MPL-2.0
// Signatures, the surest first.
#include "image/identify.h"

#include "image/bzimage.h"
#include "image/gunzip.h"

namespace image {

namespace {

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

bool begins(std::string_view text, std::string_view with) {
  return text.size() >= with.size() && base::equal_ignoring_case(text.substr(0, with.size()), with);
}

/// [pe-coff 2, 3.1] "MZ", and at the offset in 3Ch "PE\0\0". A bare MZ is what DOS programs have; no NBP
/// begins so.
bool is_efi(base::Bytes file) {
  return file.size() >= 64 && file[0] == 'M' && file[1] == 'Z';
}

bool is_text(std::string_view head) {
  for (char c : head) {
    if (!is_space(c) && (c < 0x20 || c > 0x7e)) return false;
  }
  return true;
}

}  // namespace

bool is_script(base::Bytes file) {
  std::string_view text = base::as_text(file.first(file.size() < 10 ? file.size() : 10));
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  return (text.starts_with("#!gpxe") || text.starts_with("#!ipxe")) &&
         (text.size() == 6 || is_space(text[6]));
}

Kind identify(base::Bytes file) {
  if (file.empty()) return Kind::empty;
  if (is_script(file)) return Kind::script;
  if (looks_like_linux(file)) return Kind::linux_kernel;
  const std::string_view head = base::as_text(file.first(file.size() < 256 ? file.size() : 256));
  if (head.starts_with("\x7f"
                       "ELF"))
    return Kind::elf;
  if (is_efi(file)) return Kind::efi_application;
  if (is_gzip(file)) return Kind::gzip;
  std::string_view text = head;
  while (!text.empty() && is_space(text[0])) text.remove_prefix(1);
  if (begins(text, "<!doctype") || begins(text, "<html") || begins(text, "<?xml")) return Kind::web_page;
  return is_text(head) ? Kind::plain_text : Kind::network_boot_program;
}

std::string_view name_of(Kind kind) {
  constexpr std::string_view names[] = {"script",       "Linux kernel", "network boot program",
                                        "empty file",   "ELF program",  "EFI application",
                                        "gzip archive", "web page",     "text"};
  return names[static_cast<unsigned>(kind)];
}

base::Error refusal(Kind kind, std::string_view file_name) {
  const auto error = [&](std::string_view why) {
    return base::Error(base::ErrorCode::unsupported, "Cannot start {}: {}", file_name, why);
  };
  switch (kind) {
    case Kind::empty:
      return error("the file is empty; look at it on the server");
    case Kind::elf:
      return error(
          "it is an ELF program, which this build does not start; a Linux kernel must be a bzImage "
          "(vmlinuz)");
    case Kind::efi_application:
      return error(
          "it is an EFI application, and this machine was started by a BIOS; hand out undionly.kpxe, a "
          "bzImage "
          "or a script to architecture 0");
    case Kind::web_page:
      return error("it is a web page, perhaps the server's error message; open the address in a browser");
    case Kind::plain_text:
      return error("it is text without the first line #!gpxe that a script needs");
    default:
      return error("its format is not known");
  }
}

}  // namespace image
