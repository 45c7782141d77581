// SPDX-License-Identifier: MPL-2.0
// The part of the server's configuration that this library reads: networks, reservations and contexts.
#pragma once

#include <cc/data.h>

namespace chainload::kea {

/// A Dhcp4 map with nothing in it but what core::read_scopes looks at. Small enough to be kept in the state
/// directory; contexts are shared with `dhcp4`, not copied. Null for null and for what is no map.
isc::data::ConstElementPtr network_part(const isc::data::ConstElementPtr& dhcp4);

}  // namespace chainload::kea
