// SPDX-License-Identifier: MPL-2.0
// chainload-status: what is in use, since when it is not what was asked for, and what it did.
#include <cc/command_interpreter.h>

#include "answers.h"
#include "core/facts/text.h"
#include "core/rules/read_rules.h"
#include "kea/compat.h"

namespace chainload::kea {
namespace {

using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;

constexpr std::size_t findings_listed = 100;

const char* name_of(PolicySource source) {
  switch (source) {
    case PolicySource::configured:
      return "configured";
    case PolicySource::last_good:
      return "last-good";
    case PolicySource::none:
      return "none";
  }
  return "none";
}

/// The built-in table of the parameters; nothing where they have none.
void set_table(const ElementPtr& element, const core::BuiltInTable& table) {
  element->set("next-server", Element::create(table.next_server_text));
  if (table.script) element->set("script", Element::create(table.script->text()));
  ElementPtr classes = Element::createList();
  for (const std::string& name : *table.user_classes) classes->add(Element::create(name));
  element->set("user-classes", classes);
  ElementPtr firmware = Element::createMap();
  for (std::uint16_t i = 0; i < core::architecture_count; ++i) {
    const auto& name = (*table.firmware)[i];
    if (name) firmware->set(std::string(core::architecture_name(i)), Element::create(name->text()));
  }
  element->set("firmware", firmware);
}

ElementPtr policy_element(const Configuration& now) {
  ElementPtr element = Element::createMap();
  element->set("default-enabled", Element::create(now.policy.enabled));
  if (const core::BuiltInTable* const table = now.policy.table()) set_table(element, *table);
  const core::RuleSet* const rules = now.policy.parameters ? now.policy.parameters->rules() : nullptr;
  element->set("rules", Element::create(static_cast<long long>(rules ? rules->rules().size() : 0)));
  element->set("scopes", Element::create(static_cast<long long>(now.scopes->policies().size())));
  element->set("subnets", Element::create(static_cast<long long>(now.scopes->networks().subnets().size())));
  element->set("host-lookup", Element::create(now.hosts != nullptr));
  return element;
}

ElementPtr count_element(std::uint64_t value) {
  return Element::create(static_cast<long long>(value));
}

ElementPtr managed_element(const ManagedRules::State& state, const ManagedFindings& findings) {
  ElementPtr element = Element::createMap();
  element->set("revision", Element::create(static_cast<long long>(state.stamp.revision)));
  element->set("sha256", Element::create(store::hex(state.stamp.digest)));
  element->set("rules", Element::create(static_cast<long long>(state.rules)));
  element->set("owner", Element::create(state.is_owner));
  if (state.stamp.revision != 0) {
    element->set("when", Element::create(core::instant_text(state.stamp.when)));
    element->set("reason", Element::create(state.stamp.reason));
  }
  if (!state.fault.empty()) element->set("fault", Element::create(state.fault));
  element->set("findings-of-revision", count_element(findings.revision));
  return element;
}

ElementPtr counters_element(const Counters& counters) {
  struct Named {
    const char* name;
    Counted kind;
  };
  constexpr std::array<Named, counted_kinds> named = {{{"boot-files", Counted::booted},
                                                       {"left-alone", Counted::left_alone},
                                                       {"not-boot-clients", Counted::not_boot_client},
                                                       {"denied", Counted::denied},
                                                       {"refused", Counted::refused},
                                                       {"failed", Counted::failed},
                                                       {"already-packed", Counted::already_packed}}};
  ElementPtr element = Element::createMap();
  for (const auto& [name, kind] : named) {
    element->set(name, Element::create(static_cast<long long>(counters.of(kind))));
  }
  return element;
}

ElementPtr overrides_element(const core::machines::Overrides& overrides) {
  ElementPtr element = Element::createMap();
  element->set("revision", count_element(overrides.revision()));
  element->set("count", count_element(overrides.size()));
  return element;
}

ElementPtr findings_element(const Configuration& now, const ManagedFindings& managed) {
  ElementPtr list = Element::createList();
  const auto add = [&](const std::string& source, const core::Finding& finding) {
    if (list->size() == findings_listed) return;
    ElementPtr element = Element::createMap();
    element->set("id", Element::create(std::string(core::name_of(finding.id))));
    element->set("severity",
                 Element::create(finding.severity == core::Severity::warning ? "warning" : "note"));
    element->set("source", Element::create(source));
    if (!finding.rule.empty()) element->set("rule", Element::create(core::printable(finding.rule)));
    if (!finding.place.empty()) element->set("place", Element::create(finding.place));
    element->set("text", Element::create(finding.sentence));
    list->add(element);
  };
  for (const core::Finding& finding : managed.first) add(std::string(core::managed_source), finding);
  for (const auto& [source, finding] : now.findings) add(source, finding);
  return list;
}

}  // namespace

ConstElementPtr status_answer(Library& library, const ConstElementPtr&) {
  ElementPtr status = Element::createMap();
  status->set("version", Element::create(CHAINLOAD_VERSION));
  status->set("policy-source", Element::create(name_of(library.source())));
  if (!library.load_error().empty()) status->set("load-error", Element::create(library.load_error()));
  if (!library.state_error().empty()) status->set("state-error", Element::create(library.state_error()));
  status->set("counters", counters_element(library.statistics().counters()));
  ManagedFindings managed;
  if (library.managed() != nullptr) {
    managed = library.managed()->findings();
    status->set("managed", managed_element(library.managed()->state(), managed));
  }
  status->set("overrides", overrides_element(library.overrides().list()));
  status->set("load-balancing", Element::create(library.is_load_balanced()));

  const auto now = library.configuration();
  if (!now) {
    return createAnswer(static_cast<int>(Result::success),
                        "no boot files are given: the configuration is wrong and there is no earlier one",
                        status);
  }
  status->set("hash", Element::create(now->hash));
  status->set("management", Element::create(std::string(name_of(now->management))));
  status->set("log-decisions", Element::create(std::string(name_of(now->log_decisions))));
  status->set("state-directory", Element::create(now->state_directory));
  status->set("policy", policy_element(*now));
  status->set("findings", findings_element(*now, managed));
  status->set("finding-count", count_element(now->finding_count + managed.count));
  std::string text = "boot files are given by this configuration";
  if (library.source() == PolicySource::last_good) {
    text = "boot files are given by the configuration that last worked: the new one is wrong";
  } else if (!now->policy.enabled) {
    text = "no boot files are given: default-enabled is false";
  }
  return createAnswer(static_cast<int>(Result::success), text, status);
}

}  // namespace chainload::kea
