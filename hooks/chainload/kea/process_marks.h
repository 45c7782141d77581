// SPDX-License-Identifier: MPL-2.0
// Does this load happen at the start of the server, or in a server that already serves?
#pragma once

namespace chainload::kea {

/// True in a process that has taken on a configuration before, with this library or without it: a failing
/// load would then leave it alive but deaf.
bool is_serving_already();

/// Leaves a mark that outlives dlclose.
void mark_loaded();

}  // namespace chainload::kea
