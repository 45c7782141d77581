// SPDX-License-Identifier: MPL-2.0
// The boot-client test and the kinds of client.
#include "boot_client.h"

namespace chainload::core {
namespace {

constexpr std::string_view gpxe_class = "gPXE";
constexpr std::string_view ipxe_class = "iPXE";

/// A loop as it stands; the library's own takes four steps in one, and most lists here hold one value.
template <class List, class Test>
bool is_any_of(const List& list, Test test) {
  for (const auto each : list) {
    if (test(each)) return true;
  }
  return false;
}

bool names_class(const Facts& facts, std::string_view name) {
  return facts.user_classes && facts.user_classes->name(name);
}

bool vendor_class_begins(const Facts& facts, std::string_view prefix) {
  return facts.vendor_class && begins_with(*facts.vendor_class, prefix);
}

/// IEEE prefixes of Raspberry Pi boards.
constexpr std::array<std::uint32_t, 6> raspberry_pi_prefixes = {0xb827eb, 0xdca632, 0xe45f01,
                                                                0x28cdc1, 0xd83add, 0x2ccf67};

bool has_raspberry_pi_address(const Facts& facts) {
  if (facts.hardware_address.size() != 6) return false;
  return is_any_of(raspberry_pi_prefixes, [prefix = be32(facts.hardware_address, 0) >>
                                                    8](std::uint32_t each) { return each == prefix; });
}

}  // namespace

BootSign boot_sign(const Facts& facts) {
  if (vendor_class_begins(facts, "PXEClient")) return BootSign::vendor_class_pxe;
  if (vendor_class_begins(facts, "HTTPClient")) return BootSign::vendor_class_http;
  if (names_class(facts, gpxe_class)) return BootSign::user_class_gpxe;
  if (names_class(facts, ipxe_class)) return BootSign::user_class_ipxe;
  if (facts.etherboot && facts.etherboot->names_a_loader()) return BootSign::etherboot_options;
  if (is_any_of(facts.architectures.kept(), is_known_architecture)) return BootSign::architecture;
  return BootSign::none;
}

ClientKind client_kind(const Facts& facts) {
  if (names_class(facts, gpxe_class)) return ClientKind::gpxe;
  if (names_class(facts, ipxe_class)) return ClientKind::ipxe;
  if (facts.etherboot && facts.etherboot->names_a_loader()) return ClientKind::etherboot;
  if (vendor_class_begins(facts, "HTTPClient")) return ClientKind::http_client;
  if (vendor_class_begins(facts, "PXEClient")) return ClientKind::pxe_client;
  if (is_any_of(facts.architectures.kept(), is_http_architecture)) return ClientKind::http_client;
  return ClientKind::other;
}

bool is_raspberry_pi_rom(const Facts& facts, const ClientArchitectures& client) {
  if (names_class(facts, gpxe_class) || names_class(facts, ipxe_class)) return false;
  const auto listed = client.numbers.kept();
  if (is_any_of(listed, [](std::uint16_t number) { return number == arch::arm_rpiboot; })) return true;
  const bool claims_bios = listed.empty() || listed.front() == arch::x86_bios;
  return claims_bios && has_raspberry_pi_address(facts);
}

std::string_view name_of(ClientKind kind) {
  switch (kind) {
    case ClientKind::gpxe:
      return "gPXE";
    case ClientKind::ipxe:
      return "iPXE";
    case ClientKind::etherboot:
      return "gPXE-like";
    case ClientKind::http_client:
      return "HTTPClient";
    case ClientKind::pxe_client:
      return "PXEClient";
    case ClientKind::other:
      return "other";
  }
  return "other";
}

}  // namespace chainload::core
