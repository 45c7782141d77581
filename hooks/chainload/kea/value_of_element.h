// SPDX-License-Identifier: MPL-2.0
// Kea's JSON elements as core/ reads them.
#pragma once

#include <cc/data.h>

#include <stdexcept>
#include <string>

#include "core/rules/value.h"

namespace chainload::kea {

/// Something is nested deeper than core::max_value_depth; the text says where it stands.
class NestedTooDeep : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// `kea.conf:12:5`, or nothing for an element that came from no file: Kea then says `<wire>` and counts
/// octets.
std::string place_of(const isc::data::Element& element);

/// Places are kept. Null becomes a null value. Throws NestedTooDeep.
core::Value value_of(const isc::data::ConstElementPtr& element);

/// The way back, without places.
isc::data::ElementPtr element_of(const core::Value& value);

}  // namespace chainload::kea
