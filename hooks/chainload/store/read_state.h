// SPDX-License-Identifier: MPL-2.0
// What a state directory holds: the rules at their latest revision, or the best that can still be read. Reads
// only; may be done beside the owner.
#pragma once

#include "filesystem.h"
#include "journal.h"

namespace chainload::store {

/// The names in a state directory.
struct StatePaths {
  explicit StatePaths(const std::string& in)
      : directory(in),
        snapshot(in + "/rules.json"),
        journal(in + "/rules.journal"),
        previous_snapshot(in + "/rules.previous.json"),
        previous_journal(in + "/rules.previous.journal"),
        lock(in + "/rules.lock") {}

  std::string directory;
  std::string snapshot;
  std::string journal;
  std::string previous_snapshot;
  std::string previous_journal;
  std::string lock;
};

/// What a file of that name becomes while it is written; the owner removes those that were left.
inline constexpr std::string_view temporary_suffix = ".new";
/// What becomes of a snapshot that could not be read, when a new one takes its place.
inline constexpr std::string_view damaged_suffix = ".damaged";

/// A snapshot and the journal that continues it.
struct ReadState {
  enum class Health : std::uint8_t {
    none,              // there are no such files
    whole,             //
    torn,              // the last record of the journal was not whole, and was left out
    journal_damaged,   // some records are lost
    snapshot_damaged,  // nothing could be read
  };
  Health health = Health::none;
  std::string fault;  // with all but none and whole: the sentence for the administrator
  RuleList rules;
  Stamp stamp;

  // How to go on with the journal, if it is whole or torn.
  bool has_journal = false;
  std::size_t journal_len = 0;
  std::size_t journal_records = 0;
  Digest journal_chain{};

  bool has_rules() const { return health != Health::none && health != Health::snapshot_damaged; }
};

/// The current rules as they were last; with `before`, as they were at the last revision below it.
ReadState read_current(Filesystem& filesystem, const StatePaths& paths,
                       std::optional<std::uint64_t> before = std::nullopt);
/// The same for what was kept when the current snapshot was written.
ReadState read_previous(Filesystem& filesystem, const StatePaths& paths,
                        std::optional<std::uint64_t> before = std::nullopt);

}  // namespace chainload::store
