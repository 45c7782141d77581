// SPDX-License-Identifier: MPL-2.0
// Reading the parameters of libdhcp_ha, which have been checked by that library.
#include "high_availability.h"

#include <string>

namespace chainload::kea {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;

/// The member of a map; null where there is none, or no map.
ConstElementPtr member(const ConstElementPtr& map, const char* key) {
  return map && map->getType() == Element::map ? map->get(key) : ConstElementPtr();
}

bool says(const ConstElementPtr& element, const char* part) {
  return element && element->getType() == Element::string &&
         element->stringValue().find(part) != std::string::npos;
}

/// Calls `is` for each item of a list until one is.
template <class Is>
bool any_of(const ConstElementPtr& list, Is&& is) {
  if (!list || list->getType() != Element::list) return false;
  for (std::size_t i = 0; i < list->size(); ++i) {
    if (is(ConstElementPtr(list->get(static_cast<int>(i))))) return true;
  }
  return false;
}

}  // namespace

bool is_load_balanced(const ConstElementPtr& dhcp4) {
  return any_of(member(dhcp4, "hooks-libraries"), [](const ConstElementPtr& library) {
    return says(member(library, "library"), "libdhcp_ha.so") &&
           any_of(member(member(library, "parameters"), "high-availability"),
                  [](const ConstElementPtr& relation) {
                    return says(member(relation, "mode"), "load-balancing");
                  });
  });
}

}  // namespace chainload::kea
