// SPDX-License-Identifier: MPL-2.0
// What is allowed in a rule list and yet hardly meant: one function for the load, the commands and the
// command line.
#pragma once

#include <span>

#include "core/policy/scope_policy.h"

namespace chainload::core {

enum class LintId : std::uint8_t {
  unreachable,                  // an earlier rule answers everybody this one is for
  user_class_behind_catch_all,  // a loader that asks again is answered by its architecture first: it loops
  name_too_long,                // for some of the clients that match
  url_for_tftp_client,          // the rule also answers ROMs, which know TFTP alone
  http_client_without_url,      //
  next_server_unset,            // a file name, and no server to fetch it from
  many_unindexed,               // each is tried for each packet
  any_client_without_condition  // answers every DHCP client there is
};

/// `unreachable`, `url-for-tftp-client`.
std::string_view name_of(LintId id);

enum class Severity : std::uint8_t {
  note,     // costs time, or is a matter of taste
  warning,  // some machine will not boot as meant
};

struct Finding {
  Severity severity = Severity::warning;
  LintId id{};
  std::string rule;      // its name; empty when it is about the whole list
  std::string place;     // of the rule in its file, or empty
  std::string sentence;  // what is so, and the remedy
};

/// `has_server`: rules that name no next-server inherit one. What makes a rule wrong (unknown keys and
/// variables, names that no reply can carry) is refused when it is read and never comes here.
std::vector<Finding> lint(std::span<const Rule> rules, bool has_server);
std::vector<Finding> lint(const ScopePolicy& scope);

/// Whether every client that `inner` answers is answered by `outer` too, as far as can be told from what they
/// say.
bool covers(const Rule& outer, const Rule& inner);

}  // namespace chainload::core
