// SPDX-License-Identifier: MPL-2.0
// What happens when nobody says otherwise: banner, DHCP, and whatever DHCP names.
#pragma once

#include "flow/session.h"

namespace flow {

/// Name, version, purpose, licence, and what this build can do.
void print_banner(base::Console& console);

/// Comes back when nothing was started, or what was started ended by itself.
base::Status autoboot(Session& session);

}  // namespace flow
