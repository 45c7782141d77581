// SPDX-License-Identifier: MPL-2.0
// A map of facts, with only the keys that the query says something of.
#include "core/facts/architectures.h"
#include "core/facts/relay_agent.h"
#include "core/facts/text.h"
#include "explanation.h"
#include "value_parts.h"

namespace chainload::core {
namespace {

Value user_class_value(const UserClasses& classes) {
  Value::Map element;
  set_text(element, "encoding", classes.is_list ? "rfc3004" : "raw");
  set_text(element, "hex", hex(classes.raw));
  Value::List names;
  for (const Bytes item : classes.items.kept()) names.push_back(text_value(printable(item)));
  set(element, "names", Value(std::move(names)));
  if (classes.items.seen() > classes.items.kept().size()) set_number(element, "sent", classes.items.seen());
  return Value(std::move(element));
}

Value architectures_value(const Facts& facts) {
  Value::List list;
  for (const std::uint16_t number : facts.architectures.kept()) {
    Value::Map element;
    set_number(element, "number", number);
    if (is_known_architecture(number)) set_text(element, "name", std::string(architecture_name(number)));
    list.push_back(Value(std::move(element)));
  }
  return Value(std::move(list));
}

Value etherboot_value(const EtherbootOptions& options) {
  Value::Map element;
  set(element, "whole", Value(options.is_whole));
  Value::List features;
  for (std::uint8_t code = etherboot::first_feature; code <= etherboot::last_feature; ++code) {
    if (!options.features[code]) continue;
    const std::string_view name = feature_name(code);
    features.push_back(text_value(name.empty() ? std::to_string(code) : std::string(name)));
  }
  set(element, "features", Value(std::move(features)));
  if (!options.version.empty()) {
    const Bytes v = options.version;
    set_text(element, "version",
             std::to_string(v[0]) + "." + std::to_string(v[1]) + "." + std::to_string(v[2]));
  }
  if (!options.bus_id.empty()) set_text(element, "bus-id", hex(options.bus_id));
  return Value(std::move(element));
}

std::string defect_text(Defect defect) {
  switch (defect) {
    case Defect::short_header:
      return "it has fewer octets than a BOOTP header";
    case Defect::not_a_request:
      return "it is not a request: its first octet is not 1";
    case Defect::no_cookie:
      return "it has no DHCP options: the magic cookie is missing";
    case Defect::option_cut_short:
      return "an option claims more octets than there are; what stands before it counts";
    case Defect::none:
      break;
  }
  return {};
}

void set_sub_option(Value::Map& map, const char* key, Bytes relay_agent, std::uint8_t code) {
  if (const auto value = relay_sub_option(relay_agent, code)) set_text(map, key, hex(*value));
}

}  // namespace

Value facts_value(const Facts& facts) {
  Value::Map element;
  if (facts.defect != Defect::none) set_text(element, "defect", defect_text(facts.defect));
  if (facts.defect == Defect::short_header) return Value(std::move(element));
  set_text(element, "message-type", message_name(facts.message_type));
  set_text(element, "mac", mac_text(facts.hardware_address));
  set_number(element, "htype", facts.htype);
  set_text(element, "relay", ipv4_text(facts.relay));
  if (facts.user_classes) set(element, "user-class", user_class_value(*facts.user_classes));
  if (facts.vendor_class) set_text(element, "vendor-class", printable(*facts.vendor_class));
  if (facts.client_architecture_raw) {
    set(element, "arch", architectures_value(facts));
    if (facts.architectures.seen() > facts.architectures.kept().size()) {
      set_number(element, "arch-sent", facts.architectures.seen());
    }
  }
  if (facts.client_interface) set_text(element, "interface", hex(*facts.client_interface));
  if (facts.client_uuid) set_text(element, "uuid", uuid_text(*facts.client_uuid));
  if (facts.client_id) set_text(element, "client-id", hex(*facts.client_id));
  if (facts.relay_agent) {
    set_text(element, "relay-agent", hex(*facts.relay_agent));
    set_sub_option(element, "circuit-id", *facts.relay_agent, relay_option::circuit_id);
    set_sub_option(element, "remote-id", *facts.relay_agent, relay_option::remote_id);
  }
  if (facts.max_message_size) set_number(element, "max-message-size", *facts.max_message_size);
  if (facts.etherboot) set(element, "option-175", etherboot_value(*facts.etherboot));
  Value::List requested;
  for (const std::uint8_t code : facts.requested_options) requested.push_back(number_value(code));
  set(element, "requested-options", Value(std::move(requested)));
  return Value(std::move(element));
}

}  // namespace chainload::core
