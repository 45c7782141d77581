// SPDX-License-Identifier: MPL-2.0
// Does this load happen at the start of the server, or in a server that already serves?
#pragma once

namespace chainload::kea {

/// The command whose registration marks the process as having loaded this library.
inline constexpr const char* status_command = "chainload-status";

/// True in a process that has taken on a configuration before, with this library or without it: a failing
/// load would then leave it alive but deaf. Ask before the commands are registered.
bool is_serving_already();

}  // namespace chainload::kea
