// SPDX-License-Identifier: MPL-2.0
// The logger itself.
#include "log.h"

namespace chainload::kea {

isc::log::Logger logger("chainload-hooks");

}  // namespace chainload::kea
