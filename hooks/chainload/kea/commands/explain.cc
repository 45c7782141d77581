// SPDX-License-Identifier: MPL-2.0
// chainload-explain: the facts as decoded, the rules tried, and the reply that would be written, by the very
// functions that answer packets.
#include <cc/command_interpreter.h>

#include "answers.h"
#include "core/describe.h"
#include "core/reply_plan.h"
#include "core/text.h"
#include "kea/arguments.h"
#include "kea/clocks.h"
#include "kea/compat.h"
#include "kea/facts_element.h"
#include "kea/known_argument.h"
#include "machine_page.h"

namespace chainload::kea {
namespace {

using core::Facts;
using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;

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

ElementPtr texts_element(const std::vector<std::string>& texts) {
  ElementPtr list = Element::createList();
  for (const std::string& text : texts) list->add(Element::create(text));
  return list;
}

/// What the server is taken to know of the client, given or assumed.
ElementPtr surroundings_element(const core::Surroundings& around) {
  ElementPtr element = Element::createMap();
  ElementPtr classes = Element::createList();
  for (const std::string_view name : around.client_classes)
    classes->add(Element::create(core::printable(name)));
  element->set("classes", classes);
  if (around.your_address != core::Ipv4::unset) set_text(element, "ip", core::ipv4_text(around.your_address));
  if (around.subnet_id) {
    set_number(element, "subnet", *around.subnet_id);
    set_text(element, "prefix", core::printable(around.subnet_prefix));
  }
  if (!around.shared_network.empty())
    set_text(element, "shared-network", core::printable(around.shared_network));
  if (!around.hostname.empty()) set_text(element, "hostname", core::printable(around.hostname));
  ElementPtr scopes = Element::createList();
  for (const core::ScopePolicy* scope :
       {around.reservation, around.pool, around.subnet, around.shared_network_scope}) {
    if (scope != nullptr) scopes->add(Element::create(scope->name()));
  }
  for (const core::ScopePolicy* scope : around.classes) scopes->add(Element::create(scope->name()));
  element->set("scopes", scopes);
  return element;
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

void set_field(const ElementPtr& map, const char* key, bool written, core::Bytes value) {
  if (written) set_text(map, key, core::printable(value));
}

/// Fields that are not in it stay as the server makes them.
ElementPtr reply_element(const core::ReplyPlan& plan) {
  ElementPtr element = Element::createMap();
  if (plan.siaddr) set_text(element, "siaddr", core::ipv4_text(*plan.siaddr));
  set_field(element, "sname", plan.writes_sname, plan.sname.view());
  set_field(element, "file", plan.writes_file, plan.file.view());
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

/// The extra keys stand among the facts, or beside the packet.
struct Asked {
  std::vector<std::uint8_t> payload;
  std::string map_name;
  ConstElementPtr map;
};

/// The last packet of a machine that has asked.
std::vector<std::uint8_t> last_packet(Library& library, const core::machines::MachineKey& key) {
  const auto report = library.machines().table().find(key);
  auto octets = report ? report->machine.packet.octets() : std::vector<std::uint8_t>();
  if (octets.empty()) {
    throw BadArgument("mac", key.text() +
                                 (report ? " has sent a packet that is too long to be remembered"
                                         : " has not asked to boot since the library was loaded, or others "
                                           "asked since") +
                                 std::string(": give \"facts\" or \"packet\" instead"));
  }
  return octets;
}

Asked read_asked(Library& library, const ConstElementPtr& arguments) {
  const ConstElementPtr packet = arguments->get("packet");
  const ConstElementPtr given = arguments->get("facts");
  const ConstElementPtr mac = arguments->get("mac");
  if (!packet + !given + !mac != 2) {
    throw BadArgument(
        "packet", !packet && !given && !mac
                      ? "it is missing, and so are \"facts\" and \"mac\": give one of the three"
                      : "it, \"facts\" and \"mac\" cannot stand beside each other: give one of the three");
  }
  std::vector<std::string_view> keys = {"facts", "mac", "packet"};
  if (!given) keys.insert(keys.end(), known_keys.begin(), known_keys.end());
  check_argument_keys("", arguments, keys);
  if (packet) return {packet_argument(*packet), "", arguments};
  if (mac) return {last_packet(library, machine_argument("mac", *mac)), "", arguments};
  return {core::compose_query(facts_argument(given)), "facts", given};
}

}  // namespace

ConstElementPtr explain_answer(Library& library, const ConstElementPtr& arguments) {
  const Asked asked = read_asked(library, arguments);
  const Facts facts = core::read_facts(asked.payload);
  ElementPtr answer = Element::createMap();
  answer->set("facts", facts_element(facts));
  answer->set("boot-client", boot_client_element(facts));
  const auto now = library.configuration();
  if (!now) {
    return createAnswer(static_cast<int>(Result::success),
                        "every reply is left alone: the configuration is wrong and there is no earlier one",
                        answer);
  }
  const KnownArgument known = known_argument(asked.map_name, asked.map, *now, facts);
  ClientSurroundings surroundings(*now, facts);
  const auto override_set = library.overrides().find(facts, moment_now().steady);
  if (override_set) surroundings.put_first(core::override_source, &override_set->asked.rule);
  surroundings.see(known.known);
  answer->set("surroundings", surroundings_element(surroundings.view()));
  answer->set("assumed", texts_element(known.assumed));

  core::Trace trace;
  const core::Decision decision = core::decide(facts, surroundings.view(), now->policy, &trace);
  answer->set("tried", tried_element(trace));
  if (trace.not_shown() != 0) set_number(answer, "tried-not-shown", trace.not_shown());
  set_text(answer, "rule", decision.full_name());
  set_text(answer, "outcome", name_of(decision.outcome));
  if (decision.outcome == core::Outcome::boot || decision.outcome == core::Outcome::denied) {
    // No reply of the server's exists here, so none of its own options is assumed to be in it.
    answer->set("reply", reply_element(core::plan_reply(facts, decision, {})));
  }
  const std::string text = core::decision_text(facts, decision);
  set_text(answer, "text", text);
  return createAnswer(static_cast<int>(Result::success), text, answer);
}

}  // namespace chainload::kea
