// SPDX-License-Identifier: MPL-2.0
// What lint finds in the managed rules, looked for once they have been left in peace for a second or two: a
// long list takes longer to be looked through than to be changed.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "core/lint/lint.h"
#include "core/match/layered_rules.h"

namespace chainload::kea {

struct ManagedFindings {
  std::uint64_t revision = 0;        // whose they are; those in use may be newer
  std::size_t count = 0;             // all of them
  std::vector<core::Finding> first;  // the first few
};

/// Any rules, as if they were one list.
std::vector<core::Finding> lint(const core::LayeredRules& rules, bool has_server);

class ManagedLint {
 public:
  /// Once a second, by one thread: true when these rules are to be looked through now.
  bool is_due(std::uint64_t revision);

  /// Does that, and says what was found in the log. Any thread.
  void look(const core::LayeredRules& rules, std::uint64_t revision, bool has_server);

  ManagedFindings found() const;

 private:
  std::uint64_t seen_ = 0;    // at the last second
  std::uint64_t looked_ = 0;  // or begun to look
  mutable std::mutex mutex_;  // of the following
  ManagedFindings found_;
};

}  // namespace chainload::kea
