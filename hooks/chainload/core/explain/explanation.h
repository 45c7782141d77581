// SPDX-License-Identifier: MPL-2.0
// A decision as chainload-explain and the command line show it: the facts as decoded, what was known, each
// rule tried and why it failed, and the fields that would be written.
#pragma once

#include "core/decide/decide.h"
#include "core/rules/value.h"

namespace chainload::core {

/// With only the keys that the query says something of. Client data is printable in it, whatever was sent.
Value facts_value(const Facts& facts);

/// `is` and `why`.
Value boot_client_value(const Facts& facts);

/// The whole, with `assumed` sentences, as decide() has it for this policy now.
Value explanation(const Facts& facts, const Surroundings& around, const Policy& policy,
                  const std::vector<std::string>& assumed);

}  // namespace chainload::core
