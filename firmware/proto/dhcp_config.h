// SPDX-License-Identifier: MPL-2.0
// What an interface takes from a DHCPACK: address, netmask, gateway, routes, MTU.
#pragma once

#include "net/interface.h"
#include "wire/dhcp.h"

namespace proto {

/// An address that a host can have.
bool is_host_address(base::Ipv4Address address);

/// What cannot be is left out. Routes follow [rfc3442]: where option 121 (or Microsoft's 249) is there and
/// sound, the gateway comes from it alone, and option 3 counts for nothing; one wrong byte, and it is
/// as if it were not there. A router must be our neighbour, so that no route leads into itself, and no route
/// takes our own network away: whoever is on it is always spoken to directly.
net::Ipv4Config ipv4_config(base::Bytes ack);

}  // namespace proto
