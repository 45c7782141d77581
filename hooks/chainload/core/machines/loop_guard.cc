// SPDX-License-Identifier: MPL-2.0
// Reading the parameters of the loop guard.
#include "loop_guard.h"

#include "core/facts/text.h"
#include "core/rules/read_parts.h"

namespace chainload::core::machines {
namespace {

constexpr std::array<LoopAction, 3> actions = {LoopAction::off, LoopAction::warn, LoopAction::fallback};

void read_action(const Reading& at, LoopGuard& guard) {
  const auto text = at.string();
  if (!text) return;
  for (const LoopAction action : actions) {
    if (*text == name_of(action)) {
      guard.action = action;
      return;
    }
  }
  at.fail(in_quotes(*text) + " is none of \"off\", \"warn\" and \"fallback\": write one of them");
}

Rule fallback_rule(const Reading& at) {
  Rule rule;
  rule.name = "fallback";
  rule.boot = read_boot(at);
  rule.place = at.place();
  return rule;
}

}  // namespace

std::string_view name_of(LoopAction action) {
  constexpr std::array<std::string_view, actions.size()> names = {"off", "warn", "fallback"};
  return names[static_cast<std::size_t>(action)];
}

LoopGuard read_loop_guard(const Value* action, const Value* fallback, Problems& problems) {
  LoopGuard guard;
  if (action != nullptr) read_action({*action, "loop-guard", problems}, guard);
  if (fallback != nullptr) guard.fallback = fallback_rule({*fallback, "loop-fallback", problems});
  if (guard.action == LoopAction::fallback && fallback == nullptr) {
    problems.add("loop-fallback", action->place,
                 "it is missing, and \"loop-guard\" is \"fallback\": write what a machine in a loop gets, as "
                 "boot of a rule, such as { \"boot-file-name\": \"http://192.0.2.10/rescue\" } or "
                 "{ \"deny\": true }");
  } else if (fallback != nullptr && guard.action != LoopAction::fallback) {
    problems.add("loop-fallback", fallback->place,
                 "it is never used, as \"loop-guard\" is not \"fallback\": write \"loop-guard\": "
                 "\"fallback\" beside it, or leave it out");
  }
  return guard;
}

}  // namespace chainload::core::machines
