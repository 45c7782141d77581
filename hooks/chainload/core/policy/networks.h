// SPDX-License-Identifier: MPL-2.0
// Where a client stands in the server's configuration: its subnet and pool by address, its reservation by
// identifier. Made once from the configuration, never changed afterwards; nothing here allocates when it is
// asked.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/facts/facts.h"

namespace chainload::core {

/// The place of a scope's policy in the list that was read together with these networks.
enum class ScopeNumber : std::uint32_t { none = 0xffffffff };

struct Subnet {
  std::uint32_t id = 0;
  Ipv4 prefix{};
  std::uint8_t prefix_len = 0;
  std::string text;            // `192.0.2.0/24`
  std::string shared_network;  // empty: in none
  ScopeNumber scope = ScopeNumber::none;
  ScopeNumber shared_network_scope = ScopeNumber::none;
  /// Which reservations the server honours for a client of this subnet.
  bool honours_its_reservations = true;
  bool honours_global_reservations = false;
};

struct Pool {
  std::size_t subnet = 0;  // index of its subnet
  Ipv4 first{};
  Ipv4 last{};
  ScopeNumber scope = ScopeNumber::none;
};

/// In the order of Kea's enumeration. A flexible identifier is made by another library from an expression
/// that cannot be known here: such a reservation is found by its address.
enum class IdentifierKind : std::uint8_t { hardware_address, duid, circuit_id, client_id, flexible };
inline constexpr std::size_t identifier_kinds = 5;

/// The server's default for host-reservation-identifiers.
inline constexpr std::array default_identifier_order = {IdentifierKind::hardware_address,
                                                        IdentifierKind::duid, IdentifierKind::circuit_id,
                                                        IdentifierKind::client_id};

/// What a query can be recognised by; empty where it does not say.
class Identifiers {
 public:
  explicit Identifiers(const Facts& facts);
  Bytes of(IdentifierKind kind) const { return values_[static_cast<std::size_t>(kind)]; }

 private:
  std::array<Bytes, identifier_kinds> values_;
};

struct Reservation {
  IdentifierKind kind = IdentifierKind::hardware_address;
  std::vector<std::uint8_t> identifier;
  Ipv4 address{};               // unset: a dynamic one
  std::uint32_t subnet_id = 0;  // 0: global
  std::string hostname;
  ScopeNumber scope = ScopeNumber::none;
};

/// Pointers into Networks; null where there is none.
struct Place {
  const Subnet* subnet = nullptr;
  const Pool* pool = nullptr;
};

class Networks {
 public:
  Networks() = default;
  Networks(const Networks&) = delete;  // the index views the reservations
  Networks& operator=(const Networks&) = delete;
  Networks(Networks&&) = default;
  Networks& operator=(Networks&&) = default;
  /// Prefixes and ranges may lie within each other, identifiers may repeat (the first counts).
  Networks(std::vector<Subnet> subnets, std::vector<Pool> pools, std::vector<Reservation> reservations,
           std::vector<IdentifierKind> identifier_order);

  /// The pool that holds the address, and its subnet; without a pool the subnet with the longest prefix. Both
  /// in the time of one binary search over all of them.
  Place place_of(Ipv4 address) const;

  const Subnet* subnet_by_id(std::uint32_t id) const;

  /// As the server looks: the subnet's own reservations first, each identifier in the configured order, then
  /// the global ones. Null when there is none.
  const Reservation* reservation_of(const Identifiers& client, const Subnet* subnet, Ipv4 address) const;

  std::span<const Subnet> subnets() const { return subnets_; }

  /// The place in the list it came in; for a subnet or pool of these networks.
  std::size_t number_of(const Subnet& subnet) const {
    return static_cast<std::size_t>(&subnet - subnets_.data());
  }
  std::size_t number_of(const Pool& pool) const { return static_cast<std::size_t>(&pool - pools_.data()); }

  std::span<const IdentifierKind> identifier_order() const { return identifier_order_; }

 private:
  /// Addresses from `first` up to the next segment's lie in this subnet and pool.
  struct Segment {
    std::uint32_t first;
    std::uint32_t subnet;  // index, or none
    std::uint32_t pool;
  };
  struct Key {
    IdentifierKind kind;
    std::uint32_t subnet_id;
    Bytes identifier;
    bool operator==(const Key& other) const;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };

  void lay_out_addresses();
  void index_reservations();
  const Reservation* reservation_in(std::uint32_t subnet_id, const Identifiers& client, Ipv4 address) const;

  std::vector<Subnet> subnets_;
  std::vector<Pool> pools_;
  std::vector<Reservation> reservations_;
  std::vector<IdentifierKind> identifier_order_;
  std::vector<Segment> segments_;
  std::unordered_map<std::uint32_t, std::size_t> subnet_index_;
  /// The keys view the identifiers in reservations_, whose buffers never move.
  std::unordered_map<Key, std::size_t, KeyHash> by_identifier_;
  std::unordered_map<std::uint64_t, std::size_t> flexible_by_address_;  // subnet id and address
};

}  // namespace chainload::core
