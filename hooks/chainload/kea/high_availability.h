// SPDX-License-Identifier: MPL-2.0
// Whether another server answers the same clients.
#pragma once

#include <cc/data.h>

namespace chainload::kea {

/// The Dhcp4 map loads libdhcp_ha in the mode load-balancing: either server may answer a machine's next
/// query. Null: no.
bool is_load_balanced(const isc::data::ConstElementPtr& dhcp4);

}  // namespace chainload::kea
