// SPDX-License-Identifier: MPL-2.0
// What a person says in chainload-explain of the things that are not in a client's packet.
#pragma once

#include "client_surroundings.h"

namespace chainload::kea {

/// The keys read here: `classes`, `hostname`, `ip` or `yiaddr`, `shared-network`, `subnet`.
inline constexpr std::array<std::string_view, 6> known_keys = {"classes", "hostname",       "ip",
                                                               "yiaddr",  "shared-network", "subnet"};

/// What was said, and in `assumed` a sentence for each thing that was not and that some rule looks at or that
/// decides which scopes count. `map_name` is put before the keys in errors; empty for the arguments
/// themselves.
struct KnownArgument {
  KnownOfClient known;
  std::vector<std::string> assumed;
};

/// Throws BadArgument.
KnownArgument known_argument(const std::string& map_name, const isc::data::ConstElementPtr& map,
                             const Configuration& now, const core::Facts& facts);

}  // namespace chainload::kea
