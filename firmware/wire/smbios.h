// SPDX-License-Identifier: MPL-2.0
// The SMBIOS structure table [smbios 6.1]: structures of a stated length, each with its strings behind it.
#pragma once

#include <string_view>

#include "base/bytes.h"

namespace wire {

struct SmbiosStructure {
  base::Bytes formatted;  // the header's four bytes and what follows; empty: no such structure
  base::Bytes strings;    // each ends with a NUL

  /// The string whose number stands at `offset` of the formatted part; empty when there is none.
  std::string_view string_at(std::size_t offset) const;
};

/// The structure of this type, the first one being instance 0. Every length of `table` is checked.
SmbiosStructure find_smbios_structure(base::Bytes table, std::uint8_t type, unsigned instance = 0);

}  // namespace wire
