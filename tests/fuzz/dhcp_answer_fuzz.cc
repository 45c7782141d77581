// SPDX-License-Identifier: MPL-2.0
// What is read out of a DHCP answer beyond its options: routes, search domains, a PXE server's menu.
#include "fuzz_target.h"
#include "proto/dhcp_config.h"
#include "wire/dns.h"
#include "wire/pxe.h"

namespace {

void read_routes(base::Bytes ack) {
  const net::Ipv4Config config = proto::ipv4_config(ack);
  const auto is_neighbour = [&](base::Ipv4Address router) {
    return proto::is_host_address(router) && router != config.address &&
           ((router.value ^ config.address.value) & config.netmask.value) == 0;
  };
  fuzz::require(config.gateway.is_any() || is_neighbour(config.gateway));
  for (const net::Route& route : config.routes) {
    fuzz::require((route.network.value & ~route.netmask.value) == 0);
    fuzz::require(route.router.is_any() || is_neighbour(route.router));
  }
  fuzz::require(config.mtu == 0 || (config.mtu >= net::Interface::least_mtu && config.mtu <= 1500));
}

void read_search_list(base::Bytes list) {
  wire::DnsName name, again;
  for (unsigned n = 0; n < 10 && wire::nth_dns_name(list, n, name); ++n) {
    fuzz::require(name.empty() || (wire::normalise_dns_name(name, again) && again.view() == name.view()));
  }
}

void read_menu(const wire::DhcpPacket& packet) {
  std::uint8_t scratch[1500];
  wire::PxeOptions options(packet, scratch);
  static_cast<void>(options.boot_item());
  std::size_t shown = options.menu_prompt().size();
  while (const auto item = options.next_item()) {
    shown += 3 + item->text.size();
    fuzz::require(options.boot_servers(item->type).count <= wire::PxeBootServers::max);
  }
  fuzz::require(shown <= sizeof scratch);
}

}  // namespace

FUZZ_TARGET(dhcp_answer) {
  read_search_list(input);
  const auto packet = wire::DhcpPacket::parse(input);
  if (!packet) return;
  read_routes(input);
  read_menu(*packet);
  std::uint8_t scratch[1500];
  if (const auto list = packet->options().find(wire::dhcp_option::domain_search, scratch))
    read_search_list(*list);
}
