// SPDX-License-Identifier: MPL-2.0
// Every command, and what is checked before one is answered: may it be given here, and are its arguments
// those it takes.
#include <cc/command_interpreter.h>

#include <algorithm>

#include "forms.h"
#include "kea/arguments.h"
#include "kea/compat.h"
#include "kea/value_of_element.h"
#include "store/json_text.h"

namespace chainload::kea {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;
using Kind = Argument::Kind;

struct Answering {
  std::string_view name;
  CommandAnswer answer;
};
constexpr Answering answering[] = {
    {"chainload-explain", explain_answer},
    {"chainload-loop-get-page", loop_get_page_answer},
    {"chainload-loop-release", loop_release_answer},
    {"chainload-machine-get", machine_get_answer},
    {"chainload-machine-get-page", machine_get_page_answer},
    {"chainload-override-del", override_del_answer},
    {"chainload-override-get-page", override_get_page_answer},
    {"chainload-override-set", override_set_answer},
    {"chainload-rule-stats-get-page", rule_stats_get_page_answer},
    {"chainload-rules-check", rules_check_answer},
    {"chainload-rules-get-page", rules_get_page_answer},
    {"chainload-rules-patch", rules_patch_answer},
    {"chainload-rules-reload", rules_reload_answer},
    {"chainload-rules-rollback", rules_rollback_answer},
    {"chainload-rules-set", rules_set_answer},
    {status_command, status_answer},
};
static_assert(std::size(answering) == std::size(command_forms::forms));

/// Each form with who answers it.
constexpr auto table = [] {
  std::array<Command, std::size(command_forms::forms)> commands{};
  for (std::size_t i = 0; i < commands.size(); ++i) commands[i] = {command_forms::forms[i], nullptr};
  for (Command& command : commands) {
    for (const Answering& each : answering) {
      if (each.name == command.name) command.answer = each.answer;
    }
  }
  return commands;
}();
static_assert(std::all_of(table.begin(), table.end(),
                          [](const Command& each) { return each.answer != nullptr; }),
              "every command has somebody who answers it");

void check_kind(const Argument& argument, const Element& value) {
  const std::string name(argument.name);
  const auto want = [&](Element::types type, const char* remedy) {
    if (static_cast<int>(value.getType()) != static_cast<int>(type)) {
      throw BadArgument(name, "it is " + kind_text(value) + ": " + remedy);
    }
  };
  switch (argument.kind) {
    case Kind::string:
      if (string_argument(name, value).size() > static_cast<std::size_t>(argument.most)) {
        throw BadArgument(name, "it has " + std::to_string(value.stringValue().size()) +
                                    " octets: write at most " + std::to_string(argument.most));
      }
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

/// Of lists and maps in each other, as far as matters.
bool is_nested_deeper(const Element& value, std::size_t levels) {
  const auto is_deeper = [&](const ConstElementPtr& each) {
    return each && is_nested_deeper(*each, levels - 1);
  };
  if (value.getType() == Element::list) {
    const auto& items = value.listValue();
    return levels == 0 || std::any_of(items.begin(), items.end(), is_deeper);
  }
  if (value.getType() != Element::map) return false;
  const auto& members = value.mapValue();
  return levels == 0 || std::any_of(members.begin(), members.end(),
                                    [&](const auto& each) { return is_deeper(each.second); });
}

/// Deeper than anything that an argument could mean. Of rules each is looked at where it is read.
void check_depth(const Argument& argument, const Element& value) {
  if (argument.name == "rules" || !is_nested_deeper(value, core::max_value_depth - 1)) return;
  throw BadArgument(std::string(argument.name), "it is nested more than " +
                                                    std::to_string(core::max_value_depth - 1) +
                                                    " levels deep: look for a bracket too many");
}

/// What is kept is written as JSON: what could not be read again must not get there.
void check_can_be_kept(const std::string& name, const ConstElementPtr& value) {
  const std::string fault = store::read_json(store::canonical_json(value_of(value))).fault;
  if (!fault.empty()) throw BadArgument(name, "it cannot be kept as JSON, at " + fault);
}

void check_arguments(const Command& command, const ConstElementPtr& arguments) {
  std::vector<std::string_view> known;
  for (const Argument& argument : command.arguments) known.push_back(argument.name);
  check_argument_keys("", arguments, known);
  for (const Argument& argument : command.arguments) {
    const ConstElementPtr value = arguments->get(std::string(argument.name));
    if (value) {
      check_kind(argument, *value);
      check_depth(argument, *value);
      // Lists may be long, and are checked where their items are read.
      if (command.access == Access::write && argument.kind != Kind::list)
        check_can_be_kept(std::string(argument.name), value);
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
