// SPDX-License-Identifier: MPL-2.0
// Marks in Kea's statistics, which belong to the process and not to the library.
#include "process_marks.h"

#include <stats/stats_mgr.h>

namespace chainload::kea {
namespace {

/// How often the library was loaded in this process.
constexpr const char* loads = "chainload-loads";

/// Kea sets it when it commits a configuration, after loading the libraries of that configuration.
constexpr const char* set_at_commit = "declined-addresses";

}  // namespace

bool is_serving_already() {
  const isc::stats::StatsMgr& statistics = isc::stats::StatsMgr::instance();
  return statistics.getObservation(loads) || statistics.getObservation(set_at_commit);
}

void mark_loaded() {
  isc::stats::StatsMgr::instance().addValue(loads, static_cast<std::int64_t>(1));
}

}  // namespace chainload::kea
