// SPDX-License-Identifier: MPL-2.0
// chainload-override-set, -override-del, -override-get-page: what the next boot of a machine gets.
#include <cc/command_interpreter.h>

#include "answers.h"
#include "core/rules/read_rules.h"
#include "kea/clocks.h"
#include "kea/compat.h"
#include "kea/log.h"
#include "kea/value_of_element.h"
#include "machine_page.h"

namespace chainload::kea {
namespace {

using core::machines::OverrideReport;
using core::machines::OverrideRequest;
using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;

/// The arguments that make the override, read exactly.
OverrideRequest request_of(const ConstElementPtr& arguments) {
  const auto map = Element::createMap();
  for (const auto& [key, value] : arguments->mapValue()) {
    if (key != "dry-run" && key != "if-revision") map->set(key, value);
  }
  core::Problems problems;
  auto request = core::machines::read_override(value_of(map), "", problems);
  if (request) return std::move(*request);
  const core::Problem& first = problems.list().front();
  throw BadArgument(first.path.empty() ? "mac" : first.path, first.sentence);
}

/// Two servers that both answer a machine would each count its boots for themselves.
void check_uses(const OverrideRequest& request, const Library& library) {
  if (!request.uses || !library.is_load_balanced()) return;
  throw BadArgument("uses",
                    "this server shares its clients with another by load-balancing, and a boot may be "
                    "answered by either: leave uses out, and choose expires-in instead");
}

/// A name that an override may not hand out is refused as a managed rule's would be.
void check_servers(const OverrideRequest& request, const Library& library) {
  const auto now = library.configuration();
  if (!now) return;
  core::Problems problems;
  now->allowed_servers.check(request.rule, "boot", problems);
  if (!problems.empty()) throw BadArgument(problems.list().front().path, problems.list().front().sentence);
}

core::Value report_value(const OverrideReport& report) {
  core::Value value = core::machines::override_value(report.what->asked);
  core::Value::Map map = *value.map();
  const auto text = [](std::string_view words) { return core::Value(std::string(words)); };
  std::erase_if(map, [](const core::Value::Member& member) { return member.key == "expires-in"; });
  map.push_back({"state", text(core::machines::name_of(report.standing))});
  map.push_back({"used", core::Value(std::int64_t{report.used})});
  map.push_back({"set", text(core::instant_text(report.what->set.wall))});
  const auto left = std::chrono::ceil<std::chrono::seconds>(report.left);
  map.push_back({"expires-in", core::Value(std::int64_t{left.count()})});
  if (!report.doubt.empty()) map.push_back({"doubt", text(report.doubt)});
  return core::Value(std::move(map));
}

core::machines::MachineKey target_of(const ConstElementPtr& arguments) {
  const auto mac = arguments->get("mac");
  const auto uuid = arguments->get("uuid");
  if ((mac != nullptr) == (uuid != nullptr)) {
    throw BadArgument("mac", mac ? "it cannot stand beside \"uuid\": give one of the two"
                                 : "it is missing, and so is \"uuid\": give one of the two");
  }
  return mac ? machine_argument("mac", *mac) : machine_argument("uuid", *uuid);
}

KeptOverrides::Terms terms_in(const ConstElementPtr& arguments) {
  return {moment_now(), flag_in(arguments, "dry-run"), revision_in(arguments, "if-revision")};
}

void set_revision(const ElementPtr& answer, std::uint64_t revision) {
  answer->set("revision", Element::create(static_cast<long long>(revision)));
}

ConstElementPtr wrong_revision(Library& library, const std::exception& error) {
  const auto answer = Element::createMap();
  set_revision(answer, library.overrides().list().revision());
  return createAnswer(static_cast<int>(Result::conflict), error.what(), answer);
}

}  // namespace

ConstElementPtr override_set_answer(Library& library, const ConstElementPtr& arguments) {
  const KeptOverrides::Terms terms = terms_in(arguments);
  OverrideRequest request = request_of(arguments);
  check_uses(request, library);
  check_servers(request, library);
  const std::string machine = request.target.text();
  const std::string until = core::instant_text(terms.now.wall + request.lifetime);
  const auto answer = Element::createMap();
  try {
    set_revision(answer, library.overrides().set(std::move(request), terms));
  } catch (const KeptOverrides::WrongRevision& error) {
    return wrong_revision(library, error);
  }
  if (!terms.dry_run) {
    LOG_INFO(logger, CHAINLOAD_OVERRIDE_SET).arg(machine).arg(until).arg(remark(arguments));
  }
  answer->set("machine", Element::create(machine));
  answer->set("expires", Element::create(until));
  return createAnswer(static_cast<int>(Result::success),
                      terms.dry_run ? "the override could be set; nothing is changed" : "override set",
                      answer);
}

ConstElementPtr override_del_answer(Library& library, const ConstElementPtr& arguments) {
  const auto target = target_of(arguments);
  const KeptOverrides::Terms terms = terms_in(arguments);
  const auto answer = Element::createMap();
  try {
    const auto revision = library.overrides().del(target, terms);
    set_revision(answer, revision.value_or(library.overrides().list().revision()));
    if (!revision) {
      return createAnswer(static_cast<int>(Result::not_found), "there is no override for " + target.text(),
                          answer);
    }
  } catch (const KeptOverrides::WrongRevision& error) {
    return wrong_revision(library, error);
  }
  if (!terms.dry_run) {
    LOG_INFO(logger, CHAINLOAD_OVERRIDE_DELETED).arg(target.text()).arg(remark(arguments));
  }
  return createAnswer(
      static_cast<int>(Result::success),
      terms.dry_run ? "the override could be taken away; nothing is changed" : "override taken away", answer);
}

ConstElementPtr override_get_page_answer(Library& library, const ConstElementPtr& arguments) {
  const MachinePage page = machine_page(arguments);
  core::Value::List list;
  std::string last;
  for (const OverrideReport& report :
       library.overrides().list().page(page.from, page.limit, moment_now().steady)) {
    list.push_back(report_value(report));
    last = report.what->asked.target.text();
  }
  const auto answer = page_answer("override", std::move(list), last, page.limit);
  set_revision(boost::const_pointer_cast<Element>(answer->get("arguments")),
               library.overrides().list().revision());
  return answer;
}

}  // namespace chainload::kea
