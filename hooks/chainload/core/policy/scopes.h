// SPDX-License-Identifier: MPL-2.0
// The `chainload` contexts of the server's configuration, compiled, and the networks they belong to: what
// concerns a client is found in a few look-ups.
#pragma once

#include <memory>

#include "networks.h"
#include "scope_policy.h"

namespace chainload::core {

/// So many classes of one client count with their contexts, the first in evaluation order.
inline constexpr std::size_t class_scopes_read = 32;

/// What concerns one client. The Surroundings filled from it view into it.
struct ClientScopes {
  Place place;
  const Reservation* reservation = nullptr;
  FirstFew<const ScopePolicy*, class_scopes_read> classes;
};

/// What a scope inherits from those around it.
struct OuterScope {
  std::shared_ptr<const ShortForm> short_form;  // of all of them, already inherited by each other; never null
  const BuiltInTable* table = nullptr;          // of the nearest that has one
};

class Scopes {
 public:
  Scopes() = default;

  /// Fills in subnet, shared network and the scopes. `address` is the client's: yiaddr, else ciaddr. `found`
  /// must outlive `around`, whose client_classes are read and must be set before.
  void find(const Facts& facts, Ipv4 address, ClientScopes& found, Surroundings& around) const;

  /// The same for a subnet that is given and not found by the address.
  void find_in(const Place& place, const Facts& facts, Ipv4 address, ClientScopes& found,
               Surroundings& around) const;

  const Networks& networks() const { return networks_; }
  const ScopePolicy* policy(ScopeNumber number) const {
    return number == ScopeNumber::none ? nullptr : policies_[static_cast<std::size_t>(number)].get();
  }
  /// What a reservation at that place inherits. Only for a place with a subnet.
  const OuterScope& around_reservation(const Place& place) const;

  /// In the order of the configuration: for lint, status and the hash.
  std::span<const std::unique_ptr<const ScopePolicy>> policies() const { return policies_; }
  bool empty() const { return policies_.empty(); }
  bool has_class_scopes() const { return !class_scopes_.empty(); }

  /// What all contexts together look at.
  const Reach& reach() const { return reach_; }

 private:
  friend class ScopeReader;

  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  Networks networks_;
  std::vector<OuterScope> inside_subnet_;  // beside the networks' subnets
  std::vector<OuterScope> inside_pool_;    // and pools
  std::vector<std::unique_ptr<const ScopePolicy>> policies_;
  std::unordered_map<std::string, ScopeNumber, TextHash, std::equal_to<>> class_scopes_;
  Reach reach_;
};

/// Reads the `Dhcp4` map of a configuration that the server has accepted: what the server checks is not
/// checked again. The outermost scopes inherit from `parameters`.
Scopes read_scopes(const Value& dhcp4, const OuterScope& parameters, Problems& problems);

}  // namespace chainload::core
