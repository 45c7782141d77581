// SPDX-License-Identifier: MPL-2.0
// The command line for people.
#pragma once

#include "flow/session.h"

namespace flow {

/// Reads and runs lines until `exit`. Errors are printed and do not end it.
void run_shell(Session& session);

/// Boots by the script, where there is one, or as DHCP says; Ctrl-B at any moment before something is started opens the shell instead. An error
/// says why nothing was booted.
base::Status boot(Session& session, std::string_view script);

}  // namespace flow
