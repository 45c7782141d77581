// SPDX-License-Identifier: MPL-2.0
// Laying prefixes and pools out as one sorted list of addresses, and finding reservations.
#include "networks.h"

#include <set>
#include <tuple>

#include "core/facts/option_walk.h"

namespace chainload::core {
namespace {

constexpr std::uint32_t nothing = 0xffffffff;

/// Sub-option of 82 [rfc3046 2.0] and the client-id type that wraps a DUID [rfc4361 6.1]: type, IAID, DUID.
constexpr std::uint8_t circuit_id_code = 1;
constexpr std::uint8_t wrapped_duid = 255;
constexpr std::size_t duid_at = 5;

std::uint32_t number(Ipv4 address) {
  return static_cast<std::uint32_t>(address);
}

std::uint32_t last_of(const Subnet& subnet) {
  const std::uint32_t hosts =
      subnet.prefix_len == 0 ? 0xffffffff : 0xffffffffu >> (subnet.prefix_len - 1) >> 1;
  return number(subnet.prefix) | hosts;
}

std::uint64_t subnet_and_address(std::uint32_t subnet_id, Ipv4 address) {
  return std::uint64_t{subnet_id} << 32 | number(address);
}

/// A range of addresses on its way into the segments. The greater rank wins where ranges overlap.
struct Range {
  std::uint32_t first;
  std::uint32_t last;
  bool is_pool;
  std::uint8_t prefix_len;
  std::uint32_t subnet;
  std::uint32_t pool;

  auto rank(std::uint32_t index) const { return std::tuple(is_pool, prefix_len, nothing - index); }
};

}  // namespace

Identifiers::Identifiers(const Facts& facts) {
  const auto set = [&](IdentifierKind kind, Bytes value) { values_[static_cast<std::size_t>(kind)] = value; };
  set(IdentifierKind::hardware_address, facts.hardware_address);
  if (facts.client_id) {
    const Bytes id = *facts.client_id;
    set(IdentifierKind::client_id, id);
    if (id.size() > duid_at && id[0] == wrapped_duid) set(IdentifierKind::duid, id.subspan(duid_at));
  }
  if (facts.relay_agent) {
    walk_options(*facts.relay_agent, [&](std::uint8_t code, Bytes value) {
      if (code == circuit_id_code) set(IdentifierKind::circuit_id, value);
    });
  }
}

bool Networks::Key::operator==(const Key& other) const {
  return kind == other.kind && subnet_id == other.subnet_id &&
         std::equal(identifier.begin(), identifier.end(), other.identifier.begin(), other.identifier.end());
}

std::size_t Networks::KeyHash::operator()(const Key& key) const {
  const std::size_t text = std::hash<std::string_view>{}(as_text(key.identifier));
  const std::uint64_t rest = std::uint64_t{key.subnet_id} << 8 | static_cast<std::uint8_t>(key.kind);
  return text ^ (rest * 0x9e3779b97f4a7c15u);  // 2^64 divided by the golden ratio spreads small numbers
}

Networks::Networks(std::vector<Subnet> subnets, std::vector<Pool> pools,
                   std::vector<Reservation> reservations, std::vector<IdentifierKind> identifier_order)
    : subnets_(std::move(subnets)),
      pools_(std::move(pools)),
      reservations_(std::move(reservations)),
      identifier_order_(std::move(identifier_order)) {
  for (std::size_t i = 0; i < subnets_.size(); ++i) subnet_index_.emplace(subnets_[i].id, i);
  lay_out_addresses();
  index_reservations();
}

void Networks::lay_out_addresses() {
  std::vector<Range> ranges;
  for (std::size_t i = 0; i < subnets_.size(); ++i) {
    ranges.push_back({number(subnets_[i].prefix), last_of(subnets_[i]), false, subnets_[i].prefix_len,
                      static_cast<std::uint32_t>(i), nothing});
  }
  for (std::size_t i = 0; i < pools_.size(); ++i) {
    ranges.push_back({number(pools_[i].first), number(pools_[i].last), true,
                      subnets_[pools_[i].subnet].prefix_len, static_cast<std::uint32_t>(pools_[i].subnet),
                      static_cast<std::uint32_t>(i)});
  }

  // Edges are where something begins or has just ended; between two of them the same ranges hold.
  struct Edge {
    std::uint64_t at;
    bool begins;
    std::uint32_t range;
  };
  std::vector<Edge> edges;
  for (std::uint32_t i = 0; i < ranges.size(); ++i) {
    edges.push_back({ranges[i].first, true, i});
    edges.push_back({std::uint64_t{ranges[i].last} + 1, false, i});
  }
  std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.at < b.at; });

  const auto lower_rank = [&](std::uint32_t a, std::uint32_t b) {
    return ranges[a].rank(a) < ranges[b].rank(b);
  };
  std::set<std::uint32_t, decltype(lower_rank)> open(lower_rank);
  segments_.push_back({0, nothing, nothing});
  for (std::size_t i = 0; i < edges.size();) {
    const std::uint64_t at = edges[i].at;
    for (; i < edges.size() && edges[i].at == at; ++i) {
      if (edges[i].begins) {
        open.insert(edges[i].range);
      } else {
        open.erase(edges[i].range);
      }
    }
    if (at > 0xffffffff) break;  // behind the last address
    Segment next{static_cast<std::uint32_t>(at), nothing, nothing};
    if (!open.empty()) {
      next.subnet = ranges[*open.rbegin()].subnet;
      next.pool = ranges[*open.rbegin()].pool;
    }
    if (next.first == segments_.back().first) {
      segments_.back() = next;
    } else if (next.subnet != segments_.back().subnet || next.pool != segments_.back().pool) {
      segments_.push_back(next);
    }
  }
}

void Networks::index_reservations() {
  for (std::size_t i = 0; i < reservations_.size(); ++i) {
    const Reservation& each = reservations_[i];
    if (each.kind != IdentifierKind::flexible) {
      by_identifier_.emplace(Key{each.kind, each.subnet_id, each.identifier}, i);
    } else if (each.address != Ipv4::unset) {
      flexible_by_address_.emplace(subnet_and_address(each.subnet_id, each.address), i);
    }
  }
}

Place Networks::place_of(Ipv4 address) const {
  if (address == Ipv4::unset || segments_.empty()) return {};
  const auto after = std::upper_bound(segments_.begin(), segments_.end(), number(address),
                                      [](std::uint32_t value, const Segment& s) { return value < s.first; });
  const Segment& segment = *(after - 1);  // the first segment begins at 0
  return {segment.subnet == nothing ? nullptr : &subnets_[segment.subnet],
          segment.pool == nothing ? nullptr : &pools_[segment.pool]};
}

const Subnet* Networks::subnet_by_id(std::uint32_t id) const {
  const auto found = subnet_index_.find(id);
  return found == subnet_index_.end() ? nullptr : &subnets_[found->second];
}

const Reservation* Networks::reservation_in(std::uint32_t subnet_id, const Identifiers& client,
                                            Ipv4 address) const {
  for (const IdentifierKind kind : identifier_order_) {
    if (kind == IdentifierKind::flexible) {
      const auto found = flexible_by_address_.find(subnet_and_address(subnet_id, address));
      if (found != flexible_by_address_.end()) return &reservations_[found->second];
      continue;
    }
    const Bytes identifier = client.of(kind);
    if (identifier.empty()) continue;
    const auto found = by_identifier_.find(Key{kind, subnet_id, identifier});
    if (found != by_identifier_.end()) return &reservations_[found->second];
  }
  return nullptr;
}

const Reservation* Networks::reservation_of(const Identifiers& client, const Subnet* subnet,
                                            Ipv4 address) const {
  if (reservations_.empty() || subnet == nullptr) return nullptr;
  if (subnet->honours_its_reservations) {
    if (const Reservation* own = reservation_in(subnet->id, client, address)) return own;
  }
  return subnet->honours_global_reservations ? reservation_in(0, client, address) : nullptr;
}

}  // namespace chainload::core
