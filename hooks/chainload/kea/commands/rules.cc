// SPDX-License-Identifier: MPL-2.0
// chainload-rules-*: the managed rules, read and changed.
#include <cc/command_interpreter.h>

#include <chrono>

#include "answers.h"
#include "core/facts/text.h"
#include "core/lint/lint.h"
#include "kea/arguments.h"
#include "kea/compat.h"
#include "kea/log.h"
#include "kea/own_thread.h"
#include "kea/value_of_element.h"
#include "store/json_text.h"

namespace chainload::kea {
namespace {

using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;
using store::ChangeOptions;
using store::ChangeResult;

constexpr std::size_t findings_shown = 100;

ManagedRules& managed_of(Library& library) {
  if (library.managed() != nullptr) return *library.managed();
  throw std::runtime_error(
      "there are no managed rules: the library's parameters are wrong, and with them the state directory is "
      "not known; correct them first");
}

ElementPtr number(std::uint64_t value) {
  return Element::create(static_cast<long long>(value));
}

ChangeOptions options_in(const ConstElementPtr& arguments) {
  ChangeOptions options;
  options.if_revision = revision_in(arguments, "if-revision");
  options.dry_run = flag_in(arguments, "dry-run");
  if (const ConstElementPtr reason = arguments->get("reason")) options.reason = reason->stringValue();
  options.when = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return options;
}

int code_of(ChangeResult::Status status) {
  using Status = ChangeResult::Status;
  switch (status) {
    case Status::done:
      return static_cast<int>(Result::success);
    case Status::not_found:
      return static_cast<int>(Result::not_found);
    case Status::wrong_revision:
    case Status::name_taken:
      return static_cast<int>(Result::conflict);
    case Status::bad_argument:
    case Status::save_failed:
    case Status::not_owner:
      break;
  }
  return static_cast<int>(Result::error);
}

ElementPtr stamp_element(const store::Stamp& stamp) {
  ElementPtr element = Element::createMap();
  element->set("revision", number(stamp.revision));
  element->set("sha256", Element::create(store::hex(stamp.digest)));
  return element;
}

ElementPtr rule_element(const store::StoredRule& rule) {
  const store::JsonReading reading = store::read_json(rule.json);
  return reading.value ? element_of(*reading.value) : Element::create();
}

/// The answer to a change; one that was made is logged.
ConstElementPtr answer_of(const char* command, ManagedRules& managed, const ChangeOptions& options,
                          const ChangeResult& result) {
  ElementPtr arguments = stamp_element(result.stamp);
  if (!result.is_done()) return createAnswer(code_of(result.status), result.text, arguments);
  std::string text = "revision " + std::to_string(result.stamp.revision);
  if (options.dry_run) {
    arguments->set("dry-run", Element::create(true));
    text += " would be in use; nothing was changed";
  } else {
    const std::size_t rules = managed.state().rules;
    arguments->set("rules", number(rules));
    text += " is in use: " + std::to_string(rules) + (rules == 1 ? " rule" : " rules");
    if (!result.text.empty()) text += "; " + result.text;
    LOG_INFO(logger, CHAINLOAD_RULES_CHANGED)
        .arg(command)
        .arg(result.stamp.revision)
        .arg(rules)
        .arg(store::hex(result.stamp.digest))
        .arg(options.reason.empty() ? "none given" : core::printable(options.reason));
  }
  return createAnswer(static_cast<int>(Result::success), text, arguments);
}

/// What is nested too deep becomes the argument's fault, with its number.
RulesText rules_text(const ConstElementPtr& list) {
  return [list](std::size_t i) {
    try {
      return value_of(list->get(static_cast<int>(i)));
    } catch (const NestedTooDeep& error) {
      throw BadArgument("rules[" + std::to_string(i) + "]", error.what());
    }
  };
}

ElementPtr findings_element(const std::vector<core::Finding>& findings) {
  ElementPtr list = Element::createList();
  for (const core::Finding& finding : findings) {
    if (list->size() == findings_shown) break;
    ElementPtr element = Element::createMap();
    element->set("id", Element::create(std::string(core::name_of(finding.id))));
    element->set("severity",
                 Element::create(finding.severity == core::Severity::warning ? "warning" : "note"));
    element->set("rule", Element::create("managed/" + core::printable(finding.rule)));
    element->set("text", Element::create(finding.sentence));
    list->add(element);
  }
  return list;
}

}  // namespace

ConstElementPtr rules_get_page_answer(Library& library, const ConstElementPtr& arguments) {
  const auto from = static_cast<std::size_t>(number_in(arguments, "from", 0));
  const auto limit = static_cast<std::size_t>(number_in(arguments, "limit", usual_page));
  std::vector<store::StoredRulePtr> rules;
  const ManagedRules::State state = managed_of(library).page(from, limit, rules);
  ElementPtr answer = stamp_element(state.stamp);
  answer->set("total", number(state.rules));
  const auto wanted = revision_in(arguments, "if-revision");
  if (wanted && *wanted != state.stamp.revision) {
    return createAnswer(static_cast<int>(Result::conflict),
                        "if-revision: the rules are at revision " + std::to_string(state.stamp.revision) +
                            " and not at " + std::to_string(*wanted) + ": begin again with the first page",
                        answer);
  }
  ElementPtr list = Element::createList();
  for (const store::StoredRulePtr& rule : rules) list->add(rule_element(*rule));
  answer->set("rules", list);
  answer->set("count", number(rules.size()));
  answer->set("from", number(from));
  if (from + rules.size() < state.rules) answer->set("next", number(from + rules.size()));
  if (rules.empty()) {
    return createAnswer(static_cast<int>(Result::not_found),
                        state.rules == 0 ? "there are no managed rules"
                                         : "there are only " + std::to_string(state.rules) + " managed rules",
                        answer);
  }
  return createAnswer(static_cast<int>(Result::success),
                      std::to_string(rules.size()) + " of " + std::to_string(state.rules) + " rules", answer);
}

ConstElementPtr rules_set_answer(Library& library, const ConstElementPtr& arguments) {
  ManagedRules& managed = managed_of(library);
  const ConstElementPtr rules = arguments->get("rules");
  const ChangeOptions options = options_in(arguments);
  return answer_of("chainload-rules-set", managed, options,
                   managed.set(rules->size(), rules_text(rules), options));
}

ConstElementPtr rules_patch_answer(Library& library, const ConstElementPtr& arguments) {
  ManagedRules& managed = managed_of(library);
  const ChangeOptions options = options_in(arguments);
  return answer_of("chainload-rules-patch", managed, options,
                   managed.patch(value_of(arguments->get("patch")), options));
}

ConstElementPtr rules_reload_answer(Library& library, const ConstElementPtr& arguments) {
  ManagedRules& managed = managed_of(library);
  const ChangeOptions options = options_in(arguments);
  return answer_of("chainload-rules-reload", managed, options, managed.reload(options));
}

ConstElementPtr rules_rollback_answer(Library& library, const ConstElementPtr& arguments) {
  ManagedRules& managed = managed_of(library);
  ChangeOptions options = options_in(arguments);
  std::uint64_t from = 0;
  const ChangeResult result = managed.roll_back(revision_in(arguments, "revision"), options, from);
  const ConstElementPtr answer = answer_of("chainload-rules-rollback", managed, options, result);
  if (result.is_done()) {
    boost::const_pointer_cast<Element>(answer->get("arguments"))->set("rules-of-revision", number(from));
  }
  return answer;
}

ConstElementPtr rules_check_answer(Library& library, const ConstElementPtr& arguments) {
  ManagedRules& managed = managed_of(library);
  const bool has_server = library.has_server();
  std::vector<core::Finding> findings;
  std::size_t count = 0;
  if (const ConstElementPtr rules = arguments->get("rules")) {
    const store::PreparedRules prepared = managed.prepare(rules->size(), rules_text(rules));
    if (!prepared.compiled) {
      return createAnswer(static_cast<int>(Result::error), prepared.problems);
    }
    count = prepared.rules.size();
    findings = on_own_thread([&] { return core::lint(prepared.compiled->rules(), has_server); });
  } else {
    const auto live = managed.live();
    count = live->size();
    findings = on_own_thread([&] { return lint(*live, has_server); });
  }
  ElementPtr answer = Element::createMap();
  answer->set("rules", number(count));
  answer->set("findings", findings_element(findings));
  answer->set("finding-count", number(findings.size()));
  return createAnswer(static_cast<int>(Result::success),
                      "the rules can be used; " + std::to_string(findings.size()) +
                          (findings.size() == 1 ? " finding" : " findings"),
                      answer);
}

}  // namespace chainload::kea
