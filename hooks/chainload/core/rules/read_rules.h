// SPDX-License-Identifier: MPL-2.0
// From the JSON of a rule list to rules. Unknown keys, wrong types, empty lists and values that mean nothing
// are problems that name their place.
#pragma once

#include "problems.h"
#include "rule.h"
#include "value.h"

namespace chainload::core {

/// `path` is what the list is called in sentences, such as `rules`. Rules with a problem are left out.
std::vector<Rule> read_rules(const Value& list, const std::string& path, Problems& problems);

/// `2026-11-22T21:21:35Z` [rfc3339 5.6], UTC only.
std::optional<Instant> parse_instant(std::string_view text);
std::string instant_text(Instant instant);

}  // namespace chainload::core
