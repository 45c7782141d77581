// SPDX-License-Identifier: MPL-2.0
// The overrides in force and their file: what is set, taken away or begun is written before it counts.
#pragma once

#include <memory>
#include <mutex>
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

  /// Each is durable and in force when it returns. Throws std::runtime_error with a sentence.
  void set(core::machines::OverrideRequest request, core::machines::Moment now, bool dry_run);
  /// False: there is none.
  bool del(const core::machines::MachineKey& target, core::machines::Moment now, bool dry_run);

  /// Forgets what has expired. Costs nothing while there are none.
  void drop_expired(core::machines::Milliseconds now) {
    if (overrides_.size() != 0) overrides_.drop_expired(now);
  }

  const core::machines::Overrides& list() const { return overrides_; }

 private:
  void save(const core::Value& record, core::machines::Moment now);
  void begin_file(core::machines::Moment now);

  core::machines::Overrides overrides_;
  std::mutex mutex_;  // of the file, and of all changes
  std::unique_ptr<store::OverrideFile> file_;
  bool was_damaged_ = false;
};

}  // namespace chainload::kea
