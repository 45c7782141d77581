// SPDX-License-Identifier: MPL-2.0
// chainload-machine-get, -machine-get-page, -loop-get-page, -loop-release: what is remembered of machines.
#include <cc/command_interpreter.h>

#include "answers.h"
#include "core/machines/machine_value.h"
#include "kea/clocks.h"
#include "kea/compat.h"
#include "kea/log.h"
#include "kea/value_of_element.h"
#include "machine_page.h"

namespace chainload::kea {
namespace {

using core::machines::MachineReport;
using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;

using Shown = core::Value (*)(const MachineReport&, std::uint64_t, core::machines::Milliseconds);

ConstElementPtr list_answer(const char* what, Shown shown, const std::vector<MachineReport>& reports,
                            const Library& library, std::size_t limit) {
  core::Value::List list;
  const auto now = moment_now().steady;
  for (const MachineReport& report : reports) list.push_back(shown(report, library.policy_number(), now));
  return page_answer(what, std::move(list), reports.empty() ? std::string() : reports.back().key.text(),
                     limit);
}

ConstElementPtr not_known(const core::machines::MachineKey& key) {
  return createAnswer(static_cast<int>(Result::not_found),
                      "nothing is remembered of " + key.text() +
                          ": it has not asked to boot since the library was loaded, or others asked since");
}

}  // namespace

ConstElementPtr machine_get_answer(Library& library, const ConstElementPtr& arguments) {
  const auto key = machine_argument("machine", *arguments->get("machine"));
  const auto report = library.machines().table().find(key);
  if (!report) return not_known(key);
  return createAnswer(
      static_cast<int>(Result::success), "what is remembered of " + key.text(),
      element_of(core::machines::machine_value(*report, library.policy_number(), moment_now().steady)));
}

ConstElementPtr machine_get_page_answer(Library& library, const ConstElementPtr& arguments) {
  const MachinePage page = machine_page(arguments);
  return list_answer("machine", core::machines::machine_value,
                     library.machines().table().page(page.from, page.limit), library, page.limit);
}

ConstElementPtr loop_get_page_answer(Library& library, const ConstElementPtr& arguments) {
  const MachinePage page = machine_page(arguments);
  const auto now = moment_now().steady;
  return list_answer("loop", core::machines::loop_value,
                     library.machines().table().looping(page.from, page.limit, library.policy_number(), now),
                     library, page.limit);
}

ConstElementPtr loop_release_answer(Library& library, const ConstElementPtr& arguments) {
  const auto machine = arguments->get("machine");
  const auto all = arguments->get("all");
  const bool is_all = all && all->boolValue();
  if ((machine != nullptr) == is_all) {
    throw BadArgument("machine", machine ? "it cannot stand beside \"all\": give one of the two"
                                         : "it is missing, and \"all\" is not true: give one of the two");
  }
  auto& table = library.machines().table();
  const bool dry_run = flag_in(arguments, "dry-run");
  const std::size_t count =
      is_all ? table.release_all(dry_run) : table.release(machine_argument("machine", *machine), dry_run);
  const auto answer = Element::createMap();
  answer->set("released", Element::create(static_cast<long long>(count)));
  if (count == 0) {
    return createAnswer(static_cast<int>(Result::not_found),
                        is_all ? "no machine was in a loop" : "this machine was in no loop", answer);
  }
  const std::string machines = std::to_string(count) + (count == 1 ? " machine" : " machines");
  if (!dry_run) {
    LOG_INFO(logger, CHAINLOAD_LOOP_RELEASED).arg(machines).arg(remark(arguments));
  }
  return createAnswer(static_cast<int>(Result::success),
                      machines + (dry_run ? " could be released; nothing is changed" : " released"), answer);
}

}  // namespace chainload::kea
