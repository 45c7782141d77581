// SPDX-License-Identifier: MPL-2.0
// Opening a store, and becoming its owner.
#include "rule_store.h"

#include <fcntl.h>

#include <algorithm>

#include "in_parallel.h"

namespace chainload::store {
namespace {

using Health = ReadState::Health;

}  // namespace

RuleStore::RuleStore(Filesystem& filesystem, const std::string& directory, std::string note)
    : files_(filesystem, directory),
      note_(std::move(note)),
      live_(std::make_shared<const core::LayeredRules>()) {}

std::vector<std::string> RuleStore::open() {
  std::vector<std::string> said;
  marks_ = marks();
  take_into_force(read_current(files_.filesystem(), files_.paths()), said);
  return said;
}

void RuleStore::take_into_force(ReadState state, std::vector<std::string>& said) {
  if (!state.fault.empty()) said.push_back(state.fault);
  read_ = std::move(state);
  if (!read_.has_rules()) {
    fall_back(said);
    return;
  }
  if (live_->changes() == 0 && read_.rules.digest() == stamp_.digest &&
      read_.stamp.revision == stamp_.revision)
    return;
  PreparedRules prepared = prepare(read_.rules, threads_at_hand());
  if (prepared.compiled == nullptr) {
    said.push_back(files_.paths().snapshot +
                   ": this version of the library cannot use the rules of revision " +
                   std::to_string(read_.stamp.revision) + ": " + prepared.problems);
    read_.health = Health::snapshot_damaged;
    fall_back(said);
    return;
  }
  rules_ = read_.rules;
  stamp_ = read_.stamp;
  live_ = std::make_shared<const core::LayeredRules>(std::move(prepared.compiled));
}

/// To the rules kept when the current snapshot was written.
void RuleStore::fall_back(std::vector<std::string>& said) {
  const ReadState previous = read_previous(files_.filesystem(), files_.paths());
  const StatePaths& paths = files_.paths();
  const auto names = files_.filesystem().list(paths.directory);
  const bool has_journal = std::find(names.begin(), names.end(), "rules.journal") != names.end();
  if (read_.health == Health::none) {
    if (previous.health == Health::none && !has_journal) return;  // a new directory
    said.push_back(paths.snapshot + " is missing");
    read_.health = Health::snapshot_damaged;
  }
  if (!previous.fault.empty()) said.push_back(previous.fault);
  PreparedRules prepared;
  if (previous.has_rules()) prepared = prepare(previous.rules, threads_at_hand());
  if (prepared.compiled == nullptr) {
    if (!prepared.problems.empty()) said.push_back(paths.previous_snapshot + ": " + prepared.problems);
    said.push_back("no managed rules are in force, as none could be read in " + paths.directory +
                   ": put back a copy of rules.json, or set the rules again with chainload-rules-set");
    rules_ = {};
    stamp_ = {};
    live_ = std::make_shared<const core::LayeredRules>();
    return;
  }
  said.push_back("the managed rules in force are those kept before, of revision " +
                 std::to_string(previous.stamp.revision) + ", from " + paths.previous_snapshot +
                 ": check them, and make later changes again");
  rules_ = previous.rules;
  stamp_ = previous.stamp;
  live_ = std::make_shared<const core::LayeredRules>(std::move(prepared.compiled));
}

std::vector<std::string> RuleStore::become_owner() {
  std::vector<std::string> said;
  if (is_owner()) return said;
  try {
    files_.lock(note_);
    if (marks() != marks_) said = open();
    files_.go_on(read_);
    files_.clean();
  } catch (const std::runtime_error& error) {
    said.emplace_back(error.what());
    why_not_owner_ = error.what();
  }
  return said;
}

/// What tells whether the files are those that were read.
std::string RuleStore::marks() const {
  std::string text;
  for (const std::string& path : {files_.paths().snapshot, files_.paths().journal}) {
    try {
      File file(files_.filesystem(), path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
      const struct stat found = file.status();
      for (const auto number :
           {static_cast<long long>(found.st_dev), static_cast<long long>(found.st_ino),
            static_cast<long long>(found.st_size), static_cast<long long>(found.st_mtim.tv_sec),
            static_cast<long long>(found.st_mtim.tv_nsec)}) {
        text += std::to_string(number) + " ";
      }
    } catch (const IoError&) {
      text += "- ";
    }
  }
  return text;
}

}  // namespace chainload::store
