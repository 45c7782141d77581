// SPDX-License-Identifier: MPL-2.0
// Writing a state directory, for its one owner. What is written counts when a call returns; a call that
// throws IoError has left the rules on disk as they were, or says in its words where it could not.
#pragma once

#include <memory>

#include "read_state.h"

namespace chainload::store {

/// A snapshot on disk that is not yet in force; removes its file when it is dropped.
class StagedSnapshot {
 public:
  StagedSnapshot(Filesystem& filesystem, const std::string& path, const RuleList& rules);
  ~StagedSnapshot();
  StagedSnapshot(const StagedSnapshot&) = delete;
  StagedSnapshot& operator=(const StagedSnapshot&) = delete;

  /// Writes the head and makes the whole durable. Returns the identity.
  Digest finish(const Stamp& stamp);
  /// Lets it take that name.
  void rename_to(const std::string& path);

 private:
  Filesystem& filesystem_;
  std::string path_;
  std::size_t rules_count_;
  File file_;
};

class StateFiles {
 public:
  StateFiles(Filesystem& filesystem, const std::string& directory);

  const StatePaths& paths() const { return paths_; }
  Filesystem& filesystem() const { return filesystem_; }

  /// Makes the directory, 0750, and locks it until this object goes. Throws std::runtime_error that names the
  /// owner when there is one already.
  void lock(const std::string& note);
  bool is_locked() const { return lock_.is_open(); }

  /// Removes what earlier owners were writing when they stopped.
  void clean();

  /// Opens the journal where reading ended, and cuts off a torn record. Otherwise the next change writes a
  /// snapshot.
  void go_on(const ReadState& state);

  bool takes_records() const { return takes_records_; }
  std::size_t journal_len() const { return journal_len_; }
  std::size_t journal_records() const { return journal_records_; }

  /// One record, durable. When it fails the journal is cut back, and used no more: after a failed fsync
  /// nobody knows what the kernel still holds of the file.
  void append(std::string_view payload);

  /// Any thread may call it, beside everything else.
  std::unique_ptr<StagedSnapshot> stage(const RuleList& rules);

  /// Puts a snapshot in force, with an empty journal or these records. What was in force is kept as the
  /// previous rules. Throws when the rules on disk are still the old ones; answers what went wrong after they
  /// were exchanged, or an empty text.
  std::string replace(StagedSnapshot& snapshot, const Stamp& stamp, const std::vector<std::string>& payloads);

 private:
  struct Kept;
  void set_damaged_aside();
  Kept keep_current();
  void put_in_force(StagedSnapshot& snapshot, const Kept& kept);

  Filesystem& filesystem_;
  StatePaths paths_;
  File lock_;
  File journal_;
  JournalWriter writer_;
  std::size_t journal_len_ = 0;
  std::size_t journal_records_ = 0;
  bool takes_records_ = false;
  bool snapshot_damaged_ = false;
};

/// Empty, or why no state can be kept there: a relative path, `..`, a NUL.
std::string directory_fault(std::string_view path);

}  // namespace chainload::store
