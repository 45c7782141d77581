// SPDX-License-Identifier: MPL-2.0
// The facts of a query as chainload-explain shows them.
#pragma once

#include <cc/data.h>

#include "core/facts.h"

namespace chainload::kea {

void set_text(const isc::data::ElementPtr& map, const char* key, const std::string& text);
void set_number(const isc::data::ElementPtr& map, const char* key, std::size_t number);

/// Client data is printable in it, whatever was sent.
isc::data::ElementPtr facts_element(const core::Facts& facts);

}  // namespace chainload::kea
