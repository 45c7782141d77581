// SPDX-License-Identifier: MPL-2.0
// The boot menu of a PXE server [pxe 2.1, 2.2.3]: shown, chosen from, and the boot server of the choice
// asked.
#pragma once

#include "flow/session.h"

namespace flow {

enum class PxeChoice : std::uint8_t {
  no_menu,      // what DHCP named is to be booted
  boot_server,  // has answered: the file is in the settings of `proxydhcp`
  own_disk,
};

/// Looks for a menu in what DHCP and ProxyDHCP said. A server that forbids it by bit 3 of its discovery
/// control, beside a boot file, has none.
base::Result<PxeChoice> choose_from_pxe_menu(Session& session);

/// Asks the boot servers of this type, as option 43 says where they are.
base::Status ask_boot_servers(Session& session, std::uint16_t type);

}  // namespace flow
