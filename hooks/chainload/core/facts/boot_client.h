// SPDX-License-Identifier: MPL-2.0
// Is this a machine that wants to boot, and which kind of program is asking?
#pragma once

#include "architectures.h"

namespace chainload::core {

/// What shows that a query comes from a boot client: the first that holds, in this order.
enum class BootSign : std::uint8_t {
  none,
  vendor_class_pxe,   // 60 begins PXEClient
  vendor_class_http,  // 60 begins HTTPClient
  user_class_gpxe,    // 77 names gPXE
  user_class_ipxe,    // 77 names iPXE
  etherboot_options,  // 175 is a valid list with sub-option 177 or 235
  architecture        // 93 holds a registered value
};

BootSign boot_sign(const Facts& facts);

/// The program that asks; decides the form of the reply.
enum class ClientKind : std::uint8_t {
  gpxe,         // 77 says gPXE
  ipxe,         // 77 says iPXE
  etherboot,    // 175 as only gPXE, iPXE and their builds under other names send it
  http_client,  // UEFI or BIOS HTTP boot
  pxe_client,   // a PXE ROM, BIOS or UEFI
  other         // U-Boot and others that only send an architecture
};

/// For boot clients only.
ClientKind client_kind(const Facts& facts);

/// gPXE, iPXE and their kin: they read 67 and 175, want no PXE options, and never a NUL.
constexpr bool is_network_loader(ClientKind kind) {
  return kind == ClientKind::gpxe || kind == ClientKind::ipxe || kind == ClientKind::etherboot;
}

/// Only a Raspberry Pi's own ROM: it claims to be an x86 BIOS, or nothing, from an address of the makers', or
/// says 41. UEFI or U-Boot on the same board names a real architecture and is a client like any other.
bool is_raspberry_pi_rom(const Facts& facts, const ClientArchitectures& client);

std::string_view name_of(ClientKind kind);

}  // namespace chainload::core
