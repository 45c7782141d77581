// SPDX-License-Identifier: MPL-2.0
#include "flow/pxe_menu.h"

#include "proto/printable.h"

namespace flow {

using base::Error;
using base::ErrorCode;

namespace {

constexpr std::string_view menu_name = "pxe";
constexpr std::uint8_t without_end = 255;

/// The packet that says how to find boot servers: the ProxyDHCP server's where it says anything, else DHCP's.
struct Source {
  explicit Source(Session& session) {
    for (const proto::StoredPacket* stored : {&session.lease().proxy, &session.lease().ack}) {
      packet = wire::DhcpPacket::parse(stored->view());
      if (!packet || !packet->options().contains(wire::dhcp_option::vendor_encapsulated)) continue;
      options = wire::PxeOptions(*packet, scratch);
      return;
    }
  }

  std::uint8_t scratch[settings::Store::max_value];
  std::optional<wire::DhcpPacket> packet;
  wire::PxeOptions options;
};

/// The type of the first item at once, or of the one that is chosen from the screen.
base::Result<std::uint16_t> choose_item(Session& session, wire::PxeOptions& options) {
  const auto first = options.next_item();
  if (!first) return Error(ErrorCode::malformed, "PXE: the server's boot menu (option 43.9) cannot be read");
  const std::uint8_t seconds = options.menu_timeout();
  if (seconds == 0) return first->type;
  MenuList& menus = session.menus();
  const proto::PrintableText title = proto::printable(options.menu_prompt());
  base::Status status = menus.begin(menu_name, title.empty() ? "Boot menu" : title.view());
  auto next = first;
  for (platform::Key key = '1'; status.ok() && next; next = options.next_item(), ++key) {
    // The label is the type's two octets: only that is needed again.
    const char label[] = {static_cast<char>(next->type >> 8), static_cast<char>(next->type)};
    const proto::PrintableText text = proto::printable(next->text);
    status =
        menus.add(*menus.find(menu_name), {nullptr, {label, 2}, text, key <= '9' ? key : platform::Key{0}, false});
  }
  if (!status.ok()) return status.error();
  Choice choice;
  if (seconds != without_end) choice.timeout_ms = seconds * 1000U;
  auto chosen = choose(session, *menus.find(menu_name), choice);
  if (!chosen.ok()) return chosen.error();
  return base::load_be16(base::as_bytes((*chosen)->label).data());
}

}  // namespace

base::Result<PxeChoice> choose_from_pxe_menu(Session& session) {
  Source source(session);
  std::uint8_t scratch[settings::Store::max_value];
  if (!source.options.has_menu() ||
      ((source.options.discovery_control() & wire::pxe_discovery::skip_with_file) != 0 &&
       !source.packet->boot_file(scratch).empty())) {
    return PxeChoice::no_menu;
  }
  auto type = choose_item(session, source.options);
  if (!type.ok()) return type.error();
  if (*type == 0) return PxeChoice::own_disk;
  base::Status status = ask_boot_servers(session, *type);
  if (!status.ok()) return status.error();
  return PxeChoice::boot_server;
}

base::Status ask_boot_servers(Session& session, std::uint16_t type) {
  if (!session.loop().interface().is_configured())
    return Error(ErrorCode::unreachable, "PXE: we have no address yet; run dhcp first");
  const Source source(session);
  wire::PxeBootServers servers = source.options.boot_servers(type);
  if (servers.count == 0 && source.packet) {
    // All ways are forbidden and nobody is listed: whoever sent the menu.
    const auto sender = source.packet->options().find_ipv4(wire::dhcp_option::server_identifier);
    servers.add(sender.value_or(source.packet->siaddr()));
  }
  return session.dhcp(&servers);
}

}  // namespace flow
