// SPDX-License-Identifier: MPL-2.0
// The walk over elements, bounded in depth: a command may bring any nesting that Kea's parser lets through.
#include "value_of_element.h"

namespace chainload::kea {
namespace {

using core::Value;
using isc::data::ConstElementPtr;
using isc::data::Element;

Value convert(const ConstElementPtr& element, std::size_t depth);

Value content_of(const Element& element, std::size_t depth) {
  switch (static_cast<int>(element.getType())) {
    case Element::integer:
      return Value(static_cast<std::int64_t>(element.intValue()));
    case Element::real:
      return Value(element.doubleValue());
    case Element::boolean:
      return Value(element.boolValue());
    case Element::string:
      return Value(element.stringValue());
    case Element::list: {
      Value::List list;
      list.reserve(element.size());
      for (const auto& each : element.listValue()) list.push_back(convert(each, depth));
      return Value(std::move(list));
    }
    case Element::map: {
      Value::Map map;
      for (const auto& [key, each] : element.mapValue()) map.push_back({key, convert(each, depth)});
      return Value(std::move(map));
    }
    default:
      return Value();
  }
}

Value convert(const ConstElementPtr& element, std::size_t depth) {
  if (!element) return Value();
  if (depth == core::max_value_depth) {
    const std::string place = place_of(*element);
    throw NestedTooDeep("something" + (place.empty() ? std::string() : " at " + place) +
                        " is nested more than " + std::to_string(core::max_value_depth) +
                        " levels deep: no rule needs so many; look for a "
                        "bracket too many");
  }
  Value value = content_of(*element, depth + 1);
  value.place = place_of(*element);
  return value;
}

}  // namespace

std::string place_of(const Element& element) {
  const Element::Position& position = element.getPosition();
  if (position.file_.empty() || position.file_.front() == '<') return {};
  return position.str();
}

isc::data::ElementPtr element_of(const Value& value) {
  if (const auto* claim = value.boolean()) return Element::create(*claim);
  if (const auto* number = value.integer()) return Element::create(static_cast<long long>(*number));
  if (const auto* number = value.real()) return Element::create(*number);
  if (const auto* text = value.string()) return Element::create(*text);
  if (const auto* items = value.list()) {
    const auto list = Element::createList();
    for (const Value& item : *items) list->add(element_of(item));
    return list;
  }
  if (const auto* members = value.map()) {
    const auto map = Element::createMap();
    for (const Value::Member& member : *members) map->set(member.key, element_of(member.value));
    return map;
  }
  return Element::create();
}

Value value_of(const ConstElementPtr& element) {
  return convert(element, 0);
}

}  // namespace chainload::kea
