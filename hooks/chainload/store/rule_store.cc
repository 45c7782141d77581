// SPDX-License-Identifier: MPL-2.0
// Changes: check, save, then put in force.
#include "rule_store.h"

#include "json_text.h"

namespace chainload::store {
namespace {

using Status = ChangeResult::Status;

// Where single changes are folded, so that neither the layer they are in nor a start takes long.
constexpr std::size_t fold_changes = 128;
constexpr std::size_t fold_journal_len = 4u << 20;
constexpr std::size_t fold_records = 1000;

// A larger change is written as a snapshot.
constexpr std::size_t longest_payload = 1u << 20;
constexpr std::size_t fullest_journal = 64u << 20;

Status status_of(ResolvedPatch::Fault fault) {
  switch (fault) {
    case ResolvedPatch::Fault::none:
      return Status::done;
    case ResolvedPatch::Fault::bad_argument:
      return Status::bad_argument;
    case ResolvedPatch::Fault::not_found:
      return Status::not_found;
    case ResolvedPatch::Fault::name_taken:
      return Status::name_taken;
  }
  return Status::bad_argument;
}

/// Throws std::runtime_error where the text is none that this library wrote.
core::Value value_of(const StoredRule& rule) {
  JsonReading reading = read_json(rule.json);
  if (!reading.value) throw std::runtime_error(rule.name + ": " + reading.fault);
  reading.value->place.clear();
  return std::move(*reading.value);
}

std::string too_much(const RuleList& rules) {
  if (rules.size() > most_rules) {
    return "there would be " + std::to_string(rules.size()) + " rules; " + std::to_string(most_rules) +
           " are allowed";
  }
  if (rules.text_len() > longest_text) {
    return "the rules would take " + std::to_string(rules.text_len()) + " octets; " +
           std::to_string(longest_text) + " are allowed";
  }
  return {};
}

}  // namespace

ChangeResult RuleStore::failed(Status status, std::string text) const {
  return {status, std::move(text), stamp_};
}

std::optional<ChangeResult> RuleStore::refused(const ChangeOptions& options) const {
  if (options.reason.size() > longest_reason) {
    return failed(Status::bad_argument, "reason: it has " + std::to_string(options.reason.size()) +
                                            " octets; " + std::to_string(longest_reason) + " are allowed");
  }
  if (!read_json(json_string(options.reason)).value) {
    return failed(Status::bad_argument, "reason: it is not UTF-8: write it so");
  }
  if (options.if_revision && *options.if_revision != stamp_.revision) {
    return failed(Status::wrong_revision, "if-revision: the rules are at revision " +
                                              std::to_string(stamp_.revision) + " and not at " +
                                              std::to_string(*options.if_revision) + ": read them again");
  }
  if (!options.dry_run && !is_owner()) {
    return failed(Status::not_owner,
                  files_.paths().directory + " is not this server's to change: " +
                      (why_not_owner_.empty() ? "it has not asked for it yet" : why_not_owner_));
  }
  return std::nullopt;
}

Stamp RuleStore::next_stamp(const RuleList& rules, const ChangeOptions& options) const {
  return {stamp_.revision + 1, rules.digest(), options.when, options.reason};
}

void RuleStore::retire(RuleList rules) {
  retired_ = {live_, std::make_shared<const RuleList>(std::move(rules)),
              std::make_shared<const RuleList>(std::move(read_.rules))};
  read_ = {};
}

void RuleStore::stage(PreparedRules& prepared) {
  if (prepared.compiled == nullptr) return;
  try {
    prepared.staged = files_.stage(prepared.rules);
  } catch (const IoError&) {
    prepared.staged = nullptr;
  }
}

ChangeResult RuleStore::commit(PreparedRules prepared, const ChangeOptions& options) {
  if (auto result = refused(options)) return *result;
  if (prepared.compiled == nullptr) return failed(Status::bad_argument, prepared.problems);
  const Stamp stamp = next_stamp(prepared.rules, options);
  if (options.dry_run) return {Status::done, {}, stamp};
  std::string remark;
  try {
    if (prepared.staged == nullptr) prepared.staged = files_.stage(prepared.rules);
    remark = files_.replace(*prepared.staged, stamp, {});
  } catch (const std::runtime_error& error) {
    return failed(Status::save_failed, error.what());
  }
  ++epoch_;
  retire(std::exchange(rules_, std::move(prepared.rules)));
  stamp_ = stamp;
  live_ = std::make_shared<const core::LayeredRules>(std::move(prepared.compiled));
  return {Status::done, std::move(remark), stamp_};
}

/// Throws std::runtime_error; answers a remark or nothing.
std::string RuleStore::save_patch(const ResolvedPatch& resolved, const Stamp& stamp,
                                  const std::string& payload) {
  if (files_.takes_records() && payload.size() <= longest_payload &&
      files_.journal_len() + payload.size() <= fullest_journal) {
    files_.append(payload);
    return {};
  }
  const auto staged = files_.stage(resolved.rules);
  std::string remark = files_.replace(*staged, stamp, {});
  ++epoch_;
  return remark;
}

ChangeResult RuleStore::patch(const Patch& patch, const ChangeOptions& options) {
  if (auto result = refused(options)) return *result;
  if (!patch.problems.empty()) return failed(Status::bad_argument, patch.problems);
  ResolvedPatch resolved = resolve(patch, rules_);
  if (resolved.fault != ResolvedPatch::Fault::none)
    return failed(status_of(resolved.fault), resolved.sentence);
  if (std::string fault = too_much(resolved.rules); !fault.empty())
    return failed(Status::bad_argument, fault);
  const Stamp stamp = next_stamp(resolved.rules, options);
  if (options.dry_run) return {Status::done, {}, stamp};
  std::string payload = journal_payload(stamp, resolved.edits);
  std::string remark;
  try {
    remark = save_patch(resolved, stamp, payload);
  } catch (const std::runtime_error& error) {
    return failed(Status::save_failed, error.what());
  }
  live_ = live_->changed(resolved.changes);
  rules_ = std::move(resolved.rules);
  stamp_ = stamp;
  read_ = {};
  if (is_folding_) since_fold_.push_back({std::move(payload), std::move(resolved.changes)});
  return {Status::done, std::move(remark), stamp_};
}

RuleStore::Rollback RuleStore::prepare_rollback(std::uint64_t before, const Preparation& how) const {
  ReadState state = read_current(files_.filesystem(), files_.paths(), before);
  if (!state.has_rules()) state = read_previous(files_.filesystem(), files_.paths(), before);
  Rollback rollback;
  if (!state.has_rules()) {
    rollback.fault = "no rules of before revision " + std::to_string(before) + " are kept" +
                     (state.fault.empty() ? "" : ": " + state.fault);
    return rollback;
  }
  rollback.stamp = state.stamp;
  const std::vector<StoredRulePtr> all = state.rules.all();
  try {
    rollback.prepared = prepare(
        all.size(), [&](std::size_t number) { return value_of(*all[number]); }, how);
  } catch (const std::runtime_error& error) {
    rollback.prepared.problems = error.what();
  }
  if (rollback.prepared.compiled == nullptr) {
    rollback.fault = "the rules of revision " + std::to_string(state.stamp.revision) +
                     " cannot be used any more: " + rollback.prepared.problems;
  }
  return rollback;
}

bool RuleStore::wants_fold() const {
  return is_owner() && !is_folding_ &&
         (live_->changes() >= fold_changes || files_.journal_len() >= fold_journal_len ||
          files_.journal_records() >= fold_records);
}

RuleStore::Fold RuleStore::begin_fold() {
  is_folding_ = true;
  since_fold_.clear();
  return {rules_, stamp_, epoch_, {}};
}

void RuleStore::run_fold(Fold& fold) {
  fold.made = prepare(fold.rules);
  stage(fold.made);
}

std::string RuleStore::finish_fold(Fold fold) {
  is_folding_ = false;
  const std::vector<Recorded> since = std::move(since_fold_);
  since_fold_.clear();
  if (fold.epoch != epoch_) return {};  // a newer snapshot has done it
  if (fold.made.compiled == nullptr) return fold.made.problems;
  retire(std::move(fold.made.rules));  // the same as ours, made again
  live_ = std::make_shared<const core::LayeredRules>(std::move(fold.made.compiled));
  std::vector<std::string> payloads;
  std::vector<core::LayeredRules::Change> changes;
  for (const Recorded& recorded : since) {
    payloads.push_back(recorded.payload);
    changes.insert(changes.end(), recorded.changes.begin(), recorded.changes.end());
  }
  if (!changes.empty()) live_ = live_->changed(changes);
  try {
    if (fold.made.staged == nullptr) fold.made.staged = files_.stage(fold.rules);
    return files_.replace(*fold.made.staged, fold.stamp, payloads);
  } catch (const std::runtime_error& error) {
    return "the journal could not be folded into a snapshot, and goes on growing: " +
           std::string(error.what());
  }
}

}  // namespace chainload::store
