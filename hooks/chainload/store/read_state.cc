// SPDX-License-Identifier: MPL-2.0
// A snapshot, and the records of a journal applied to it one by one, each checked against the hash it names.
#include "read_state.h"

#include <cerrno>

namespace chainload::store {
namespace {

using Health = ReadState::Health;

/// The text of a file; nothing when there is none; a fault when it cannot be read.
struct FileText {
  std::optional<std::string> text;
  std::string fault;
};

FileText read_text(Filesystem& filesystem, const std::string& path, std::size_t longest) {
  try {
    return {read_file(filesystem, path, longest), {}};
  } catch (const IoError& error) {
    if (error.error() == ENOENT) return {};
    return {std::nullopt, error.what()};
  }
}

bool is_below(std::uint64_t revision, std::optional<std::uint64_t> before) {
  return !before || revision < *before;
}

void journal_fault(ReadState& state, const std::string& path, const std::string& what) {
  state.health = Health::journal_damaged;
  state.has_journal = false;
  state.fault = path + ": " + what + "; in force are the rules of revision " +
                std::to_string(state.stamp.revision) +
                ", later changes are lost: check the rules and make the changes again";
}

/// What the records of a journal do to the rules of its snapshot.
class Replay {
 public:
  enum class Step : std::uint8_t { applied, does_not_fit, enough };

  Replay(ReadState& state, std::optional<std::uint64_t> before) : state_(state), before_(before) {}

  Step apply(std::string_view payload) {
    auto record = read_payload(payload);
    if (!record || record->stamp.revision <= state_.stamp.revision) return Step::does_not_fit;
    if (!is_below(record->stamp.revision, before_)) return Step::enough;
    RuleList rules = state_.rules;
    for (const Edit& edit : record->edits) {
      if (!rules.fits(edit)) return Step::does_not_fit;
      rules.apply(edit);
    }
    if (rules.digest() != record->stamp.digest) return Step::does_not_fit;
    state_.rules = std::move(rules);
    state_.stamp = std::move(record->stamp);
    return Step::applied;
  }

 private:
  ReadState& state_;
  std::optional<std::uint64_t> before_;
};

void replay(ReadState& state, const std::string& path, const Journal& journal,
            std::optional<std::uint64_t> before) {
  state.has_journal = true;
  state.journal_len = journal.start_len;
  state.journal_chain = journal.start_chain;
  Replay rules(state, before);
  for (const Journal::Framed& framed : journal.records) {
    const Replay::Step step = rules.apply(framed.payload);
    if (step == Replay::Step::enough) return;
    if (step == Replay::Step::does_not_fit) {
      journal_fault(state, path, "a record does not fit the rules before it");
      return;
    }
    state.journal_len = framed.end;
    state.journal_chain = framed.chain;
    ++state.journal_records;
  }
  const std::string revision = std::to_string(state.stamp.revision);
  if (journal.end == Journal::End::damaged) {
    journal_fault(state, path, "it is damaged after its record of revision " + revision);
  } else if (journal.end == Journal::End::torn) {
    state.health = Health::torn;
    state.fault = path +
                  ": the last record was not written to its end and is left out; in force are the rules of "
                  "revision " +
                  revision + ". A change that was being saved when the server stopped was not made";
  }
}

/// The journal of the snapshot before this one, left when the machine stopped between the renames. If the
/// snapshot was made of its rules while it grew, what comes after them still counts.
void replay_older(ReadState& state, const std::string& path, const Journal& journal,
                  std::optional<std::uint64_t> before) {
  bool is_past = false;
  Replay rules(state, before);
  for (const Journal::Framed& framed : journal.records) {
    if (is_past) {
      if (rules.apply(framed.payload) != Replay::Step::applied) return;
      continue;
    }
    const auto record = read_payload(framed.payload);
    if (!record || record->stamp.revision > state.stamp.revision) return;
    is_past = record->stamp.revision == state.stamp.revision && record->stamp.digest == state.stamp.digest;
  }
  if (is_past && journal.end == Journal::End::damaged) {
    journal_fault(state, path,
                  "it is damaged after its record of revision " + std::to_string(state.stamp.revision));
  }
}

void read_journal(Filesystem& filesystem, ReadState& state, const Snapshot& snapshot, const std::string& path,
                  std::optional<std::uint64_t> before) {
  const FileText text = read_text(filesystem, path, longest_journal);
  if (!text.text) {
    if (!text.fault.empty()) journal_fault(state, path, text.fault);
    return;
  }
  const Journal journal = parse_journal(*text.text);
  if (!journal.fault.empty()) {
    journal_fault(state, path, journal.fault);
  } else if (journal.extends == snapshot.identity) {
    replay(state, path, journal, before);
  } else if (journal.revision < snapshot.stamp.revision) {
    replay_older(state, path, journal, before);
  } else {
    journal_fault(state, path,
                  "it continues another snapshot, that of revision " + std::to_string(journal.revision));
  }
}

ReadState read_pair(Filesystem& filesystem, const std::string& snapshot_path, const std::string& journal_path,
                    std::optional<std::uint64_t> before) {
  ReadState state;
  const FileText text = read_text(filesystem, snapshot_path, longest_snapshot);
  if (!text.text && text.fault.empty()) return state;
  state.health = Health::snapshot_damaged;
  if (!text.text) {
    state.fault = text.fault;
    return state;
  }
  Snapshot snapshot = parse_snapshot(*text.text);
  if (!snapshot.fault.empty()) {
    state.fault = snapshot_path + ": " + snapshot.fault;
    return state;
  }
  if (!is_below(snapshot.stamp.revision, before)) {
    state.health = Health::none;
    return state;
  }
  state.health = Health::whole;
  state.stamp = snapshot.stamp;
  state.rules = snapshot.rules;
  read_journal(filesystem, state, snapshot, journal_path, before);
  return state;
}

}  // namespace

ReadState read_current(Filesystem& filesystem, const StatePaths& paths, std::optional<std::uint64_t> before) {
  // The owner may exchange the files between our reading of one and of the other.
  constexpr int tries = 3;
  ReadState state;
  for (int i = 0; i < tries; ++i) {
    state = read_pair(filesystem, paths.snapshot, paths.journal, before);
    if (state.health == Health::whole || state.health == Health::none) break;
  }
  return state;
}

ReadState read_previous(Filesystem& filesystem, const StatePaths& paths,
                        std::optional<std::uint64_t> before) {
  return read_pair(filesystem, paths.previous_snapshot, paths.previous_journal, before);
}

}  // namespace chainload::store
