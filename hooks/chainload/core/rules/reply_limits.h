// SPDX-License-Identifier: MPL-2.0
// How long a boot file name each kind of client can be given. Longer names are refused, never cut.
#pragma once

#include "core/facts/boot_client.h"
#include "rule.h"

namespace chainload::core {

/// Above this Kea splits an option into two [rfc3396], and many ROMs do not join them.
inline constexpr std::size_t boot_file_option_max = 253;

/// The BOOTP `file` field with its NUL; Kea itself would take 128 without one.
inline constexpr std::size_t file_field_max = header::file_len - 1;

/// Old PXE ROMs read on past an option 67 without NUL and ask TFTP for `name\xff`; a PXE request gets one.
/// Everyone else takes the length octet at its word, and some choke on a NUL.
constexpr bool wants_nul(ClientKind kind) {
  return kind == ClientKind::pxe_client;
}

/// Clients known to look into option 67 and not only into the `file` field.
inline bool reads_boot_file_option(ClientKind kind, std::uint16_t architecture) {
  return is_network_loader(kind) || kind == ClientKind::http_client || is_uefi_architecture(architecture);
}

inline bool writes_nul(const ReplyForm& form, ClientKind kind) {
  return form.null_terminate == Choice::automatic ? wants_nul(kind) : form.null_terminate == Choice::yes;
}

/// A rule that writes options alone says that its clients read them.
inline std::size_t longest_boot_file(const ReplyForm& form, ClientKind kind, std::uint16_t architecture) {
  const bool in_option = form.write == Write::options ||
                         (form.write == Write::both && reads_boot_file_option(kind, architecture));
  if (!in_option) return file_field_max;
  return boot_file_option_max - (writes_nul(form, kind) ? 1 : 0);
}

inline std::size_t longest_boot_file(ClientKind kind, std::uint16_t architecture) {
  if (!reads_boot_file_option(kind, architecture)) return file_field_max;
  return boot_file_option_max - (wants_nul(kind) ? 1 : 0);
}

}  // namespace chainload::core
