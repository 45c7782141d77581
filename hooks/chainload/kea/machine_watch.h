// SPDX-License-Identifier: MPL-2.0
// What becomes of the machines that are answered: remembered, and told where one is in a loop.
#pragma once

#include "core/machines/loop_guard.h"
#include "core/machines/machine_table.h"
#include "statistics.h"

namespace chainload::kea {

class MachineWatch {
 public:
  /// Draws a secret, so that nobody can choose addresses that share a place.
  explicit MachineWatch(Statistics& statistics);

  /// Each query that is worth recording, once, before its reply is written. The answer: it is to be given the
  /// fallback instead.
  bool see(const core::machines::Visit& visit, const core::machines::LoopGuard& guard);

  /// It was given this.
  void note_fallback(const core::machines::Visit& visit, const core::Decision& given);

  core::machines::MachineTable& table() { return table_; }

 private:
  void tell(const core::machines::Visit& visit, const core::machines::Verdict& verdict, bool by_fallback);

  Statistics& statistics_;
  core::machines::MachineTable table_;
};

}  // namespace chainload::kea
