// SPDX-License-Identifier: MPL-2.0
#include "proto/dhcp_config.h"

#include <algorithm>
#include <bit>

namespace proto {
namespace {

namespace option = wire::dhcp_option;

constexpr bool is_mask(std::uint32_t mask) {
  return std::countl_one(mask) + std::countr_zero(mask) == 32 || mask == 0;
}

class RouteTable {
 public:
  explicit RouteTable(net::Ipv4Config& config) : config_(config) {}

  /// True unless the router cannot be asked. A route to everywhere is the gateway.
  void add(std::uint32_t network, std::uint32_t mask, base::Ipv4Address router) {
    const bool is_neighbour = is_host_address(router) && router != config_.address &&
                              ((router.value ^ config_.address.value) & config_.netmask.value) == 0;
    if (!is_neighbour && (!router.is_any() || mask == 0)) return;
    if (mask == 0) {
      if (config_.gateway.is_any()) config_.gateway = router;
    } else if (count_ < config_.routes.size()) {
      config_.routes[count_++] = {{network & mask}, {mask}, router};
    }
  }
  /// [rfc3442] A prefix length, as many octets of the network as that needs, and the router, again and again.
  /// False when it is not that.
  bool add_classless(base::Bytes value) {
    for (const bool is_taken : {false, true}) {
      for (base::Bytes rest = value; !rest.empty();) {
        const std::size_t width = rest[0];
        const std::size_t octets = (width + 7) / 8;
        if (width > 32 || rest.size() < 1 + octets + 4) return false;
        std::uint8_t network[4] = {};
        std::copy_n(rest.data() + 1, octets, network);
        const base::Ipv4Address router{base::load_be32(rest.data() + 1 + octets)};
        if (is_taken)
          add(base::load_be32(network), width == 0 ? 0 : ~std::uint32_t{0} << (32 - width), router);
        rest = rest.subspan(1 + octets + 4);
      }
    }
    return !value.empty();
  }

 private:
  net::Ipv4Config& config_;
  std::size_t count_ = 0;
};

}  // namespace

bool is_host_address(base::Ipv4Address address) {
  const std::uint32_t first = address.value >> 24;
  return first != 0 && first != 127 && first < 224;
}

net::Ipv4Config ipv4_config(base::Bytes ack) {
  net::Ipv4Config config;
  const auto packet = wire::DhcpPacket::parse(ack);
  if (!packet) return config;
  config.address = packet->yiaddr();
  const wire::DhcpOptions& options = packet->options();
  // A mask with holes is no mask; the interface then takes that of the address's class.
  const std::uint32_t mask = options.find_u32(option::subnet_mask).value_or(0);
  if (is_mask(mask)) config.netmask = {mask};
  if (config.netmask.is_any()) config.netmask = net::mask_of_class(config.address);
  const std::uint16_t mtu = options.find_u16(option::interface_mtu).value_or(0);
  if (mtu >= net::Interface::least_mtu && mtu <= 1500) config.mtu = mtu;

  RouteTable routes(config);
  std::uint8_t scratch[1472];
  for (const std::uint8_t code : {option::classless_routes, option::microsoft_routes}) {
    const auto value = options.find(code, scratch);
    if (value && routes.add_classless(*value)) return config;
  }
  if (const auto router = options.find_ipv4(option::router)) routes.add(0, 0, *router);
  return config;
}

}  // namespace proto
