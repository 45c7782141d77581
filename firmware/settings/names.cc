// SPDX-License-Identifier: MPL-2.0
// The table of gPXE's setting names, and the taking apart of `scope/name:type`.
#include "settings/names.h"

#include "wire/dhcp.h"

namespace settings {

namespace {

using base::Error;
using base::ErrorCode;
namespace option = wire::dhcp_option;

struct KnownName {
  std::string_view name;
  Type type;
  Tag tag;
};
constexpr KnownName known_names[] = {
    {"ip", Type::ipv4, {Tag::yiaddr}},
    {"netmask", Type::ipv4, Tag::option(option::subnet_mask)},
    {"gateway", Type::ipv4, Tag::option(option::router)},
    {"dns", Type::ipv4, Tag::option(option::domain_name_server)},
    {"syslog", Type::ipv4, Tag::option(option::log_server)},
    {"hostname", Type::string, Tag::option(option::host_name)},
    {"domain", Type::string, Tag::option(option::domain_name)},
    {"root-path", Type::string, Tag::option(option::root_path)},
    {"mtu", Type::uint16, Tag::option(option::interface_mtu)},
    {"ntp", Type::ipv4, Tag::option(option::ntp_server)},
    {"dhcp-server", Type::ipv4, Tag::option(option::server_identifier)},
    {"vendor-class", Type::string, Tag::option(option::vendor_class)},
    {"filename", Type::string, Tag::option(option::boot_file_name)},
    {"next-server",
     Type::ipv4,
     {Tag::siaddr}},  // the packet's siaddr field, or the address that option 66 spells
    {"user-class", Type::string, Tag::option(option::user_class)},
    {"initiator-iqn", Type::string, Tag::option(option::initiator_iqn)},
    {"priority", Type::int8, Tag::nested(option::etherboot_encapsulated, 1)},
    {"keep-san", Type::int8, Tag::nested(option::etherboot_encapsulated, 8)},
    {"no-pxedhcp", Type::uint8, Tag::nested(option::etherboot_encapsulated, 176)},
    {"username", Type::string, Tag::nested(option::etherboot_encapsulated, 190)},
    {"password", Type::string, Tag::nested(option::etherboot_encapsulated, 191)},
    {"reverse-username", Type::string, Tag::nested(option::etherboot_encapsulated, 192)},
    {"reverse-password", Type::string, Tag::nested(option::etherboot_encapsulated, 193)},
    {"mac", Type::hex, {}},
    {"busid", Type::hex, {}},
    {"uuid", Type::uuid, {}},
    {"manufacturer", Type::string, {}},
    {"product", Type::string, {}},
    {"serial", Type::string, {}},
    {"asset", Type::string, {}},
    {"version", Type::string, {}},
    {"platform", Type::string, {}},
    {"buildarch", Type::string, {}},
    {"cpuvendor", Type::string, {}},
    {"cpumodel", Type::string, {}},
    {"memsize", Type::int32, {}},
    {"cwuri", Type::string, {}},
    {"cwduri", Type::string, {}},
};

struct ScopeName {
  std::string_view name;
  Scope scope;
};
constexpr ScopeName scope_names[] = {
    {"net0", Scope::net0},
    {"netX", Scope::net0},
    {"net0.dhcp", Scope::dhcp},
    {"netX.dhcp", Scope::dhcp},
    {"dhcp", Scope::dhcp},
    {"proxydhcp", Scope::proxydhcp},
    {"net0.proxydhcp", Scope::proxydhcp},
    {"pxebs", Scope::proxydhcp},
    {"smbios", Scope::smbios},
    {"builtin", Scope::builtin},
};

/// "67" or "175.176"; none when it is a name, an option number out of range, or nested deeper.
Tag numbered(std::string_view name) {
  const std::size_t dot = name.find('.');
  std::uint64_t code = 0, inner = 0;
  if (!base::parse_number(name.substr(0, dot), 10, code) || code < 1 || code > 254) return {};
  if (dot == std::string_view::npos) return Tag::option(static_cast<unsigned>(code));
  if (!base::parse_number(name.substr(dot + 1), 10, inner) || inner < 1 || inner > 254) return {};
  return Tag::nested(static_cast<unsigned>(code), static_cast<unsigned>(inner));
}

}  // namespace

std::size_t known_name_count() {
  return std::size(known_names);
}
std::string_view known_name(std::size_t i) {
  return known_names[i].name;
}

base::Result<SettingId> parse_id(std::string_view id) {
  SettingId parsed;
  parsed.name = id;
  if (const std::size_t colon = id.rfind(':'); colon != std::string_view::npos) {
    parsed.type = type_named(id.substr(colon + 1));
    if (!parsed.type)
      return Error(ErrorCode::invalid, "Setting \"{}\": there is no type \"{}\"", id, id.substr(colon + 1));
    parsed.name = id.substr(0, colon);
  }
  if (const std::size_t slash = parsed.name.rfind('/'); slash != std::string_view::npos) {
    const std::string_view scope = parsed.name.substr(0, slash);
    for (const ScopeName& entry : scope_names) {
      if (entry.name == scope) parsed.scope = entry.scope;
    }
    if (!parsed.scope)
      return Error(ErrorCode::invalid, "Setting \"{}\": there is no scope \"{}\"", id, scope);
    parsed.name.remove_prefix(slash + 1);
  }
  if (parsed.name.empty()) return Error(ErrorCode::invalid, "Setting \"{}\" has no name", id);
  parsed.tag = numbered(parsed.name);
  for (const KnownName& entry : known_names) {
    if (entry.name != parsed.name && (parsed.tag.is_none() || !(entry.tag == parsed.tag))) continue;
    parsed.tag = entry.tag;
    if (!parsed.type) parsed.type = entry.type;
    return parsed;
  }
  if (!parsed.tag.is_none() && !parsed.type) parsed.type = Type::hex;
  return parsed;
}

}  // namespace settings
