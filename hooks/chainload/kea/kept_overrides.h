// SPDX-License-Identifier: MPL-2.0
// The overrides in force and their file: what is set, taken away or begun is written before it counts.
#pragma once

#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>

#include "core/machines/overrides.h"
#include "store/override_file.h"

namespace chainload::kea {

class KeptOverrides {
 public:
  KeptOverrides();
  /// Says in the file that the run ended in order.
  ~KeptOverrides();
  KeptOverrides(const KeptOverrides&) = delete;
  KeptOverrides& operator=(const KeptOverrides&) = delete;

  /// What an earlier run kept in this directory comes into force. Writes nothing. Once, before packets ask.
  void restore(const std::string& directory);

  /// The override that would answer these facts; null: none. No lock while there are no overrides.
  std::shared_ptr<const core::machines::Override> find(const core::Facts& facts,
                                                       core::machines::Milliseconds now) const;

  /// It answered: a boot begins unless one is under way. False when that could not be written down: it must
  /// not be given, now or later.
  bool begin_boot(const core::machines::Override& given, core::machines::Moment now);

  /// What is asked of a change beside itself.
  struct Terms {
    core::machines::Moment now;
    bool dry_run = false;
    std::optional<std::uint64_t> if_revision;
  };
  /// The overrides are at another revision than was asked for.
  class WrongRevision : public std::runtime_error {
   public:
    using std::runtime_error::runtime_error;
  };

  /// Each is durable and in force when it returns, with the revision that then holds; with a dry run, that
  /// would. Throws WrongRevision, or std::runtime_error with a sentence.
  std::uint64_t set(core::machines::OverrideRequest request, const Terms& terms);
  /// Nothing: there is none.
  std::optional<std::uint64_t> del(const core::machines::MachineKey& target, const Terms& terms);

  /// Forgets what has expired. Costs nothing while there are none.
  void drop_expired(core::machines::Milliseconds now) {
    if (overrides_.size() != 0) overrides_.drop_expired(now);
  }

  const core::machines::Overrides& list() const { return overrides_; }

 private:
  void check(const Terms& terms) const;
  void save(const core::Value& record, core::machines::Moment now);
  void begin_file(core::machines::Moment now);

  core::machines::Overrides overrides_;
  std::mutex mutex_;  // of the file, and of all changes
  std::unique_ptr<store::OverrideFile> file_;
  bool was_damaged_ = false;
};

}  // namespace chainload::kea
