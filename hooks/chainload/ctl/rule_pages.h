// SPDX-License-Identifier: MPL-2.0
// All managed rules of a server, put together from its pages; and rules from files.
#pragma once

#include "server.h"

namespace chainload::ctl {

struct RuleList {
  std::int64_t revision = 0;
  std::string sha256;
  core::Value::List rules;
};

/// Begins anew, a few times, when somebody changes them meanwhile. Throws Failure.
RuleList rules_of(const Server& server);

/// Where a text holds nothing but rules: a list, what `rules get` prints, or the command that sets them. Null
/// in any other; what is found need not be a list.
const core::Value* rules_alone(const core::Value& whole);

/// Of a file that holds nothing but rules. Throws Failure.
core::Value::List rules_in_file(const std::string& path);

}  // namespace chainload::ctl
