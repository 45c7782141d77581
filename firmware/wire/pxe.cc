// SPDX-License-Identifier: MPL-2.0
#include "wire/pxe.h"

namespace wire {

bool PxeBootServers::holds(base::Ipv4Address address) const {
  for (std::size_t i = 0; i < count; ++i) {
    if (addresses[i] == address) return true;
  }
  return false;
}

PxeOptions::PxeOptions(const DhcpPacket& packet, base::MutBytes scratch) {
  std::uint8_t room[64];
  const auto vendor_class = packet.options().find(dhcp_option::vendor_class, room);
  if (!vendor_class || !base::as_text(*vendor_class).starts_with("PXEClient")) return;
  options_ = packet.options().find_encapsulated(dhcp_option::vendor_encapsulated, scratch);
  menu_ = find(pxe_option::boot_menu);
  prompt_ = find(pxe_option::menu_prompt);
}

std::optional<PxeOptions::Item> PxeOptions::next_item() {
  constexpr std::size_t head = 3;
  if (menu_.size() < head) return std::nullopt;
  const std::size_t claimed_text = menu_[2];
  if (claimed_text > menu_.size() - head) return std::nullopt;
  const Item item{base::load_be16(menu_.data()), base::as_text(menu_.subspan(head, claimed_text))};
  menu_ = menu_.subspan(head + claimed_text);
  return item;
}

PxeBootServers PxeOptions::boot_servers(std::uint16_t type) const {
  PxeBootServers servers;
  servers.item = type;
  const std::uint8_t control = discovery_control();
  servers.only_listed = (control & pxe_discovery::only_listed) != 0;
  const auto group = options_.find_ipv4(pxe_option::multicast_address);
  if ((control & pxe_discovery::no_multicast) == 0 && group && group->is_multicast()) servers.add(*group);
  if ((control & pxe_discovery::no_broadcast) == 0) servers.add(base::Ipv4Address::broadcast());
  for (base::Bytes rest = find(pxe_option::boot_servers); rest.size() >= 3;) {
    const std::size_t claimed_size = 4U * rest[2];
    const bool is_wanted = base::load_be16(rest.data()) == type;
    rest = rest.subspan(3);
    if (claimed_size > rest.size()) break;
    for (std::size_t at = 0; is_wanted && at < claimed_size; at += 4)
      servers.add({base::load_be32(&rest[at])});
    rest = rest.subspan(claimed_size);
  }
  return servers;
}

std::optional<std::uint16_t> PxeOptions::boot_item() const {
  const base::Bytes item = find(pxe_option::boot_item);
  return item.size() < 2 ? std::nullopt : std::optional(base::load_be16(item.data()));
}

}  // namespace wire
