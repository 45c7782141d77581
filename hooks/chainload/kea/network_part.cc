// SPDX-License-Identifier: MPL-2.0
// What is picked out of each level of a Dhcp4 map.
#include "network_part.h"

#include <initializer_list>

namespace chainload::kea {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;

constexpr const char* context_key = "user-context";
constexpr const char* our_key = "chainload";

bool is_map(const ConstElementPtr& element) {
  return element && element->getType() == Element::map;
}

/// A new map with these keys of `from`, as far as they are there, and of the context only our member.
ElementPtr pick(const Element& from, std::initializer_list<const char*> keys) {
  ElementPtr picked = Element::createMap(from.getPosition());
  for (const char* key : keys) {
    if (const auto value = from.get(key)) picked->set(key, value);
  }
  const ConstElementPtr context = from.get(context_key);
  if (is_map(context) && context->contains(our_key)) {
    const ElementPtr ours = Element::createMap(context->getPosition());
    ours->set(our_key, context->get(our_key));
    picked->set(context_key, ours);
  }
  return picked;
}

template <class Make>
void pick_list(const Element& from, const char* key, const ElementPtr& into, Make&& make) {
  const ConstElementPtr list = from.get(key);
  if (!list || list->getType() != Element::list || list->size() == 0) return;
  const ElementPtr made = Element::createList(list->getPosition());
  for (const auto& each : list->listValue()) {
    if (!is_map(each)) continue;
    if (const ElementPtr element = make(*each)) made->add(element);
  }
  if (made->size() != 0) into->set(key, made);
}

ElementPtr reservation_part(const Element& from) {
  return pick(from, {"hw-address", "duid", "circuit-id", "client-id", "flex-id", "ip-address", "hostname"});
}

ElementPtr pool_part(const Element& from) {
  return pick(from, {"pool"});
}

ElementPtr class_part(const Element& from) {
  const ElementPtr part = pick(from, {"name"});
  return part->contains(context_key) ? part : ElementPtr();
}

ElementPtr subnet_part(const Element& from) {
  const ElementPtr part =
      pick(from, {"id", "subnet", "reservation-mode", "reservations-global", "reservations-in-subnet"});
  pick_list(from, "pools", part, pool_part);
  pick_list(from, "reservations", part, reservation_part);
  return part;
}

ElementPtr shared_network_part(const Element& from) {
  const ElementPtr part =
      pick(from, {"name", "reservation-mode", "reservations-global", "reservations-in-subnet"});
  pick_list(from, "subnet4", part, subnet_part);
  return part;
}

}  // namespace

ConstElementPtr network_part(const ConstElementPtr& dhcp4) {
  if (!is_map(dhcp4)) return ConstElementPtr();
  const ElementPtr part = Element::createMap(dhcp4->getPosition());
  for (const char* key : {"host-reservation-identifiers", "reservation-mode", "reservations-global",
                          "reservations-in-subnet"}) {
    if (const auto value = dhcp4->get(key)) part->set(key, value);
  }
  pick_list(*dhcp4, "shared-networks", part, shared_network_part);
  pick_list(*dhcp4, "subnet4", part, subnet_part);
  pick_list(*dhcp4, "reservations", part, reservation_part);
  pick_list(*dhcp4, "client-classes", part, class_part);
  return part;
}

}  // namespace chainload::kea
