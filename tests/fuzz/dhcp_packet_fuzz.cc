// SPDX-License-Identifier: MPL-2.0
// The option walker and everything that reads by it.
#include "fuzz_target.h"
#include "wire/dhcp.h"

FUZZ_TARGET(dhcp_packet) {
  const auto packet = wire::DhcpPacket::parse(input);
  fuzz::require(packet.has_value() <= (input.size() >= 240));
  if (!packet) return;
  std::uint8_t scratch[2048];
  std::size_t pieces = 0;
  std::size_t sizes[256] = {};
  wire::DhcpOptionWalker walker(packet->options());
  while (const auto option = walker.next()) {
    fuzz::require(option->code != 0 && option->code != 255);
    fuzz::require(++pieces <= input.size());
    sizes[option->code] += option->value.size();
  }
  for (unsigned code = 1; code < 255; ++code) {
    if (sizes[code] == 0 && code % 16 != input.size() % 16) continue;  // of the absent ones some are enough
    const auto value = packet->options().find(static_cast<std::uint8_t>(code), scratch);
    fuzz::require(!value || value->size() == sizes[code]);
    if (value) fuzz::note(*value);
    fuzz::require(value || sizes[code] == 0 || sizes[code] > sizeof scratch);
  }
  base::Ipv4Address list[4];
  fuzz::require(packet->options().find_ipv4_list(6, list) <= 4);
  const wire::DhcpOptions inner = packet->options().find_encapsulated(175, scratch);
  fuzz::note(std::uint64_t{inner.find_u8(176).value_or(0)});
  fuzz::require(packet->boot_file(scratch).size() <= sizeof scratch);
  fuzz::note(packet->boot_file(scratch));
  fuzz::require(packet->server_name(scratch).size() <= sizeof scratch);
  static_cast<void>(packet->message_type());
}
