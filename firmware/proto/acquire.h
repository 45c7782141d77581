// SPDX-License-Identifier: MPL-2.0
// The DHCP conversation: from a card without an address to a configured interface and the packets that did
// it.
#pragma once

#include "net/loop.h"
#include "proto/dhcp_client.h"

namespace proto {

/// Waits until an address is ours (and a ProxyDHCP server, where one is needed, has spoken), and configures
/// the interface. On an error the interface has no address. Ctrl-C ends it with ErrorCode::cancelled.
/// With `servers` nothing of that: these boot servers are asked for an item of their type [pxe 2.2.3], from the address
/// that the interface has; the answer, which names a file, becomes outcome.proxy.
base::Status acquire(net::Loop& loop, const DhcpIdentity& identity, const DhcpTiming& timing,
                     DhcpOutcome& outcome, const wire::PxeBootServers* servers = nullptr);

}  // namespace proto
