// SPDX-License-Identifier: MPL-2.0
// The order of writing. A snapshot: temporary file in the same directory, fsync, rename, fsync of the
// directory.
#include "state_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>

#include "core/facts/text.h"

namespace chainload::store {
namespace {

constexpr mode_t directory_mode = 0750;

std::string temporary_for(const std::string& path) {
  return path + std::string(temporary_suffix);
}

/// Names must differ: more than one thread may stage.
std::string staged_path(const StatePaths& paths) {
  static std::atomic<unsigned> count = 0;
  return temporary_for(paths.snapshot + "." + std::to_string(++count));
}

/// For what is done after a failure, where nothing better is known than to go on.
template <class Action>
bool attempt(Action&& action) {
  try {
    action();
    return true;
  } catch (const IoError&) {
    return false;
  }
}

void make_directories(Filesystem& filesystem, const std::string& directory) {
  for (std::size_t slash = directory.find('/', 1);; slash = directory.find('/', slash + 1)) {
    const std::string part = directory.substr(0, slash);
    if (filesystem.mkdir(part, directory_mode) == 0) {
      const std::string parent = part.substr(0, std::max<std::size_t>(part.rfind('/'), 1));
      attempt([&] { sync_directory(filesystem, parent); });  // it may be one that we cannot read
    } else if (errno != EEXIST) {
      throw IoError("make the directory", part, errno);
    }
    if (slash == std::string::npos) return;
  }
}

}  // namespace

std::string directory_fault(std::string_view path) {
  const std::string named = "state-directory " + core::in_quotes(path) + ": ";
  if (!path.starts_with('/')) return named + "write a path that begins with /";
  if (path.ends_with('/')) return named + "write it without a / at its end";
  if (path.find('\0') != std::string_view::npos) return named + "it holds a NUL; remove it";
  for (std::string_view rest = path.substr(1);;) {
    const std::size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return named + "write it without empty parts, . and ..";
    if (slash == std::string_view::npos) return {};
    rest.remove_prefix(slash + 1);
  }
}

StagedSnapshot::StagedSnapshot(Filesystem& filesystem, const std::string& path, const RuleList& rules)
    : filesystem_(filesystem), path_(path), rules_count_(rules.size()), file_(create_file(filesystem, path)) {
  try {
    file_.write_at(snapshot_head_len, snapshot_body(rules));
    file_.sync();
  } catch (const IoError&) {
    filesystem_.unlink(path_);
    throw;
  }
}

StagedSnapshot::~StagedSnapshot() {
  if (!path_.empty()) filesystem_.unlink(path_);
}

Digest StagedSnapshot::finish(const Stamp& stamp) {
  const std::string head = snapshot_head(stamp, rules_count_);
  file_.write_at(0, head);
  file_.sync();
  file_.close();
  return sha256(std::string_view(head).substr(0, head.size() - 1));
}

void StagedSnapshot::rename_to(const std::string& path) {
  rename_file(filesystem_, path_, path);
  path_.clear();
}

StateFiles::StateFiles(Filesystem& filesystem, const std::string& directory)
    : filesystem_(filesystem), paths_(directory) {}

void StateFiles::lock(const std::string& note) {
  if (is_locked()) return;
  make_directories(filesystem_, paths_.directory);
  File(filesystem_, paths_.directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).close();
  File file(filesystem_, paths_.lock, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0640);
  if (filesystem_.lock(file.descriptor()) != 0) {
    if (errno != EAGAIN && errno != EACCES) throw IoError("lock", paths_.lock, errno);
    constexpr std::size_t longest_note = 1000;
    std::string owner = file.read_all(longest_note);
    if (!owner.empty() && owner.back() == '\n') owner.pop_back();
    throw std::runtime_error(paths_.directory + " is in use by " +
                             (owner.empty() ? "another process" : core::printable(owner)) +
                             ": stop it, or give this server a state-directory of its own");
  }
  file.set_mode(0640);
  file.truncate(0);
  file.write_at(0, "process " + std::to_string(::getpid()) + " (" + note + ")\n");
  lock_ = std::move(file);
}

void StateFiles::clean() {
  for (const std::string& name : filesystem_.list(paths_.directory)) {
    if (name.starts_with("rules.") && name.ends_with(temporary_suffix)) {
      remove_file(filesystem_, paths_.directory + "/" + name);
    }
  }
}

void StateFiles::go_on(const ReadState& state) {
  snapshot_damaged_ = state.health == ReadState::Health::snapshot_damaged;
  takes_records_ = false;
  journal_ = File();
  const bool can_go_on = state.health == ReadState::Health::whole || state.health == ReadState::Health::torn;
  if (!can_go_on || !state.has_journal) return;
  journal_ = File(filesystem_, paths_.journal, O_RDWR | O_NOFOLLOW);
  if (state.health == ReadState::Health::torn) {
    journal_.truncate(state.journal_len);
    journal_.sync();
  }
  writer_ = JournalWriter(state.journal_chain);
  journal_len_ = state.journal_len;
  journal_records_ = state.journal_records;
  takes_records_ = true;
}

void StateFiles::append(std::string_view payload) {
  JournalWriter writer = writer_;
  const std::string record = writer.record(payload);
  try {
    journal_.write_at(journal_len_, record);
    journal_.sync();
  } catch (const IoError& error) {
    takes_records_ = false;
    const bool is_cut = attempt([&] {
      journal_.truncate(journal_len_);
      journal_.sync();
    });
    journal_ = File();
    if (is_cut) throw;
    throw std::runtime_error(
        std::string(error.what()) +
        ". The journal could not be cut back either: if the server is started again before a "
        "change is saved, this change may be in force");
  }
  writer_ = writer;
  journal_len_ += record.size();
  ++journal_records_;
}

std::unique_ptr<StagedSnapshot> StateFiles::stage(const RuleList& rules) {
  return std::make_unique<StagedSnapshot>(filesystem_, staged_path(paths_), rules);
}

/// Second names for the files in force, by which they can be put back, and which then become the previous
/// rules.
struct StateFiles::Kept {
  std::string snapshot;  // empty: there is none to be kept
  std::string journal;
};

void StateFiles::set_damaged_aside() {
  // The rules kept before stay the previous ones: they are the last good.
  for (const std::string& path : {paths_.snapshot, paths_.journal}) {
    if (filesystem_.rename(path, path + std::string(damaged_suffix)) != 0 && errno != ENOENT) {
      throw IoError("set aside the damaged", path, errno);
    }
  }
  snapshot_damaged_ = false;
}

StateFiles::Kept StateFiles::keep_current() {
  const auto keep = [&](const std::string& path, const std::string& as) {
    const std::string kept = temporary_for(as);
    remove_file(filesystem_, kept);
    if (filesystem_.link(path, kept) == 0) return kept;
    if (errno == ENOENT) return std::string();
    throw IoError("link " + path + " to", kept, errno);
  };
  return {keep(paths_.snapshot, paths_.previous_snapshot), keep(paths_.journal, paths_.previous_journal)};
}

void StateFiles::put_in_force(StagedSnapshot& snapshot, const Kept& kept) {
  snapshot.rename_to(paths_.snapshot);
  try {
    sync_directory(filesystem_, paths_.directory);
  } catch (const IoError& error) {
    const bool is_back = attempt([&] {
      if (kept.snapshot.empty()) {
        remove_file(filesystem_, paths_.snapshot);
      } else {
        rename_file(filesystem_, kept.snapshot, paths_.snapshot);
      }
      sync_directory(filesystem_, paths_.directory);
    });
    if (is_back) throw;
    throw std::runtime_error(
        std::string(error.what()) +
        ". The old rules could not be put back for certain: if the server is started again "
        "before a change is saved, this change may be in force");
  }
}

std::string StateFiles::replace(StagedSnapshot& snapshot, const Stamp& stamp,
                                const std::vector<std::string>& payloads) {
  const Digest identity = snapshot.finish(stamp);
  JournalWriter writer;
  std::string text = writer.start(identity, stamp.revision);
  for (const std::string& payload : payloads) text += writer.record(payload);

  const std::string new_journal = temporary_for(paths_.journal);
  Kept kept;
  File journal;
  try {
    remove_file(filesystem_, new_journal);
    journal = create_file(filesystem_, new_journal);
    journal.write_at(0, text);
    journal.sync();
    if (snapshot_damaged_) set_damaged_aside();
    kept = keep_current();
    takes_records_ = false;
    put_in_force(snapshot, kept);
  } catch (const std::runtime_error&) {
    for (const std::string& path : {new_journal, kept.snapshot, kept.journal}) {
      if (!path.empty()) filesystem_.unlink(path);
    }
    throw;
  }
  // The change is made. The old journal beside the new snapshot reads as the same rules, see read_state.cc.
  try {
    rename_file(filesystem_, new_journal, paths_.journal);
    if (!kept.snapshot.empty()) rename_file(filesystem_, kept.snapshot, paths_.previous_snapshot);
    if (!kept.journal.empty()) rename_file(filesystem_, kept.journal, paths_.previous_journal);
    sync_directory(filesystem_, paths_.directory);
  } catch (const IoError& error) {
    return "the change is saved, but tidying up behind it failed, so that chainload-rules-rollback may not "
           "find the "
           "rules before it: " +
           std::string(error.what());
  }
  journal_ = std::move(journal);
  writer_ = writer;
  journal_len_ = text.size();
  journal_records_ = payloads.size();
  takes_records_ = true;
  return {};
}

}  // namespace chainload::store
