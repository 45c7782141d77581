// SPDX-License-Identifier: MPL-2.0
#include "proto/acquire.h"

namespace proto {
namespace {

/// The client's own deadlines end every wait; this one only bounds a mistake in them.
base::Instant beyond(net::Loop& loop, const DhcpTiming& timing) {
  return loop.now() + timing.total + timing.proxy_wait + timing.boot_server_wait + base::Duration::seconds(5);
}

base::Status converse(net::Loop& loop, DhcpClient& client, const DhcpTiming& timing) {
  net::UdpEndpoint endpoint(wire::dhcp_client_port, client);
  if (!loop.attach(endpoint)) {
    return base::Error(base::ErrorCode::invalid, "DHCP cannot start: something else listens on UDP port {}",
                       wire::dhcp_client_port);
  }
  net::Wait wait = net::poll_until(
      loop, [&] { return client.has_lease() || client.is_finished(); }, beyond(loop, timing));
  if (wait == net::Wait::done && client.failure() == nullptr) {
    if (!loop.interface().is_configured()) loop.interface().configure(client.config());
    client.interface_is_up(loop.now());
    wait = net::poll_until(
        loop, [&] { return client.is_finished(); }, beyond(loop, timing));
  }
  loop.detach(endpoint);
  if (client.failure() != nullptr) return *client.failure();
  if (wait == net::Wait::cancelled)
    return base::Error(base::ErrorCode::cancelled, "DHCP was cancelled by Ctrl-C");
  if (wait == net::Wait::timed_out)
    return base::Error(base::ErrorCode::timed_out, "DHCP came to no end in time");
  return base::Done{};
}

}  // namespace

base::Status acquire(net::Loop& loop, const DhcpIdentity& identity, const DhcpTiming& timing,
                     DhcpOutcome& outcome, const wire::PxeBootServers* servers) {
  net::Interface& interface = loop.interface();
  if (servers == nullptr) interface.configure({});
  DhcpClient client(identity, timing, loop.entropy(), outcome, loop.now(), servers, interface.config().address);
  base::Status status = converse(loop, client, timing);
  if (!status && servers == nullptr) interface.configure({});
  return status;
}

}  // namespace proto
