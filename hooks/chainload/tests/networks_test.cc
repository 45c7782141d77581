// SPDX-License-Identifier: MPL-2.0
// Finding a client's subnet, pool and reservation.
#include "core/policy/networks.h"

#include <gtest/gtest.h>

#include <random>

#include "core/policy/policy.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

using namespace core;

Ipv4 address(std::string_view text) {
  const auto parsed = parse_ipv4(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Ipv4::unset);
}

Subnet subnet(std::uint32_t id, std::string_view prefix, std::uint8_t len) {
  Subnet made;
  made.id = id;
  made.prefix = address(prefix);
  made.prefix_len = len;
  return made;
}

Pool pool(std::size_t subnet, std::string_view first, std::string_view last) {
  return {subnet, address(first), address(last), ScopeNumber{static_cast<std::uint32_t>(subnet)}};
}

std::vector<IdentifierKind> default_order() {
  return {default_identifier_order.begin(), default_identifier_order.end()};
}

Networks networks_of(std::vector<Subnet> subnets, std::vector<Pool> pools) {
  return Networks(std::move(subnets), std::move(pools), {}, default_order());
}

std::uint32_t subnet_id(const Networks& networks, std::string_view at) {
  const Place place = networks.place_of(address(at));
  return place.subnet ? place.subnet->id : 0;
}

TEST(networks, address_belongs_to_the_subnet_that_holds_it) {
  const Networks networks = networks_of({subnet(7, "192.0.2.0", 24), subnet(8, "198.51.100.0", 25)}, {});
  EXPECT_EQ(subnet_id(networks, "192.0.1.255"), 0u);
  EXPECT_EQ(subnet_id(networks, "192.0.2.0"), 7u);
  EXPECT_EQ(subnet_id(networks, "192.0.2.255"), 7u);
  EXPECT_EQ(subnet_id(networks, "192.0.3.0"), 0u);
  EXPECT_EQ(subnet_id(networks, "198.51.100.127"), 8u);
  EXPECT_EQ(subnet_id(networks, "198.51.100.128"), 0u);
  EXPECT_EQ(networks.subnet_by_id(8)->prefix_len, 25);
  EXPECT_EQ(networks.subnet_by_id(9), nullptr);
}

TEST(networks, longest_prefix_wins_where_subnets_nest) {
  const Networks networks =
      networks_of({subnet(1, "10.0.0.0", 8), subnet(2, "10.1.0.0", 16), subnet(3, "10.1.2.0", 24)}, {});
  EXPECT_EQ(subnet_id(networks, "10.0.255.255"), 1u);
  EXPECT_EQ(subnet_id(networks, "10.1.0.0"), 2u);
  EXPECT_EQ(subnet_id(networks, "10.1.2.9"), 3u);
  EXPECT_EQ(subnet_id(networks, "10.1.3.0"), 2u);
  EXPECT_EQ(subnet_id(networks, "10.2.0.0"), 1u);
  EXPECT_EQ(subnet_id(networks, "11.0.0.0"), 0u);
}

TEST(networks, pool_decides_before_the_prefix) {
  const Networks networks =
      networks_of({subnet(1, "10.0.0.0", 8), subnet(2, "10.1.0.0", 16)},
                  {pool(0, "10.1.0.10", "10.1.0.20"), pool(1, "10.1.0.15", "10.1.0.30")});
  EXPECT_EQ(subnet_id(networks, "10.1.0.9"), 2u);
  EXPECT_EQ(subnet_id(networks, "10.1.0.10"), 1u);
  EXPECT_EQ(subnet_id(networks, "10.1.0.15"), 2u);  // both pools hold it: the longer prefix
  EXPECT_EQ(subnet_id(networks, "10.1.0.30"), 2u);
  EXPECT_EQ(networks.place_of(address("10.1.0.30")).pool->scope, ScopeNumber{1});
  EXPECT_EQ(networks.place_of(address("10.1.0.31")).pool, nullptr);
}

TEST(networks, whole_space_and_its_last_address_are_no_exception) {
  const Networks networks = networks_of({subnet(1, "0.0.0.0", 0), subnet(2, "255.255.255.255", 32)}, {});
  EXPECT_EQ(subnet_id(networks, "255.255.255.254"), 1u);
  EXPECT_EQ(subnet_id(networks, "255.255.255.255"), 2u);
  EXPECT_EQ(networks.place_of(Ipv4::unset).subnet, nullptr);  // no address is in no subnet
}

TEST(networks, none_at_all_find_nothing) {
  EXPECT_EQ(Networks().place_of(address("192.0.2.1")).subnet, nullptr);
  EXPECT_EQ(subnet_id(networks_of({}, {}), "192.0.2.1"), 0u);
}

// The search over segments says what a walk over all subnets and pools says.
TEST(networks, place_is_that_of_a_naive_search) {
  std::mt19937 random(20260722);
  const auto some = [&](std::uint32_t most) { return static_cast<std::uint32_t>(random() % most); };
  for (int round = 0; round < 60; ++round) {
    std::vector<Subnet> subnets;
    std::vector<Pool> pools;
    for (std::uint32_t i = 0; i < 12; ++i) {
      const auto len = static_cast<std::uint8_t>(24 + some(9));
      const std::uint32_t mask = len == 0 ? 0 : ~0u << (32 - len);
      Subnet made;
      made.id = i + 1;
      made.prefix = Ipv4{(0x0a000000 + some(512)) & mask};
      made.prefix_len = len;
      const bool known = std::any_of(subnets.begin(), subnets.end(), [&](const Subnet& other) {
        return other.prefix == made.prefix && other.prefix_len == len;
      });
      if (known) continue;
      subnets.push_back(made);
      const std::uint32_t size = ~mask + 1;
      const std::uint32_t first = static_cast<std::uint32_t>(made.prefix) + some(size);
      const std::uint32_t last = first + some(static_cast<std::uint32_t>(made.prefix) + size - first);
      if (some(2)) pools.push_back({subnets.size() - 1, Ipv4{first}, Ipv4{last}, ScopeNumber::none});
    }
    const Networks networks = networks_of(subnets, pools);
    for (std::uint32_t at = 0x0a000000 - 2; at < 0x0a000000 + 520; ++at) {
      int best_pool = -1;
      int best_subnet = -1;
      for (std::size_t i = 0; i < pools.size(); ++i) {
        if (at < static_cast<std::uint32_t>(pools[i].first) || at > static_cast<std::uint32_t>(pools[i].last))
          continue;
        if (best_pool < 0 || subnets[pools[i].subnet].prefix_len >
                                 subnets[pools[static_cast<std::size_t>(best_pool)].subnet].prefix_len) {
          best_pool = static_cast<int>(i);
        }
      }
      for (std::size_t i = 0; i < subnets.size(); ++i) {
        const std::uint32_t mask = ~0u << (32 - subnets[i].prefix_len);
        if ((at & mask) != static_cast<std::uint32_t>(subnets[i].prefix)) continue;
        if (best_subnet < 0 ||
            subnets[i].prefix_len > subnets[static_cast<std::size_t>(best_subnet)].prefix_len) {
          best_subnet = static_cast<int>(i);
        }
      }
      if (best_pool >= 0) best_subnet = static_cast<int>(pools[static_cast<std::size_t>(best_pool)].subnet);
      const Place place = networks.place_of(Ipv4{at});
      ASSERT_EQ(place.subnet ? static_cast<int>(place.subnet->id) : 0,
                best_subnet < 0 ? 0 : static_cast<int>(subnets[static_cast<std::size_t>(best_subnet)].id))
          << std::hex << at;
      ASSERT_EQ(place.pool != nullptr, best_pool >= 0) << std::hex << at;
    }
  }
}

Reservation reservation(IdentifierKind kind, std::vector<std::uint8_t> identifier, std::uint32_t subnet_id,
                        std::string hostname) {
  Reservation made;
  made.kind = kind;
  made.identifier = std::move(identifier);
  made.subnet_id = subnet_id;
  made.hostname = std::move(hostname);
  return made;
}

const std::vector<std::uint8_t> mac = {0x52, 0x54, 0x00, 0x77, 0x00, 0x01};

std::string found(const Networks& networks, const Query& query, std::uint32_t subnet_id,
                  Ipv4 at = Ipv4::unset) {
  const Facts facts = read_facts(query.payload());
  const Reservation* const hit =
      networks.reservation_of(Identifiers(facts), networks.subnet_by_id(subnet_id), at);
  return hit ? hit->hostname : "none";
}

/// A query that can be recognised by everything there is.
Query known_by_all() {
  return Query()
      .message(1)
      .put(61, {255, 0, 0, 0, 1, 0, 3, 0, 1, 0xaa})
      .put(82, {1, 3, 'p', '1', '7', 2, 1, 9})
      .end();
}

TEST(networks, reservation_is_found_by_each_identifier) {
  struct Case {
    IdentifierKind kind;
    std::vector<std::uint8_t> identifier;
  };
  for (const auto& [kind, identifier] :
       {Case{IdentifierKind::hardware_address, mac}, Case{IdentifierKind::duid, {0, 3, 0, 1, 0xaa}},
        Case{IdentifierKind::circuit_id, {'p', '1', '7'}},
        Case{IdentifierKind::client_id, {255, 0, 0, 0, 1, 0, 3, 0, 1, 0xaa}}}) {
    const Networks networks({subnet(1, "192.0.2.0", 24)}, {}, {reservation(kind, identifier, 1, "mine")},
                            default_order());
    EXPECT_EQ(found(networks, known_by_all(), 1), "mine") << static_cast<int>(kind);
    EXPECT_EQ(found(networks, Query({2, 2, 2, 2, 2, 2}).message(1).end(), 1), "none")
        << static_cast<int>(kind);
    auto longer = identifier;
    longer.push_back(0);
    const Networks other({subnet(1, "192.0.2.0", 24)}, {}, {reservation(kind, longer, 1, "mine")},
                         default_order());
    EXPECT_EQ(found(other, known_by_all(), 1), "none") << static_cast<int>(kind);
  }
}

TEST(networks, identifiers_are_tried_in_the_configured_order) {
  const auto both = [] {
    return std::vector{reservation(IdentifierKind::circuit_id, {'p', '1', '7'}, 1, "port"),
                       reservation(IdentifierKind::hardware_address, mac, 1, "machine")};
  };
  const Networks by_default({subnet(1, "192.0.2.0", 24)}, {}, both(), default_order());
  EXPECT_EQ(found(by_default, known_by_all(), 1), "machine");
  const Networks port_first({subnet(1, "192.0.2.0", 24)}, {}, both(),
                            {IdentifierKind::circuit_id, IdentifierKind::hardware_address});
  EXPECT_EQ(found(port_first, known_by_all(), 1), "port");
  const Networks neither({subnet(1, "192.0.2.0", 24)}, {}, both(), {IdentifierKind::duid});
  EXPECT_EQ(found(neither, known_by_all(), 1), "none");
}

TEST(networks, reservation_of_another_subnet_is_not_this_clients) {
  const Networks networks({subnet(1, "192.0.2.0", 24), subnet(2, "198.51.100.0", 24)}, {},
                          {reservation(IdentifierKind::hardware_address, mac, 2, "other")}, default_order());
  EXPECT_EQ(found(networks, known_by_all(), 1), "none");
  EXPECT_EQ(found(networks, known_by_all(), 2), "other");
  EXPECT_EQ(found(networks, known_by_all(), 0), "none");  // of no subnet at all
}

TEST(networks, global_reservations_count_only_where_they_are_honoured_and_after_the_subnets_own) {
  const auto made = [](bool own, bool global) {
    Subnet one = subnet(1, "192.0.2.0", 24);
    one.honours_its_reservations = own;
    one.honours_global_reservations = global;
    return Networks({one}, {},
                    {reservation(IdentifierKind::hardware_address, mac, 0, "global"),
                     reservation(IdentifierKind::circuit_id, {'p', '1', '7'}, 1, "own")},
                    default_order());
  };
  EXPECT_EQ(found(made(true, false), known_by_all(), 1), "own");
  EXPECT_EQ(found(made(true, true), known_by_all(), 1), "own");
  EXPECT_EQ(found(made(false, true), known_by_all(), 1), "global");
  EXPECT_EQ(found(made(false, false), known_by_all(), 1), "none");
}

TEST(networks, flexible_identifier_is_recognised_by_its_address) {
  Reservation flexible = reservation(IdentifierKind::flexible, {1, 2}, 1, "flexible");
  flexible.address = address("192.0.2.50");
  const Networks networks({subnet(1, "192.0.2.0", 24)}, {}, {flexible}, {IdentifierKind::flexible});
  EXPECT_EQ(found(networks, known_by_all(), 1, address("192.0.2.50")), "flexible");
  EXPECT_EQ(found(networks, known_by_all(), 1, address("192.0.2.51")), "none");
}

TEST(networks, moved_networks_find_what_they_found) {
  Networks first({subnet(1, "192.0.2.0", 24)}, {},
                 {reservation(IdentifierKind::hardware_address, mac, 1, "mine")}, default_order());
  const Networks second = std::move(first);
  EXPECT_EQ(found(second, known_by_all(), 1), "mine");
}

}  // namespace
}  // namespace chainload::tests
