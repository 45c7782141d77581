// SPDX-License-Identifier: MPL-2.0
// A map of facts, with only the keys that the query says something of.
#include "facts_element.h"

#include "core/architectures.h"
#include "core/relay_agent.h"
#include "core/text.h"

namespace chainload::kea {
namespace {

using core::Bytes;
using core::Facts;
using isc::data::Element;
using isc::data::ElementPtr;

ElementPtr user_class_element(const core::UserClasses& classes) {
  ElementPtr element = Element::createMap();
  set_text(element, "encoding", classes.is_list ? "rfc3004" : "raw");
  set_text(element, "hex", core::hex(classes.raw));
  ElementPtr names = Element::createList();
  for (const Bytes item : classes.items.kept()) names->add(Element::create(core::printable(item)));
  element->set("names", names);
  if (classes.items.seen() > classes.items.kept().size()) set_number(element, "sent", classes.items.seen());
  return element;
}

ElementPtr architectures_element(const Facts& facts) {
  ElementPtr list = Element::createList();
  for (const std::uint16_t number : facts.architectures.kept()) {
    ElementPtr element = Element::createMap();
    set_number(element, "number", number);
    if (core::is_known_architecture(number))
      set_text(element, "name", std::string(core::architecture_name(number)));
    list->add(element);
  }
  return list;
}

ElementPtr etherboot_element(const core::EtherbootOptions& options) {
  ElementPtr element = Element::createMap();
  element->set("whole", Element::create(options.is_whole));
  ElementPtr features = Element::createList();
  for (std::uint8_t code = core::etherboot::first_feature; code <= core::etherboot::last_feature; ++code) {
    if (!options.features[code]) continue;
    const std::string_view name = core::feature_name(code);
    features->add(Element::create(name.empty() ? std::to_string(code) : std::string(name)));
  }
  element->set("features", features);
  if (!options.version.empty()) {
    const Bytes v = options.version;
    set_text(element, "version",
             std::to_string(v[0]) + "." + std::to_string(v[1]) + "." + std::to_string(v[2]));
  }
  if (!options.bus_id.empty()) set_text(element, "bus-id", core::hex(options.bus_id));
  return element;
}

std::string defect_text(core::Defect defect) {
  switch (defect) {
    case core::Defect::short_header:
      return "it has fewer octets than a BOOTP header";
    case core::Defect::not_a_request:
      return "it is not a request: its first octet is not 1";
    case core::Defect::no_cookie:
      return "it has no DHCP options: the magic cookie is missing";
    case core::Defect::option_cut_short:
      return "an option claims more octets than there are; what stands before it counts";
    case core::Defect::none:
      break;
  }
  return {};
}

void set_sub_option(const ElementPtr& map, const char* key, Bytes relay_agent, std::uint8_t code) {
  if (const auto value = core::relay_sub_option(relay_agent, code)) set_text(map, key, core::hex(*value));
}

}  // namespace

void set_text(const ElementPtr& map, const char* key, const std::string& text) {
  map->set(key, Element::create(text));
}

void set_number(const ElementPtr& map, const char* key, std::size_t number) {
  map->set(key, Element::create(static_cast<long long>(number)));
}

ElementPtr facts_element(const Facts& facts) {
  ElementPtr element = Element::createMap();
  if (facts.defect != core::Defect::none) set_text(element, "defect", defect_text(facts.defect));
  if (facts.defect == core::Defect::short_header) return element;
  set_text(element, "message-type", core::message_name(facts.message_type));
  set_text(element, "mac", core::mac_text(facts.hardware_address));
  set_number(element, "htype", facts.htype);
  set_text(element, "relay", core::ipv4_text(facts.relay));
  if (facts.user_classes) element->set("user-class", user_class_element(*facts.user_classes));
  if (facts.vendor_class) set_text(element, "vendor-class", core::printable(*facts.vendor_class));
  if (facts.client_architecture_raw) {
    element->set("arch", architectures_element(facts));
    if (facts.architectures.seen() > facts.architectures.kept().size()) {
      set_number(element, "arch-sent", facts.architectures.seen());
    }
  }
  if (facts.client_interface) set_text(element, "interface", core::hex(*facts.client_interface));
  if (facts.client_uuid) set_text(element, "uuid", core::uuid_text(*facts.client_uuid));
  if (facts.client_id) set_text(element, "client-id", core::hex(*facts.client_id));
  if (facts.relay_agent) {
    set_text(element, "relay-agent", core::hex(*facts.relay_agent));
    set_sub_option(element, "circuit-id", *facts.relay_agent, core::relay_option::circuit_id);
    set_sub_option(element, "remote-id", *facts.relay_agent, core::relay_option::remote_id);
  }
  if (facts.max_message_size) set_number(element, "max-message-size", *facts.max_message_size);
  if (facts.etherboot) element->set("option-175", etherboot_element(*facts.etherboot));
  ElementPtr requested = Element::createList();
  for (const std::uint8_t code : facts.requested_options)
    requested->add(Element::create(static_cast<long long>(code)));
  element->set("requested-options", requested);
  return element;
}

}  // namespace chainload::kea
