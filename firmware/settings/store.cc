// SPDX-License-Identifier: MPL-2.0
// The search through the scopes, and the list of what was set by hand.
#include "settings/store.h"

#include <new>

#include "wire/dhcp.h"

namespace settings {

struct Store::Entry {
  Entry* next;
  Tag tag;
  Scope scope;
  Type type;
  std::uint16_t name_size;
  std::uint16_t value_size;

  std::uint8_t* tail() { return static_cast<std::uint8_t*>(static_cast<void*>(this + 1)); }
  const std::uint8_t* tail() const {
    return static_cast<const std::uint8_t*>(static_cast<const void*>(this + 1));
  }
  std::string_view name() const { return base::as_text({tail(), name_size}); }
  base::Bytes value() const { return {tail() + name_size, value_size}; }
  bool is(Scope wanted, const SettingId& id) const {
    return scope == wanted && tag == id.tag && (!tag.is_none() || name() == id.name);
  }
};

namespace {

using base::Error;
using base::ErrorCode;

/// A packet's value. Zero addresses and empty fields are absent: servers leave them so [rfc2131 2].
std::optional<base::Bytes> find_in_packet(base::Bytes bytes, Tag tag, Store::Scratch& scratch) {
  const auto packet = wire::DhcpPacket::parse(bytes);
  if (!packet || tag.is_none()) return std::nullopt;
  if (tag.value == Tag::yiaddr || tag.value == Tag::siaddr) {
    const base::Ipv4Address address = tag.value == Tag::yiaddr ? packet->yiaddr() : packet->siaddr();
    if (address.is_any()) return std::nullopt;
    base::store_be32(scratch.data(), address.value);
    return base::Bytes(scratch).first(4);
  }
  if (tag == Tag::option(wire::dhcp_option::boot_file_name)) {
    const base::Bytes file = packet->boot_file(scratch);
    if (file.empty()) return std::nullopt;
    return file;
  }
  if (!tag.is_nested()) return packet->options().find(tag.code(), scratch);
  const base::MutBytes halves(scratch);
  return packet->options()
      .find_encapsulated(tag.code(), halves.first(halves.size() / 2))
      .find(tag.inner(), halves.subspan(halves.size() / 2));
}

std::optional<Value> text_value(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return Value{Type::string, base::as_bytes(text)};
}

}  // namespace

Store::Store(base::Arena& arena, const Machine& machine) : arena_(arena), machine_(machine) {}

Store::Entry** Store::find_entry(Scope scope, const SettingId& id) {
  for (Entry** link = &entries_; *link != nullptr; link = &(*link)->next) {
    if ((*link)->is(scope, id)) return link;
  }
  return nullptr;
}

base::Status Store::set(std::string_view id, std::string_view text) {
  auto parsed = parse_id(id);
  if (!parsed.ok()) return parsed.error();
  const Scope scope = parsed->scope.value_or(Scope::user);
  if (scope != Scope::user && scope != Scope::net0) {
    return Error(ErrorCode::invalid, "Setting \"{}\" cannot be set by hand: use \"net0/{}\" or \"{}\"", id,
                 parsed->name, parsed->name);
  }
  const Type type = parsed->type.value_or(Type::string);
  Scratch scratch;
  auto value = parse_value(type, text, scratch);
  if (!value.ok()) return Error(value.error().code(), "Setting \"{}\": {}", id, value.error().sentence());
  const std::string_view name = parsed->tag.is_none() ? parsed->name : std::string_view{};
  if (name.size() > max_name) {
    return Error(ErrorCode::too_large, "The name of the setting is longer than {} characters", max_name);
  }

  void* memory = arena_.allocate(sizeof(Entry) + name.size() + value->size());
  if (memory == nullptr) {
    return Error(ErrorCode::no_memory,
                 "No memory for setting \"{}\": clear settings that are no longer needed", id);
  }
  static_cast<void>(clear(id));
  entries_ = new (memory) Entry{entries_,
                                parsed->tag,
                                scope,
                                type,
                                static_cast<std::uint16_t>(name.size()),
                                static_cast<std::uint16_t>(value->size())};
  base::copy_bytes(entries_->tail(), base::as_bytes(name));
  base::copy_bytes(entries_->tail() + name.size(), *value);
  return base::Done{};
}

base::Status Store::clear(std::string_view id) {
  auto parsed = parse_id(id);
  if (!parsed.ok()) return parsed.error();
  Entry** link = find_entry(parsed->scope.value_or(Scope::user), *parsed);
  if (link == nullptr) return Error(ErrorCode::not_found, "Setting \"{}\" was not set by hand", id);
  Entry* entry = *link;
  *link = entry->next;
  arena_.release(entry);
  return base::Done{};
}

std::optional<Value> Store::find_own(Scope scope, const SettingId& id, Scratch& scratch) const {
  if (scope == Scope::net0) {
    if (id.name == "mac") return Value{Type::hex, machine_.mac.octets};
    if (id.name == "busid" && !machine_.bus_id.empty()) return Value{Type::hex, machine_.bus_id};
  } else if (scope == Scope::smbios) {
    if (id.name == "uuid" && machine_.smbios_uuid.size() == 16) {
      // [smbios 7.2.1] the first three fields are little endian; the text and DHCP's uuid setting are not.
      constexpr std::uint8_t order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
      for (std::size_t i = 0; i < 16; ++i) scratch[i] = machine_.smbios_uuid[order[i]];
      return Value{Type::uuid, base::Bytes(scratch).first(16)};
    }
  } else if (scope == Scope::builtin) {
    if (id.name == "version") return text_value(machine_.version);
    if (id.name == "platform") return text_value(machine_.platform);
    if (id.name == "buildarch") return text_value(machine_.build_arch);
  }
  return std::nullopt;
}

std::optional<Value> Store::find_in(Scope scope, const SettingId& id, Scratch& scratch) const {
  for (const Entry* entry = entries_; entry != nullptr; entry = entry->next) {
    if (entry->is(scope, id)) return Value{entry->type, entry->value()};
  }
  if (scope == Scope::dhcp || scope == Scope::proxydhcp) {
    const auto bytes = find_in_packet(packet(scope), id.tag, scratch);
    if (!bytes) return std::nullopt;
    return Value{id.type.value_or(Type::hex), *bytes};
  }
  auto own = find_own(scope, id, scratch);
  // net0.dhcp is a child of net0: asked for net0/filename, its answer counts.
  if (!own && scope == Scope::net0) return find_in(Scope::dhcp, id, scratch);
  return own;
}

std::optional<Value> Store::find(std::string_view id, Scratch& scratch) const {
  auto parsed = parse_id(id);
  if (!parsed.ok()) return std::nullopt;
  std::optional<Value> value;
  if (parsed->scope) {
    value = find_in(*parsed->scope, *parsed, scratch);
  } else {
    for (const Scope scope : {Scope::user, Scope::net0, Scope::proxydhcp, Scope::smbios, Scope::builtin}) {
      value = find_in(scope, *parsed, scratch);
      if (value) break;
    }
  }
  // A type that was written wins; else the type it was set with; the names' own types are already in those.
  if (value && parsed->type) value->type = *parsed->type;
  return value;
}

bool Store::format(std::string_view id, base::TextWriter& out) const {
  Scratch scratch;
  const auto value = find(id, scratch);
  if (!value) return false;
  format_value(value->type, value->bytes, out);
  return true;
}

base::Ipv4Address Store::find_ipv4(std::string_view id) const {
  Scratch scratch;
  const auto value = find(id, scratch);
  if (!value || value->bytes.size() < 4) return base::Ipv4Address::any();
  return {base::load_be32(value->bytes.data())};
}

}  // namespace settings
