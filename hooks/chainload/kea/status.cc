// SPDX-License-Identifier: MPL-2.0
// chainload-status: what is in use, since when it is not what was asked for, and what it did.
#include <cc/command_interpreter.h>

#include "arguments.h"
#include "commands.h"
#include "compat.h"
#include "core/text.h"
#include "state.h"

namespace chainload::kea {
namespace {

using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;

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

ElementPtr policy_element(const core::Policy& policy) {
  ElementPtr element = Element::createMap();
  element->set("default-enabled", Element::create(policy.enabled));
  element->set("next-server", Element::create(policy.table()->next_server_text));
  element->set("script", Element::create(policy.table()->script->text()));
  ElementPtr classes = Element::createList();
  for (const std::string& name : *policy.table()->user_classes) classes->add(Element::create(name));
  element->set("user-classes", classes);
  ElementPtr firmware = Element::createMap();
  for (std::uint16_t i = 0; i < core::architecture_count; ++i) {
    const auto& name = (*policy.table()->firmware)[i];
    if (name) firmware->set(std::string(core::architecture_name(i)), Element::create(name->text()));
  }
  element->set("firmware", firmware);
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
                                                       {"names-too-long", Counted::refused},
                                                       {"failed", Counted::failed},
                                                       {"already-packed", Counted::already_packed}}};
  ElementPtr element = Element::createMap();
  for (const auto& [name, kind] : named) {
    element->set(name, Element::create(static_cast<long long>(counters.of(kind))));
  }
  return element;
}

}  // namespace

ConstElementPtr status_answer(Library& library, const ConstElementPtr& arguments) {
  if (arguments) check_argument_keys("", arguments, {});
  ElementPtr status = Element::createMap();
  status->set("version", Element::create(CHAINLOAD_VERSION));
  status->set("policy-source", Element::create(name_of(library.source())));
  if (!library.load_error().empty()) status->set("load-error", Element::create(library.load_error()));
  if (!library.state_error().empty()) status->set("state-error", Element::create(library.state_error()));
  status->set("counters", counters_element(library.counters()));

  const Configuration* const now = library.configuration();
  if (now == nullptr) {
    return createAnswer(static_cast<int>(Result::success),
                        "no boot files are given: the parameters are wrong and there are no earlier ones",
                        status);
  }
  status->set("hash", Element::create(now->hash));
  status->set("log-decisions", Element::create(std::string(name_of(now->log_decisions))));
  status->set("state-directory", Element::create(now->state_directory));
  status->set("policy", policy_element(now->policy));
  std::string text = "boot files are given by the parameters of this configuration";
  if (library.source() == PolicySource::last_good) {
    text = "boot files are given by the parameters that last worked: the new ones are wrong";
  } else if (!now->policy.enabled) {
    text = "no boot files are given: default-enabled is false";
  }
  return createAnswer(static_cast<int>(Result::success), text, status);
}

}  // namespace chainload::kea
