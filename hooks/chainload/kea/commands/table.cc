// SPDX-License-Identifier: MPL-2.0
// Every command, and what is checked before one is answered: may it be given here, and are its arguments
// those it takes.
#include <cc/command_interpreter.h>

#include <algorithm>

#include "command.h"
#include "kea/arguments.h"
#include "kea/compat.h"
#include "kea/process_marks.h"
#include "machine_page.h"

namespace chainload::kea {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;
using Kind = Argument::Kind;

constexpr std::int64_t most_on_a_page = 10000;
constexpr std::int64_t most_revision = std::numeric_limits<std::int64_t>::max() - 1;

// What stands beside a packet, or among the facts, is checked where it is read.
constexpr Argument explain_arguments[] = {{"classes"}, {"facts"},  {"hostname"},       {"ip"},    {"mac"},
                                          {"packet"},  {"subnet"}, {"shared-network"}, {"yiaddr"}};

// Every writer takes the first three.
constexpr Argument dry_run = {"dry-run", Kind::boolean};
constexpr Argument if_revision = {"if-revision", Kind::number};
constexpr Argument reason = {"reason", Kind::string};
constexpr Argument set_arguments[] = {dry_run, if_revision, reason, {"rules", Kind::list, true}};
constexpr Argument patch_arguments[] = {dry_run, if_revision, reason, {"patch", Kind::list, true}};
constexpr Argument reload_arguments[] = {dry_run, if_revision, reason};
constexpr Argument rollback_arguments[] = {
    dry_run, if_revision, reason, {"revision", Kind::number, false, 0, most_revision}};
constexpr Argument check_arguments_of_rules[] = {{"rules", Kind::list}};
constexpr Argument page_arguments[] = {
    {"from", Kind::number}, if_revision, {"limit", Kind::number, false, 1, most_on_a_page}};
constexpr Argument machine_page_arguments[] = {{"from", Kind::string},
                                               {"limit", Kind::number, false, 1, most_of_a_page}};
constexpr Argument machine_arguments[] = {{"machine", Kind::string, true}};
constexpr Argument release_arguments[] = {{"all", Kind::boolean}, {"machine", Kind::string}};
constexpr Argument override_set_arguments[] = {{"boot", Kind::map, true},
                                               dry_run,
                                               {"expires-in"},
                                               {"for"},
                                               {"mac"},
                                               reason,
                                               {"reply"},
                                               {"uses"},
                                               {"uuid"}};
constexpr Argument override_del_arguments[] = {dry_run, {"mac"}, reason, {"uuid"}};

constexpr Command table[] = {
    {"chainload-explain", Access::read, Management::read_only, explain_arguments, false, explain_answer},
    {"chainload-loop-get-page", Access::read, Management::read_only, machine_page_arguments, true,
     loop_get_page_answer},
    {"chainload-loop-release", Access::write, Management::overrides, release_arguments, false,
     loop_release_answer},
    {"chainload-machine-get", Access::read, Management::read_only, machine_arguments, false,
     machine_get_answer},
    {"chainload-machine-get-page", Access::read, Management::read_only, machine_page_arguments, true,
     machine_get_page_answer},
    {"chainload-override-del", Access::write, Management::overrides, override_del_arguments, false,
     override_del_answer},
    {"chainload-override-get-page", Access::read, Management::read_only, machine_page_arguments, true,
     override_get_page_answer},
    {"chainload-override-set", Access::write, Management::overrides, override_set_arguments, false,
     override_set_answer},
    {"chainload-rules-check", Access::read, Management::read_only, check_arguments_of_rules, true,
     rules_check_answer},
    {"chainload-rules-get-page", Access::read, Management::read_only, page_arguments, true,
     rules_get_page_answer},
    {"chainload-rules-patch", Access::write, Management::full, patch_arguments, false, rules_patch_answer},
    {"chainload-rules-reload", Access::write, Management::full, reload_arguments, true, rules_reload_answer},
    {"chainload-rules-rollback", Access::write, Management::full, rollback_arguments, true,
     rules_rollback_answer},
    {"chainload-rules-set", Access::write, Management::full, set_arguments, false, rules_set_answer},
    {status_command, Access::read, Management::read_only, {}, true, status_answer},
};

void check_kind(const Argument& argument, const Element& value) {
  const std::string name(argument.name);
  const auto want = [&](Element::types type, const char* remedy) {
    if (static_cast<int>(value.getType()) != static_cast<int>(type)) {
      throw BadArgument(name, "it is " + kind_text(value) + ": " + remedy);
    }
  };
  switch (argument.kind) {
    case Kind::string:
      static_cast<void>(string_argument(name, value));
      break;
    case Kind::number:
      static_cast<void>(number_argument(name, value, argument.least, argument.most));
      break;
    case Kind::boolean:
      want(Element::boolean, "write true or false, without quotes");
      break;
    case Kind::list:
      want(Element::list, "write a list, [ … ]");
      break;
    case Kind::map:
      want(Element::map, "write a map, { … }");
      break;
    case Kind::any:
      break;
  }
}

void check_arguments(const Command& command, const ConstElementPtr& arguments) {
  std::vector<std::string_view> known;
  for (const Argument& argument : command.arguments) known.push_back(argument.name);
  check_argument_keys("", arguments, known);
  for (const Argument& argument : command.arguments) {
    const ConstElementPtr value = arguments->get(std::string(argument.name));
    if (value) {
      check_kind(argument, *value);
    } else if (argument.is_required) {
      throw BadArgument(std::string(argument.name),
                        "it is missing: " + std::string(command.name) + " does not work without it");
    }
  }
}

void check_management(const Command& command, Management now) {
  if (now >= command.needs) return;
  throw std::runtime_error(
      std::string(command.name) + " changes what machines boot, and \"management\" is \"" +
      std::string(name_of(now)) + "\": set it to \"" + std::string(name_of(command.needs)) +
      "\" in the library's parameters to allow that");
}

ConstElementPtr answer_of(const Command& command, Library& library, ConstElementPtr arguments) {
  check_management(command, library.management());
  if (!arguments && command.is_bare_allowed) arguments = Element::createMap();
  check_arguments(command, arguments);
  return command.answer(library, arguments);
}

}  // namespace

std::span<const Command> commands() {
  return table;
}

ConstElementPtr answer_command(Library& library, const ConstElementPtr& command) {
  try {
    ConstElementPtr arguments;
    const std::string name = isc::config::parseCommand(arguments, command);
    const auto found = std::find_if(std::begin(table), std::end(table),
                                    [&](const Command& each) { return name == each.name; });
    if (found == std::end(table)) throw std::runtime_error("there is no command " + name);
    return answer_of(*found, library, arguments);
  } catch (const std::exception& error) {
    return isc::config::createAnswer(static_cast<int>(Result::error), error.what());
  }
}

}  // namespace chainload::kea
