// SPDX-License-Identifier: MPL-2.0
// Everything the library can be told by its parameters: what it decides by, and how it behaves.
#pragma once

#include "core/machines/loop_guard.h"
#include "core/policy/scope_policy.h"
#include "core/rules/allowed_servers.h"

namespace chainload::core {

enum class LogDecisions : std::uint8_t { none, boot, all };

/// What commands may change, each with what those before it may: nothing; the next boots of single machines;
/// the managed rules too.
enum class Management : std::uint8_t { read_only, overrides, full };

std::string_view name_of(LogDecisions log);
std::string_view name_of(Management management);

/// As written, types, keys and values checked.
struct Parameters {
  LogDecisions log_decisions = LogDecisions::boot;
  Management management = Management::read_only;
  AllowedServers allowed_servers;
  std::string state_directory;  // empty: not given
  bool host_lookup = false;
  machines::LoopGuard loop_guard;
  ScopeSettings settings;  // rules and short form
};

/// Everything that is wrong becomes a problem with its key as the path; a map that is none, too.
Parameters read_parameters(const Value& map, Problems& problems);

/// Nothing relative, and no way round: the path means what it says.
bool is_plain_absolute_path(std::string_view path);

}  // namespace chainload::core
