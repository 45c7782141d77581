// SPDX-License-Identifier: MPL-2.0
// What tells a server that serves from one that starts: marks in tables that belong to the process, not to
// the library.
#include "process_marks.h"

#include <hooks/server_hooks.h>
#include <stats/stats_mgr.h>

namespace chainload::kea {
namespace {

/// Registering the command gives it a hook point. Kea never forgets one, not even when the library is closed,
/// and no command can remove it (statistic-remove-all would take a mark among the statistics).
bool was_loaded_before() {
  const std::string hook = isc::hooks::ServerHooks::commandToHookName(status_command);
  return isc::hooks::ServerHooks::getServerHooks().findIndex(hook) >= 0;
}

/// Kea sets this statistic when it commits a configuration, which is after it loaded the libraries of that
/// configuration: it is there when the server has served without this library.
bool has_committed_a_configuration() {
  return isc::stats::StatsMgr::instance().getObservation("declined-addresses") != nullptr;
}

}  // namespace

bool is_serving_already() {
  return was_loaded_before() || has_committed_a_configuration();
}

}  // namespace chainload::kea
