// SPDX-License-Identifier: MPL-2.0
// From the Dhcp4 map to networks and compiled contexts.
#include "scopes.h"

#include <charconv>

#include "core/facts/compose.h"
#include "core/facts/text.h"

namespace chainload::core {
namespace {

constexpr std::uint32_t global_subnet_id = 0;

std::string_view text_of(const Value& map, std::string_view key) {
  const Value* const value = map.find(key);
  return value != nullptr && value->string() != nullptr ? std::string_view(*value->string())
                                                        : std::string_view();
}

const Value::List& list_of(const Value& map, std::string_view key) {
  static const Value::List none;
  const Value* const value = map.find(key);
  return value != nullptr && value->list() != nullptr ? *value->list() : none;
}

std::string without_spaces(std::string_view text) {
  std::string kept;
  for (const char letter : text) {
    if (letter != ' ' && letter != '\t') kept += letter;
  }
  return kept;
}

struct Prefix {
  Ipv4 address{};
  std::uint8_t len = 0;
};

std::uint32_t mask_of(std::uint8_t len) {
  return len == 0 ? 0 : 0xffffffffu << (32 - len);
}

std::optional<Prefix> parse_prefix(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = parse_ipv4(text.substr(0, slash));
  const std::string_view digits = text.substr(slash + 1);
  std::uint8_t len = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), len);
  if (!address || error != std::errc{} || end != digits.data() + digits.size() || len > 32)
    return std::nullopt;
  return Prefix{Ipv4{static_cast<std::uint32_t>(*address) & mask_of(len)}, len};
}

/// `192.0.2.10-192.0.2.20` or `192.0.2.64/26`.
std::optional<std::pair<Ipv4, Ipv4>> parse_pool(const std::string& text) {
  if (const auto prefix = parse_prefix(text)) {
    return std::pair(prefix->address,
                     Ipv4{static_cast<std::uint32_t>(prefix->address) | ~mask_of(prefix->len)});
  }
  const std::size_t hyphen = text.find('-');
  if (hyphen == std::string::npos) return std::nullopt;
  const auto first = parse_ipv4(std::string_view(text).substr(0, hyphen));
  const auto last = parse_ipv4(std::string_view(text).substr(hyphen + 1));
  if (!first || !last || *first > *last) return std::nullopt;
  return std::pair(*first, *last);
}

/// As Kea reads identifiers: text between single quotes, or hexadecimal digits with or without colons;
/// between colons one digit may stand alone.
std::optional<std::vector<std::uint8_t>> parse_identifier(std::string_view text) {
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') {
    const std::string_view inner = text.substr(1, text.size() - 2);
    return std::vector<std::uint8_t>(inner.begin(), inner.end());
  }
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  std::string digits;
  while (!text.empty()) {
    const std::size_t separator = std::min(text.find_first_of(": "), text.size());
    const std::string_view part = text.substr(0, separator);
    if (part.size() % 2 == 1) digits += '0';
    digits += part;
    text.remove_prefix(std::min(separator + 1, text.size()));
  }
  return digits.empty() ? std::nullopt : parse_hex(digits);
}

struct IdentifierName {
  std::string_view key;
  IdentifierKind kind;
};
constexpr std::array identifier_names = {IdentifierName{"hw-address", IdentifierKind::hardware_address},
                                         IdentifierName{"duid", IdentifierKind::duid},
                                         IdentifierName{"circuit-id", IdentifierKind::circuit_id},
                                         IdentifierName{"client-id", IdentifierKind::client_id},
                                         IdentifierName{"flex-id", IdentifierKind::flexible}};

std::vector<IdentifierKind> identifier_order(const Value& dhcp4) {
  std::vector<IdentifierKind> order;
  for (const Value& name : list_of(dhcp4, "host-reservation-identifiers")) {
    for (const auto& [key, kind] : identifier_names) {
      if (name.string() != nullptr && *name.string() == key) order.push_back(kind);
    }
  }
  if (order.empty()) order.assign(default_identifier_order.begin(), default_identifier_order.end());
  return order;
}

/// Which reservations count, from the outermost level to the subnet's own; each level says as much as it
/// likes.
struct ReservationModes {
  bool own = true;
  bool global = false;

  void read(const Value& level) {
    // The older single key; the server refuses both ways side by side.
    if (const std::string_view mode = text_of(level, "reservation-mode"); !mode.empty()) {
      own = mode == "all" || mode == "out-of-pool";
      global = mode == "global";
    }
    set(own, level.find("reservations-in-subnet"));
    set(global, level.find("reservations-global"));
  }

 private:
  static void set(bool& flag, const Value* value) {
    if (value != nullptr && value->boolean() != nullptr) flag = *value->boolean();
  }
};

}  // namespace

/// One pass over the configuration. Inner scopes inherit from outer ones, which are therefore compiled first.
class ScopeReader {
 public:
  ScopeReader(const OuterScope& parameters, Problems& problems)
      : parameters_(parameters), problems_(problems) {}

  Scopes read(const Value& dhcp4) {
    ReservationModes modes;
    modes.read(dhcp4);
    // The server numbers subnets without an id of their own in this order too.
    for (const Value& network : list_of(dhcp4, "shared-networks")) read_shared_network(network, modes);
    read_subnets(dhcp4, {}, {ScopeNumber::none, parameters_}, modes);
    for (const Value& reservation : list_of(dhcp4, "reservations")) {
      read_reservation(reservation, global_subnet_id, parameters_, "");
    }
    for (const Value& each : list_of(dhcp4, "client-classes")) read_class(each);
    // One without a context counts too where others have one: it may be the one that is this client's.
    if (!reservations_are_of_use_) reservations_.clear();
    scopes_.networks_ =
        Networks(std::move(subnets_), std::move(pools_), std::move(reservations_), identifier_order(dhcp4));
    return std::move(scopes_);
  }

 private:
  struct Scope {
    ScopeNumber number = ScopeNumber::none;
    OuterScope inside;  // what scopes in it inherit
  };

  Scope read_context(const Value& holder, const std::string& name, const std::string& path,
                     const OuterScope& outer) {
    const Value* const context = holder.find("user-context");
    const Value* const chainload = context == nullptr ? nullptr : context->find("chainload");
    if (chainload == nullptr) return {ScopeNumber::none, outer};
    ScopeSettings settings = read_scope(*chainload, ScopeKind::context, path, problems_);
    OuterScope inside = outer;
    if (!settings.short_form.empty()) {
      inside.short_form = std::make_shared<const ShortForm>(inherit(settings.short_form, *outer.short_form));
    }
    auto policy = std::make_unique<const ScopePolicy>(name, std::move(settings), *outer.short_form,
                                                      outer.table, path, problems_);
    if (policy->table() != nullptr) inside.table = policy->table();
    scopes_.reach_ |= policy->reach();
    scopes_.policies_.push_back(std::move(policy));
    return {ScopeNumber{static_cast<std::uint32_t>(scopes_.policies_.size() - 1)}, inside};
  }

  void read_shared_network(const Value& network, ReservationModes modes) {
    modes.read(network);
    const std::string name(text_of(network, "name"));
    const std::string shown = "shared-network[" + printable(name) + "]";
    read_subnets(network, name, read_context(network, shown, shown, parameters_), modes);
  }

  void read_subnets(const Value& holder, const std::string& shared_network, const Scope& around,
                    const ReservationModes& modes) {
    for (const Value& each : list_of(holder, "subnet4")) read_subnet(each, shared_network, around, modes);
  }

  void read_subnet(const Value& value, const std::string& shared_network, const Scope& around,
                   ReservationModes modes) {
    const auto prefix = parse_prefix(text_of(value, "subnet"));
    if (!prefix) return;
    modes.read(value);
    Subnet subnet;
    subnet.id = id_of(value);
    subnet.prefix = prefix->address;
    subnet.prefix_len = prefix->len;
    subnet.text = text_of(value, "subnet");
    subnet.shared_network = shared_network;
    subnet.shared_network_scope = around.number;
    subnet.honours_its_reservations = modes.own;
    subnet.honours_global_reservations = modes.global;
    const std::string name = "subnet[" + std::to_string(subnet.id) + "]";
    const Scope scope = read_context(value, name, name, around.inside);
    subnet.scope = scope.number;
    const std::uint32_t id = subnet.id;
    subnets_.push_back(std::move(subnet));
    scopes_.inside_subnet_.push_back(scope.inside);

    const std::size_t first_pool = pools_.size();
    for (const Value& pool : list_of(value, "pools")) read_pool(pool, scope.inside, name);
    for (const Value& reservation : list_of(value, "reservations")) {
      read_reservation(reservation, id, around_reservation(reservation, first_pool, scope.inside),
                       name + ".");
    }
  }

  std::uint32_t id_of(const Value& subnet) {
    const Value* const value = subnet.find("id");
    const std::int64_t given = value != nullptr && value->integer() != nullptr ? *value->integer() : 0;
    if (given > 0 && given < 0xffffffff) return static_cast<std::uint32_t>(given);
    return ++last_made_id_;
  }

  void read_pool(const Value& value, const OuterScope& around, const std::string& subnet) {
    const std::string text = without_spaces(text_of(value, "pool"));
    const auto range = parse_pool(text);
    if (!range) return;
    const std::string name = "pool[" + text + "]";
    const Scope scope = read_context(value, name, subnet + "." + name, around);
    pools_.push_back({subnets_.size() - 1, range->first, range->second, scope.number});
    scopes_.inside_pool_.push_back(scope.inside);
  }

  /// A reserved address may lie in a pool, which is then the scope around the reservation.
  OuterScope around_reservation(const Value& reservation, std::size_t first_pool,
                                const OuterScope& subnet) const {
    const auto address = parse_ipv4(text_of(reservation, "ip-address"));
    for (std::size_t i = first_pool; address && i < pools_.size(); ++i) {
      if (*address >= pools_[i].first && *address <= pools_[i].last) return scopes_.inside_pool_[i];
    }
    return subnet;
  }

  void read_reservation(const Value& value, std::uint32_t subnet_id, const OuterScope& around,
                        const std::string& subnet) {
    for (const auto& [key, kind] : identifier_names) {
      const std::string_view text = text_of(value, key);
      if (text.empty()) continue;
      auto identifier = parse_identifier(text);
      if (!identifier) return;
      Reservation reservation;
      reservation.kind = kind;
      reservation.identifier = std::move(*identifier);
      reservation.address = parse_ipv4(text_of(value, "ip-address")).value_or(Ipv4::unset);
      reservation.subnet_id = subnet_id;
      reservation.hostname = text_of(value, "hostname");
      const std::string path = subnet + "reservation[" + printable(text) + "]";
      reservation.scope = read_context(value, "reservation", path, around).number;
      const bool has_scope = reservation.scope != ScopeNumber::none;
      if (has_scope && kind == IdentifierKind::flexible && reservation.address == Ipv4::unset) {
        problems_.add(
            path, value.place,
            "a reservation by flex-id is recognised here by its address only, and it has none: add an "
            "\"ip-address\", or reserve by \"hw-address\"");
      }
      reservations_are_of_use_ = reservations_are_of_use_ || has_scope || !reservation.hostname.empty();
      reservations_.push_back(std::move(reservation));
      return;
    }
  }

  void read_class(const Value& value) {
    const std::string name(text_of(value, "name"));
    const std::string shown = "class[" + printable(name) + "]";
    const Scope scope = read_context(value, shown, shown, parameters_);
    if (scope.number != ScopeNumber::none) scopes_.class_scopes_.emplace(name, scope.number);
  }

  const OuterScope& parameters_;
  Problems& problems_;
  Scopes scopes_;
  std::vector<Subnet> subnets_;
  std::vector<Pool> pools_;
  std::vector<Reservation> reservations_;
  std::uint32_t last_made_id_ = 0;
  bool reservations_are_of_use_ = false;
};

Scopes read_scopes(const Value& dhcp4, const OuterScope& parameters, Problems& problems) {
  return ScopeReader(parameters, problems).read(dhcp4);
}

const OuterScope& Scopes::around_reservation(const Place& place) const {
  if (place.pool != nullptr) return inside_pool_[networks_.number_of(*place.pool)];
  return inside_subnet_[networks_.number_of(*place.subnet)];
}

void Scopes::find(const Facts& facts, Ipv4 address, ClientScopes& found, Surroundings& around) const {
  find_in(networks_.place_of(address), facts, address, found, around);
}

void Scopes::find_in(const Place& place, const Facts& facts, Ipv4 address, ClientScopes& found,
                     Surroundings& around) const {
  found.place = place;
  if (const Subnet* const subnet = place.subnet) {
    around.subnet_id = subnet->id;
    around.subnet_prefix = subnet->text;
    around.shared_network = subnet->shared_network;
    around.subnet = policy(subnet->scope);
    around.shared_network_scope = policy(subnet->shared_network_scope);
    found.reservation = networks_.reservation_of(Identifiers(facts), subnet, address);
    if (found.reservation != nullptr) around.reservation = policy(found.reservation->scope);
  }
  if (place.pool != nullptr) around.pool = policy(place.pool->scope);
  if (class_scopes_.empty()) return;
  for (const std::string_view name : around.client_classes) {
    const auto scope = class_scopes_.find(name);
    if (scope != class_scopes_.end()) found.classes.push(policy(scope->second));
  }
  around.classes = found.classes.kept();
}

}  // namespace chainload::core
