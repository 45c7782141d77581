// SPDX-License-Identifier: MPL-2.0
// The managed rules: what is in force, and every way to change it. A change is checked, then saved, then in
// force; if saving fails nothing is changed, in memory or on disk.
//
// One thread at a time, but for what says otherwise. What takes time is made by others beforehand: prepare()
// a whole list, stage() it, run_fold().
#pragma once

#include <utility>

#include "core/match/layered_rules.h"
#include "patch.h"

namespace chainload::store {

struct ChangeOptions {
  std::optional<std::uint64_t> if_revision;  // refuse unless this is the current one
  bool dry_run = false;                      // check only
  std::string reason;                        // at most longest_reason octets of UTF-8
  core::Instant when{};
};

struct ChangeResult {
  enum class Status : std::uint8_t {
    done,
    bad_argument,
    save_failed,
    not_owner,
    not_found,
    wrong_revision,
    name_taken,
  };
  Status status = Status::done;
  std::string text;  // unless done: what is wrong; if done: empty, or what was not as it should be
  Stamp stamp;       // in force now; with a dry run, what it would be

  bool is_done() const { return status == Status::done; }
};

class RuleStore {
 public:
  /// `note` names the owner to others: `kea-dhcp4`.
  RuleStore(Filesystem& filesystem, const std::string& directory, std::string note);

  /// Reads what is there and puts it in force; writes nothing and takes no lock. Answers what is not as it
  /// should be, a sentence each: none when all is well.
  std::vector<std::string> open();

  /// Locks the directory, cleans it, and reads it again if it was changed meanwhile. Changes need it. Answers
  /// as open(); is_owner() tells whether it worked.
  std::vector<std::string> become_owner();
  bool is_owner() const { return files_.is_locked(); }

  const RuleList& rules() const { return rules_; }
  const Stamp& stamp() const { return stamp_; }
  /// Never null. What packets are decided by: any thread may hold it as long as it wants.
  std::shared_ptr<const core::LayeredRules> live() const { return live_; }

  /// What the last commit() or finish_fold() put out of force and nobody else holds: freeing a hundred
  /// thousand rules takes time, so let it go on another thread.
  std::vector<std::shared_ptr<const void>> take_retired() { return std::exchange(retired_, {}); }

  /// Any thread, once owner: writes the rules to disk, not yet in force, so that commit() is cheap. On
  /// failure commit() tries again and says what is wrong.
  void stage(PreparedRules& prepared);

  /// All rules at once.
  ChangeResult commit(PreparedRules prepared, const ChangeOptions& options);
  ChangeResult patch(const Patch& patch, const ChangeOptions& options);

  /// The rules at the last revision below `before`, read from disk: any thread, with `before` the current
  /// revision or that behind the one wanted. To be committed like any others.
  struct Rollback {
    PreparedRules prepared;
    Stamp stamp;        // whose rules they are
    std::string fault;  // not empty: there are none
  };
  Rollback prepare_rollback(std::uint64_t before, const Preparation& how = {}) const;

  /// Single changes pile up in the journal and in a small layer over the compiled rules; folding puts them
  /// into a new snapshot and a new base. begin on the store's thread, run on any, finish on the store's;
  /// changes may come in between.
  struct Fold {
    RuleList rules;
    Stamp stamp;
    std::uint64_t epoch = 0;
    PreparedRules made;
  };
  bool wants_fold() const;
  Fold begin_fold();
  void run_fold(Fold& fold);
  /// Empty, or what went wrong; the rules in force are the same in any case.
  std::string finish_fold(Fold fold);

 private:
  struct Recorded {
    std::string payload;
    std::vector<core::LayeredRules::Change> changes;
  };

  void retire(RuleList rules);
  void take_into_force(ReadState state, std::vector<std::string>& said);
  void fall_back(std::vector<std::string>& said);
  std::string marks() const;
  std::optional<ChangeResult> refused(const ChangeOptions& options) const;
  ChangeResult failed(ChangeResult::Status status, std::string text) const;
  Stamp next_stamp(const RuleList& rules, const ChangeOptions& options) const;
  std::string save_patch(const ResolvedPatch& resolved, const Stamp& stamp, const std::string& payload);

  StateFiles files_;
  std::string why_not_owner_;  // when it was last tried
  std::string note_;
  ReadState read_;     // as open() left it; its rules are dropped by the first change
  std::string marks_;  // of the files, when they were read
  RuleList rules_;
  Stamp stamp_;
  std::shared_ptr<const core::LayeredRules> live_;
  bool is_folding_ = false;
  std::uint64_t epoch_ = 0;           // counts the snapshots written by changes
  std::vector<Recorded> since_fold_;  // began
  std::vector<std::shared_ptr<const void>> retired_;
};

}  // namespace chainload::store
