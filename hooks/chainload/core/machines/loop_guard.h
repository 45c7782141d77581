// SPDX-License-Identifier: MPL-2.0
// What is done about a machine in a loop, as the parameters say it.
#pragma once

#include "core/rules/problems.h"
#include "core/rules/rule.h"
#include "core/rules/value.h"

namespace chainload::core::machines {

enum class LoopAction : std::uint8_t {
  off,      // loops are neither looked for nor told; the history goes on
  warn,     // told in the log
  fallback  // told, and the machine gets the fallback until it is out of the loop
};
std::string_view name_of(LoopAction action);

struct LoopGuard {
  LoopAction action = LoopAction::warn;
  std::optional<Rule> fallback;  // with that action always
};

/// The parameters that are read here: `loop-guard` and `loop-fallback`, the latter as `boot` of a rule.
/// Either may be null: not given.
LoopGuard read_loop_guard(const Value* action, const Value* fallback, Problems& problems);

}  // namespace chainload::core::machines
