// SPDX-License-Identifier: MPL-2.0
// What a person says of the things that are not in a client's packet, and what is assumed of the others.
#pragma once

#include <array>

#include "argument.h"
#include "core/policy/policy.h"
#include "core/policy/scopes.h"

namespace chainload::core {

/// The keys read here.
inline constexpr std::array<std::string_view, 6> said_keys = {"classes", "hostname",       "ip",
                                                              "yiaddr",  "shared-network", "subnet"};

/// What is not read from the query; everything optional.
struct KnownOfClient {
  std::vector<std::string> classes;
  Ipv4 address{};
  const Subnet* subnet = nullptr;  // when it does not follow from the address
  std::string hostname;
};

/// What was said, and in `assumed` a sentence for each thing that was not and that some rule looks at or that
/// decides which scopes count.
struct SaidOfClient {
  KnownOfClient known;
  std::vector<std::string> assumed;
};

/// What the answers depend on besides the rules.
struct LookedAt {
  const Scopes& scopes;
  Reach reach;                  // of policy and scopes
  bool looks_up_hosts = false;  // reservations may come from elsewhere
};

/// `map_name` is put before the keys in errors; empty for the arguments themselves. Throws BadArgument.
SaidOfClient read_known(const std::string& map_name, const Value& map, const LookedAt& looked_at,
                        const Facts& facts);

}  // namespace chainload::core
