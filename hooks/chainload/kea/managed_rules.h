// SPDX-License-Identifier: MPL-2.0
// The managed rules of this server: the store, who may use it when, and what becomes of a change. Any thread
// may call any of it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/rules/allowed_servers.h"
#include "managed_lint.h"
#include "store/rule_store.h"
#include "worker.h"

namespace chainload::kea {

using RulesText = std::function<core::Value(std::size_t)>;

class ManagedRules {
 public:
  /// Told of the rules that come into force, one change at a time. Answers what nobody needs any more.
  using Publish = std::function<std::vector<std::shared_ptr<const void>>(
      std::shared_ptr<const core::LayeredRules>, const store::Stamp&)>;

  /// Reads what the state directory holds and publishes it; writes nothing. What is wrong there is logged and
  /// shown by state(): the best that can still be read is in force.
  ManagedRules(const std::string& directory, core::AllowedServers allowed, Publish publish);

  struct State {
    store::Stamp stamp;
    std::size_t rules = 0;
    bool is_owner = false;
    std::string fault;  // empty: none
  };
  State state() const;

  /// The rules as they are stored, from number `from`, at most `limit`; with the state they belong to.
  State page(std::size_t from, std::size_t limit, std::vector<store::StoredRulePtr>& rules) const;
  std::shared_ptr<const core::LayeredRules> live() const;
  store::RuleList rules() const;

  /// Once a second, by one thread: looks for findings once the rules have not changed for a while; another
  /// thread does it. `has_server`: rules that name no next-server inherit one.
  void look_for_findings(bool has_server);
  ManagedFindings findings() const { return lint_.found(); }

  /// The server answers queries, or its clock ticks: time to take the directory into possession. Cheap; the
  /// work is done by another thread.
  void note_alive() {
    if (!is_alive_.load(std::memory_order_relaxed)) own_soon();
  }

  store::ChangeResult set(std::size_t count, const RulesText& rules, const store::ChangeOptions& options);
  store::ChangeResult patch(const core::Value& steps, const store::ChangeOptions& options);
  /// To what is on disk, if all is well with it.
  store::ChangeResult reload(const store::ChangeOptions& options);
  /// To that revision, or without one to that before the current. `from` is told whose rules they are.
  store::ChangeResult roll_back(std::optional<std::uint64_t> revision, const store::ChangeOptions& options,
                                std::uint64_t& from);

  /// A list as set() would read it, without any change.
  store::PreparedRules prepare(std::size_t count, const RulesText& rules, core::Instant when = {}) const;

 private:
  store::Preparation how(core::Instant when) const;
  store::ChangeResult commit(store::PreparedRules prepared, const store::ChangeOptions& options);
  void own_soon();
  void own();
  void put_in_force();
  void fold_soon();
  void note(const std::vector<std::string>& sentences);

  const std::string directory_;
  const core::AllowedServers allowed_;
  const Publish publish_;
  std::atomic<bool> is_alive_{false};
  mutable std::mutex whole_;  // one change of the whole list at a time; taken before the other
  mutable std::mutex mutex_;  // of all below
  std::shared_ptr<store::RuleStore> store_;
  bool tried_to_own_ = false;
  bool is_folding_ = false;
  std::string fault_;
  ManagedLint lint_;
  Worker worker_;  // last: its work uses all of the above
};

}  // namespace chainload::kea
