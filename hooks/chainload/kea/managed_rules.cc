// SPDX-License-Identifier: MPL-2.0
// Every change: prepared where it holds nobody up, saved, published.
#include "managed_rules.h"

#include "core/rules/problems.h"
#include "log.h"
#include "own_thread.h"
#include "room_for_packets.h"
#include "store/in_parallel.h"

namespace chainload::kea {
namespace {

using store::ChangeOptions;
using store::ChangeResult;
using Status = store::ChangeResult::Status;
using Lock = std::lock_guard<std::mutex>;

constexpr const char* owner_note = "kea-dhcp4";

std::shared_ptr<store::RuleStore> make_store(const std::string& directory) {
  return std::make_shared<store::RuleStore>(store::system_filesystem(), directory, owner_note);
}

/// Of rules that were saved under other parameters.
std::string not_allowed(const core::LayeredRules& rules, const core::AllowedServers& allowed) {
  core::Problems problems;
  if (!allowed.is_open()) {
    std::size_t number = 0;
    rules.each([&](const core::Rule& rule) {
      allowed.check(rule, core::joined("rules", number++), problems);
      return true;
    });
  }
  return problems.text();
}

/// Of a command: another thread works, this one waits, and packets with it.
template <class Work>
auto wait_for(Work work) {
  const RoomForPackets room;
  return on_own_thread(std::move(work));
}

}  // namespace

ManagedRules::ManagedRules(const std::string& directory, core::AllowedServers allowed, Publish publish)
    : directory_(directory), allowed_(std::move(allowed)), publish_(std::move(publish)) {
  const Lock lock(mutex_);
  store_ = make_store(directory);
  note(on_own_thread([&] { return store_->open(); }));
  const std::string forbidden = on_own_thread([&] { return not_allowed(*store_->live(), allowed_); });
  if (!forbidden.empty())
    note({"managed rules saved earlier give what allowed-servers forbids: " + forbidden});
  put_in_force();
}

/// Of rules that come in at that time.
store::Preparation ManagedRules::how(core::Instant when) const {
  store::Preparation how;
  how.check = [this](const core::Rule& rule, const std::string& path, core::Problems& problems) {
    allowed_.check(rule, path, problems);
  };
  how.since = when;
  how.threads = store::threads_at_hand();  // who asks waits for them
  return how;
}

void ManagedRules::note(const std::vector<std::string>& sentences) {
  for (const std::string& sentence : sentences) {
    if (sentence.empty()) continue;
    LOG_ERROR(logger, CHAINLOAD_RULES_FAULT).arg(sentence);
    fault_ += (fault_.empty() ? "" : "; ") + sentence;
    constexpr std::size_t longest = 4096;
    if (fault_.size() > longest) fault_.erase(0, fault_.size() - longest);
  }
}

void ManagedRules::put_in_force() {
  auto unused =
      std::make_shared<std::vector<std::shared_ptr<const void>>>(publish_(store_->live(), store_->stamp()));
  for (auto& each : store_->take_retired()) unused->push_back(std::move(each));
  // Freeing many rules takes long; the work is nothing but to hold them until its turn comes.
  if (!unused->empty()) worker_.post([unused = std::move(unused)]() mutable { unused.reset(); });
}

void ManagedRules::own_soon() {
  if (is_alive_.exchange(true)) return;
  worker_.post([this] {
    const Lock lock(mutex_);
    own();
  });
}

void ManagedRules::own() {
  if (store_->is_owner()) return;
  const store::Stamp before = store_->stamp();
  const std::vector<std::string> said = store_->become_owner();
  // Who is refused once will be refused again, each time a command asks.
  if (!tried_to_own_ || store_->is_owner()) note(said);
  tried_to_own_ = true;
  if (store_->stamp().revision != before.revision || store_->stamp().digest != before.digest) put_in_force();
  fold_soon();
}

ManagedRules::State ManagedRules::state() const {
  const Lock lock(mutex_);
  return {store_->stamp(), store_->rules().size(), store_->is_owner(), fault_};
}

ManagedRules::State ManagedRules::page(std::size_t from, std::size_t limit,
                                       std::vector<store::StoredRulePtr>& rules) const {
  const Lock lock(mutex_);
  const store::RuleList& all = store_->rules();
  for (std::size_t i = from; i < all.size() && rules.size() < limit; ++i) rules.push_back(all[i]);
  return {store_->stamp(), all.size(), store_->is_owner(), fault_};
}

std::shared_ptr<const core::LayeredRules> ManagedRules::live() const {
  const Lock lock(mutex_);
  return store_->live();
}

store::RuleList ManagedRules::rules() const {
  const Lock lock(mutex_);
  return store_->rules();
}

void ManagedRules::look_for_findings(bool has_server) {
  std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
  if (!lock) return;  // somebody is at work on them: the next second will do
  const std::uint64_t revision = store_->stamp().revision;
  if (!lint_.is_due(revision)) return;
  worker_.post(
      [this, rules = store_->live(), revision, has_server] { lint_.look(*rules, revision, has_server); });
}

store::PreparedRules ManagedRules::prepare(std::size_t count, const RulesText& rules,
                                           core::Instant when) const {
  const store::RuleList earlier = this->rules();
  store::Preparation all = how(when);
  all.earlier = &earlier;
  return wait_for([&] { return store::prepare(count, rules, all); });
}

ChangeResult ManagedRules::set(std::size_t count, const RulesText& rules, const ChangeOptions& options) {
  const Lock whole(whole_);
  return commit(prepare(count, rules, options.when), options);
}

/// With whole_ held: the store stays the same one.
ChangeResult ManagedRules::commit(store::PreparedRules prepared, const ChangeOptions& options) {
  std::shared_ptr<store::RuleStore> store;
  if (!options.dry_run) {
    const Lock lock(mutex_);
    own();
    store = store_;
  }
  if (store && store->is_owner()) wait_for([&] { store->stage(prepared); });
  const Lock lock(mutex_);
  ChangeResult result = store_->commit(std::move(prepared), options);
  if (result.is_done() && !options.dry_run) put_in_force();
  return result;
}

ChangeResult ManagedRules::patch(const core::Value& steps, const ChangeOptions& options) {
  const store::Patch patch = store::read_patch(steps, how(options.when));
  const Lock lock(mutex_);
  if (!options.dry_run) own();
  ChangeResult result = store_->patch(patch, options);
  if (!result.is_done() || options.dry_run) return result;
  put_in_force();
  fold_soon();
  return result;
}

ChangeResult ManagedRules::reload(const ChangeOptions& options) {
  const Lock whole(whole_);
  std::shared_ptr<store::RuleStore> fresh = make_store(directory_);
  const std::vector<std::string> said = wait_for([&] { return fresh->open(); });
  std::string text;
  for (const std::string& sentence : said) text += (text.empty() ? "" : "; ") + sentence;
  if (text.empty()) text = wait_for([&] { return not_allowed(*fresh->live(), allowed_); });
  const Lock lock(mutex_);
  if (!text.empty()) {
    return {Status::bad_argument, "the rules in force stay, for those on disk are wrong: " + text,
            store_->stamp()};
  }
  if (options.if_revision && *options.if_revision != store_->stamp().revision) {
    return {Status::wrong_revision,
            "if-revision: the rules are at revision " + std::to_string(store_->stamp().revision) +
                " and not at " + std::to_string(*options.if_revision) + ": read them again",
            store_->stamp()};
  }
  if (options.dry_run) return {Status::done, {}, fresh->stamp()};
  if (is_folding_) {
    return {Status::save_failed,
            "the journal is just being folded into a new snapshot: try again in a moment", store_->stamp()};
  }
  std::shared_ptr<store::RuleStore> old = std::exchange(store_, nullptr);
  old.reset();  // and with it the lock
  store_ = std::move(fresh);
  fault_.clear();
  tried_to_own_ = false;
  own();
  put_in_force();
  return {Status::done, {}, store_->stamp()};
}

ChangeResult ManagedRules::roll_back(std::optional<std::uint64_t> revision, const ChangeOptions& options,
                                     std::uint64_t& from) {
  const Lock whole(whole_);
  std::shared_ptr<store::RuleStore> store;
  store::Stamp now;
  {
    const Lock lock(mutex_);
    store = store_;
    now = store_->stamp();
  }
  const std::uint64_t before = revision ? *revision + 1 : now.revision;
  const store::RuleList earlier = rules();
  store::Preparation back;
  back.since = options.when;
  back.earlier = &earlier;
  back.threads = store::threads_at_hand();
  auto rollback = wait_for([&] { return store->prepare_rollback(before, back); });
  if (rollback.fault.empty() && revision && rollback.stamp.revision != *revision) {
    rollback.fault = "revision " + std::to_string(*revision) + " is not kept; the last before it is " +
                     std::to_string(rollback.stamp.revision);
  }
  if (!rollback.fault.empty()) return {Status::not_found, rollback.fault, now};
  const std::string forbidden =
      on_own_thread([&] { return not_allowed(core::LayeredRules(rollback.prepared.compiled), allowed_); });
  if (!forbidden.empty()) return {Status::bad_argument, forbidden, now};
  from = rollback.stamp.revision;
  return commit(std::move(rollback.prepared), options);
}

/// With mutex_ held.
void ManagedRules::fold_soon() {
  if (is_folding_ || !store_->wants_fold()) return;
  is_folding_ = true;
  auto store = store_;
  auto fold = std::make_shared<store::RuleStore::Fold>(store->begin_fold());
  worker_.post([this, store = std::move(store), fold = std::move(fold)]() mutable {
    store->run_fold(*fold);
    const Lock lock(mutex_);
    note({store_->finish_fold(std::move(*fold))});
    is_folding_ = false;
    put_in_force();
  });
}

}  // namespace chainload::kea
