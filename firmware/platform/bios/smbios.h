// SPDX-License-Identifier: MPL-2.0
// System Management BIOS: finding the table in the BIOS's segment, and the machine's UUID in it.
#pragma once

#include "base/bytes.h"

namespace bios {

/// Where the structure table lies [smbios 5.2].
struct SmbiosTable {
  std::uint32_t address = 0;
  std::uint32_t length = 0;
};

/// Looks for "_SM_" and "_SM3_" at each 16th byte of `segment` (F0000h to FFFFFh). Length 0: none, or above 4 GiB.
SmbiosTable find_smbios(base::Bytes segment);

/// The 16 raw bytes of the type 1 structure's UUID [smbios 7.2.1]; empty when it is not there or not set.
base::Bytes find_uuid(base::Bytes table);

}  // namespace bios
