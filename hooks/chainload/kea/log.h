// SPDX-License-Identifier: MPL-2.0
// The logger, shown as kea-dhcp4.chainload-hooks, with its messages.
#pragma once

#include <log/logger.h>
#include <log/macros.h>

#include "messages.h"

namespace chainload::kea {

extern isc::log::Logger logger;

}  // namespace chainload::kea
