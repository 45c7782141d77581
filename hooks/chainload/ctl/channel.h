// SPDX-License-Identifier: MPL-2.0
// One command to one server, and its answer, as texts.
#pragma once

#include <string>

#include "server_address.h"

namespace chainload::ctl {

/// Connects, sends, reads the whole answer, closes; all within the time given. Throws Failure (unreachable),
/// which names the server and what to look at.
std::string exchange(const ServerAddress& address, const ConnectionOptions& options,
                     const std::string& request);

}  // namespace chainload::ctl
