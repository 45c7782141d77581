// SPDX-License-Identifier: MPL-2.0
// When to look, and what to keep of it.
#include "managed_lint.h"

#include <utility>

#include "log.h"

namespace chainload::kea {
namespace {

constexpr std::size_t most_findings = 100;

}  // namespace

std::vector<core::Finding> lint(const core::LayeredRules& rules, bool has_server) {
  if (rules.changes() == 0) return core::lint(rules.base(), has_server);
  std::vector<core::Rule> all;
  all.reserve(rules.size());
  rules.each([&](const core::Rule& rule) {
    all.push_back(rule);
    return true;
  });
  return core::lint(all, has_server);
}

bool ManagedLint::is_due(std::uint64_t revision) {
  const bool is_quiet = std::exchange(seen_, revision) == revision;
  return is_quiet && std::exchange(looked_, revision) != revision;
}

void ManagedLint::look(const core::LayeredRules& rules, std::uint64_t revision, bool has_server) {
  ManagedFindings found{revision, 0, lint(rules, has_server)};
  found.count = found.first.size();
  if (found.count > most_findings) found.first.resize(most_findings);
  if (found.count != 0) {
    const core::Finding& first = found.first.front();
    LOG_WARN(logger, CHAINLOAD_RULES_FINDINGS)
        .arg(revision)
        .arg(found.count)
        .arg(first.rule.empty() ? std::string("the whole list") : first.rule)
        .arg(first.sentence);
  }
  const std::lock_guard lock(mutex_);
  found_ = std::move(found);
}

ManagedFindings ManagedLint::found() const {
  const std::lock_guard lock(mutex_);
  return found_;
}

}  // namespace chainload::kea
