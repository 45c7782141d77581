// SPDX-License-Identifier: MPL-2.0
// Finding the PXE ROM's entry point.
#pragma once

#include "base/bytes.h"
#include "platform/bios/far_pointer.h"

namespace bios {

/// What points at the ROM's API, and by which structure it was found.
struct PxeStack {
  FarPointer entry;
  std::string_view found_by;  // "!PXE" or "PXENV+"; empty when there is none
};

/// Checks signature, length and checksum of what lies at `bytes`; a null entry point when it is not one.
FarPointer check_bang_pxe(base::Bytes bytes);
FarPointer check_pxenv(base::Bytes bytes, FarPointer& bang_pxe);

/// [pxe 4.4.5, 3.1.2] in this order: !PXE on the entry stack, PXENV+ in ES:BX, INT 1Ah AX=5650h, and a search of the
/// memory between the end of free base memory and A0000h for !PXE and then PXENV+.
PxeStack find_pxe_stack();

}  // namespace bios
