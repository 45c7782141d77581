// SPDX-License-Identifier: MPL-2.0
// chainload-explain: the facts as decoded, the rules tried, and the reply that would be written, by the very
// functions that answer packets.
#include <cc/command_interpreter.h>

#include "answers.h"
#include "core/explain/asked_client.h"
#include "core/explain/explanation.h"
#include "core/explain/known.h"
#include "kea/arguments.h"
#include "kea/client_surroundings.h"
#include "kea/clocks.h"
#include "kea/compat.h"
#include "kea/value_of_element.h"
#include "machine_page.h"

namespace chainload::kea {
namespace {

using core::Facts;
using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;

/// The extra keys stand among the facts, or beside the packet.
struct Asked {
  std::vector<std::uint8_t> payload;
  std::string map_name;
  core::Value map;
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
  if (!given) keys.insert(keys.end(), core::said_keys.begin(), core::said_keys.end());
  check_argument_keys("", arguments, keys);
  if (packet) return {core::read_packet_hex(value_of(packet)), "", value_of(arguments)};
  if (mac) return {last_packet(library, machine_argument("mac", *mac)), "", value_of(arguments)};
  core::Value facts = value_of(given);
  auto payload = core::compose_query(core::read_given_facts(facts));
  return {std::move(payload), "facts", std::move(facts)};
}

}  // namespace

ConstElementPtr explain_answer(Library& library, const ConstElementPtr& arguments) {
  const Asked asked = read_asked(library, arguments);
  const Facts facts = core::read_facts(asked.payload);
  const auto now = library.configuration();
  if (!now) {
    ElementPtr answer = Element::createMap();
    answer->set("facts", element_of(core::facts_value(facts)));
    answer->set("boot-client", element_of(core::boot_client_value(facts)));
    return createAnswer(static_cast<int>(Result::success),
                        "every reply is left alone: the configuration is wrong and there is no earlier one",
                        answer);
  }
  const core::SaidOfClient said = core::read_known(
      asked.map_name, asked.map, {*now->scopes, now->policy.reach, now->hosts != nullptr}, facts);
  ClientSurroundings surroundings(*now, facts);
  const auto override_set = library.overrides().find(facts, moment_now().steady);
  if (override_set) surroundings.put_first(core::override_source, &override_set->asked.rule);
  surroundings.see(said.known);
  const core::Value answer = core::explanation(facts, surroundings.view(), now->policy, said.assumed);
  return createAnswer(static_cast<int>(Result::success), *answer.find("text")->string(), element_of(answer));
}

}  // namespace chainload::kea
