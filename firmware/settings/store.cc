// SPDX-License-Identifier: MPL-2.0
// The search through the scopes, and the list of what was set by hand.
#include "settings/store.h"

#include <new>

#include "wire/dhcp.h"
#include "wire/smbios.h"

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
    base::Ipv4Address address = tag.value == Tag::yiaddr ? packet->yiaddr() : packet->siaddr();
    if (address.is_any() && (tag.value == Tag::yiaddr || !base::parse_ipv4(base::as_text(packet->server_name(scratch)), address))) {
      return std::nullopt;
    }
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

/// A field by name, or as [INSTANCE.]TYPE.OFFSET.LENGTH; a length of 0 means the string whose number stands
/// there.
std::optional<Value> Store::find_smbios(std::string_view name, Scratch& scratch) const {
  if (name == "uuid" && machine_.smbios_uuid.size() == 16) {
    // [smbios 7.2.1] the first three fields are little endian; the text and DHCP's uuid setting are not.
    swap_guid(machine_.smbios_uuid, scratch);
    return Value{Type::uuid, base::Bytes(scratch).first(16)};
  }
  struct Field {
    std::string_view name;
    std::string_view place;
  };
  constexpr Field fields[] = {{"manufacturer", "1.4.0"},
                              {"product", "1.5.0"},
                              {"serial", "1.7.0"},
                              {"asset", "3.8.0"},
                              {"board-serial", "2.7.0"}};  // [smbios 7.2, 7.3, 7.4]
  for (const Field& field : fields) {
    if (name == field.name) name = field.place;
  }
  std::array<std::uint64_t, 4> number{};  // instance, type, offset, length
  for (std::size_t i = 4; i-- > 0 && !name.empty();) {
    const std::size_t dot = name.rfind('.');
    const std::size_t begin = dot == std::string_view::npos ? 0 : dot + 1;
    if (!base::parse_number(name.substr(begin), 10, number[i]) || number[i] > 0xff || (begin == 0 && i > 1)) {
      return std::nullopt;
    }
    name = name.substr(0, begin == 0 ? 0 : dot);
  }
  if (!name.empty()) return std::nullopt;
  const wire::SmbiosStructure found = wire::find_smbios_structure(
      machine_.smbios, static_cast<std::uint8_t>(number[1]), static_cast<unsigned>(number[0]));
  const auto offset = static_cast<std::size_t>(number[2]), length = static_cast<std::size_t>(number[3]);
  if (length == 0) return text_value(found.string_at(offset));
  if (offset + length > found.formatted.size()) return std::nullopt;
  return Value{Type::hex, found.formatted.subspan(offset, length)};
}

std::optional<Value> Store::find_own(Scope scope, const SettingId& id, Scratch& scratch) const {
  if (scope == Scope::net0) {
    if (id.name == "mac") return Value{Type::hex, machine_.mac.octets};
    if (id.name == "busid" && !machine_.bus_id.empty()) return Value{Type::hex, machine_.bus_id};
    if (id.name == "ifname") return text_value("net0");
    if (id.name == "chip") return text_value(machine_.nic);
  } else if (scope == Scope::smbios) {
    return find_smbios(id.name, scratch);
  } else if (scope == Scope::builtin) {
    if (id.name == "version") return text_value(machine_.version);
    if (id.name == "platform") return text_value(machine_.platform);
    if (id.name == "buildarch") return text_value(machine_.build_arch);
    if (id.name == "cpuvendor") return text_value(machine_.cpu_vendor);
    if (id.name == "cpumodel") return text_value(machine_.cpu_model);
    if (id.name == "cwuri") return text_value(current_uri_);
    if (id.name == "cwduri") {
      const std::string_view path = current_uri_.substr(0, current_uri_.find('?'));
      return text_value(path.substr(0, path.rfind('/') + 1));
    }
    if (id.name == "memsize") {
      base::store_be32(scratch.data(), machine_.memory_mib);
      return Value{Type::int32, base::Bytes(scratch).first(4)};
    }
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

void Store::list(void (*show)(void* context, std::string_view id), void* context) const {
  for (const Entry* entry = entries_; entry != nullptr; entry = entry->next) {
    if (entry->tag.is_none()) show(context, entry->name());
  }
  for (std::size_t i = 0; i < known_name_count(); ++i) show(context, known_name(i));
}

base::Ipv4Address Store::find_ipv4(std::string_view id) const {
  Scratch scratch;
  const auto value = find(id, scratch);
  if (!value || value->bytes.size() < 4) return base::Ipv4Address::any();
  return {base::load_be32(value->bytes.data())};
}

}  // namespace settings
