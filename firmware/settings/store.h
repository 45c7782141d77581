// SPDX-License-Identifier: MPL-2.0
// The store of settings: what DHCP said, what the machine is, and what was set by hand, found by name.
#pragma once

#include "base/arena.h"
#include "settings/names.h"

namespace settings {

/// What does not change while we run. The texts and bytes outlive the store.
struct Machine {
  base::MacAddress mac;
  base::Bytes bus_id;       // as in DHCP option 175.177: 01, PCI vendor, PCI device; or empty
  base::Bytes smbios_uuid;  // as SMBIOS keeps it: the first three fields little endian; or empty
  std::string_view version;
  std::string_view platform;
  std::string_view build_arch;
  std::string_view nic = {};  // what drives the card
  base::Bytes smbios = {};    // the structure table; or empty
  std::uint32_t memory_mib = 0;
  std::string_view cpu_vendor = {}, cpu_model = {};
};

struct Value {
  Type type;
  base::Bytes bytes;
};

class Store {
 public:
  /// Longest value that can be set, and the scratch that find() needs to join any DHCP option.
  static constexpr std::size_t max_value = 1500;
  static constexpr std::size_t max_name = 255;
  using Scratch = std::array<std::uint8_t, max_value>;

  explicit Store(base::Arena& arena, const Machine& machine);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// What `net0.dhcp` and `proxydhcp` look into: whole BOOTP payloads, only referred to; empty: no such scope
  /// now.
  void set_packets(base::Bytes ack, base::Bytes proxy_ack) {
    ack_ = ack;
    proxy_ack_ = proxy_ack;
  }
  /// What relative addresses are meant from; empty: nothing.
  void set_current_uri(std::string_view uri) { current_uri_ = uri; }
  /// Calls `show` with the name, scope before it, of everything that has a value.
  void list(void (*show)(void* context, std::string_view id), void* context) const;
  base::Bytes packet(Scope scope) const { return scope == Scope::proxydhcp ? proxy_ack_ : ack_; }

  base::Status set(std::string_view id, std::string_view value);
  base::Status clear(std::string_view id);

  /// The first scope that has it: set by hand, the card, its DHCP, ProxyDHCP, SMBIOS, our own. The bytes
  /// stand in `scratch` or in the store. Nothing for names that make no sense, too.
  std::optional<Value> find(std::string_view id, Scratch& scratch) const;
  /// Appends the value as text; false when there is none.
  bool format(std::string_view id, base::TextWriter& out) const;
  /// any() when there is none.
  base::Ipv4Address find_ipv4(std::string_view id) const;

 private:
  struct Entry;  // a value set by hand; name and bytes stand behind it
  Entry** find_entry(Scope scope, const SettingId& id);
  std::optional<Value> find_in(Scope scope, const SettingId& id, Scratch& scratch) const;
  std::optional<Value> find_smbios(std::string_view name, Scratch& scratch) const;
  std::optional<Value> find_own(Scope scope, const SettingId& id, Scratch& scratch) const;

  base::Arena& arena_;
  Machine machine_;
  base::Bytes ack_;
  base::Bytes proxy_ack_;
  std::string_view current_uri_;
  Entry* entries_ = nullptr;
};

}  // namespace settings
