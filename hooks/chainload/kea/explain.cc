// SPDX-License-Identifier: MPL-2.0
// chainload-explain: the facts as decoded, the rules tried, and the reply that would be written, by the very
// functions that answer packets.
#include <cc/command_interpreter.h>

#include "arguments.h"
#include "commands.h"
#include "compat.h"
#include "core/describe.h"
#include "core/reply_plan.h"
#include "core/text.h"

namespace chainload::kea {
namespace {

using core::Bytes;
using core::Facts;
using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;

void set_text(const ElementPtr& map, const char* key, const std::string& text) {
  map->set(key, Element::create(text));
}

void set_number(const ElementPtr& map, const char* key, std::size_t number) {
  map->set(key, Element::create(static_cast<long long>(number)));
}

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
  if (facts.relay_agent) set_text(element, "relay-agent", core::hex(*facts.relay_agent));
  if (facts.max_message_size) set_number(element, "max-message-size", *facts.max_message_size);
  if (facts.etherboot) element->set("option-175", etherboot_element(*facts.etherboot));
  ElementPtr requested = Element::createList();
  for (const std::uint8_t code : facts.requested_options)
    requested->add(Element::create(static_cast<long long>(code)));
  element->set("requested-options", requested);
  return element;
}

ElementPtr boot_client_element(const Facts& facts) {
  const core::BootSign sign = facts.is_readable_request() ? core::boot_sign(facts) : core::BootSign::none;
  ElementPtr element = Element::createMap();
  element->set("is", Element::create(sign != core::BootSign::none));
  set_text(element, "why", core::boot_sign_text(sign));
  return element;
}

ElementPtr tried_element(const core::Trace& trace) {
  ElementPtr list = Element::createList();
  for (const core::Tried& tried : trace) {
    ElementPtr element = Element::createMap();
    set_text(element, "rule", tried.rule);
    element->set("matched", Element::create(tried.matched));
    set_text(element, "why", tried.why);
    list->add(element);
  }
  return list;
}

const char* name_of(core::Edit edit) {
  switch (edit) {
    case core::Edit::keep:
      return "keep";
    case core::Edit::write:
      return "write";
    case core::Edit::remove:
      return "remove";
  }
  return "keep";
}

ElementPtr reply_element(const core::ReplyPlan& plan) {
  ElementPtr element = Element::createMap();
  set_text(element, "siaddr", core::ipv4_text(plan.siaddr.value_or(core::Ipv4::unset)));
  set_text(element, "sname", core::printable(plan.sname.view()));
  set_text(element, "file", core::printable(plan.file.view()));
  ElementPtr options = Element::createList();
  for (const core::OptionEdit& edit : plan.options) {
    ElementPtr option = Element::createMap();
    set_number(option, "code", edit.code);
    set_text(option, "action", name_of(edit.edit));
    if (edit.edit == core::Edit::write) {
      set_text(option, "hex", core::hex(edit.value.view()));
      set_text(option, "text", core::printable(edit.value.view()));
    }
    options->add(option);
  }
  element->set("options", options);
  return element;
}

const char* name_of(core::Outcome outcome) {
  switch (outcome) {
    case core::Outcome::boot:
      return "boot";
    case core::Outcome::left_alone:
      return "left-alone";
    case core::Outcome::denied:
      return "denied";
    case core::Outcome::refused:
      return "refused";
  }
  return "left-alone";
}

}  // namespace

ConstElementPtr explain_answer(Library& library, const ConstElementPtr& arguments) {
  check_argument_keys("", arguments, {"facts", "packet"});
  const ConstElementPtr packet = arguments->get("packet");
  const ConstElementPtr given = arguments->get("facts");
  if (!packet == !given) {
    throw BadArgument("packet", packet ? "it cannot stand beside \"facts\": give one of the two"
                                       : "it is missing, and so is \"facts\": give one of the two");
  }
  const std::vector<std::uint8_t> payload =
      packet ? packet_argument(*packet) : core::compose_query(facts_argument(given));
  const Facts facts = core::read_facts(payload);

  ElementPtr answer = Element::createMap();
  answer->set("facts", facts_element(facts));
  answer->set("boot-client", boot_client_element(facts));
  const Configuration* const now = library.configuration();
  if (now == nullptr) {
    return createAnswer(static_cast<int>(Result::success),
                        "every reply is left alone: the parameters are wrong and there are no earlier ones",
                        answer);
  }

  core::Trace trace;
  const core::Decision decision = core::decide(facts, {}, now->policy, &trace);
  answer->set("tried", tried_element(trace));
  set_text(answer, "rule", decision.full_name());
  set_text(answer, "outcome", name_of(decision.outcome));
  if (decision.outcome == core::Outcome::boot) {
    // No reply of the server's exists here, so none of its own options is assumed to be in it.
    answer->set("reply", reply_element(core::plan_reply(facts, decision, {})));
  }
  const std::string text = core::decision_text(facts, decision);
  set_text(answer, "text", text);
  return createAnswer(static_cast<int>(Result::success), text, answer);
}

}  // namespace chainload::kea
