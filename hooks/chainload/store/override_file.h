// SPDX-License-Identifier: MPL-2.0
// overrides.journal in the state directory: the records of all overrides, framed as those of rules.journal
// (journal.h). The last record of a run that ended in order is {"closed":true}.
#pragma once

#include <vector>

#include "core/rules/value.h"
#include "filesystem.h"
#include "journal.h"

namespace chainload::store {

struct OverrideRecords {
  std::vector<core::Value> records;
  bool ended_in_order = false;
  std::string fault;  // why there are none although there is a file; it is then to be set aside
};

class OverrideFile {
 public:
  OverrideFile(Filesystem& filesystem, const std::string& directory);

  const std::string& path() const { return path_; }

  /// Reads only. Throws IoError; no file is no failure.
  OverrideRecords read() const;

  /// Makes this process the owner, and these records the file: the old ones stay until the new ones are
  /// durable. A damaged file is kept beside it. Throws IoError, or std::runtime_error that names the lock
  /// when another process owns it.
  void begin(const std::vector<core::Value>& records, bool was_damaged);
  bool has_begun() const { return file_.is_open(); }
  /// Appended since it was begun.
  std::size_t appended() const { return appended_; }

  /// Durable when it returns. Throws IoError; the record then does not count, and begin() must be called
  /// before the next: has_begun() is false.
  void append(const core::Value& record);
  /// The same, but in the kernel's hands when it returns: outlives this process, not the machine.
  void append_unflushed(const core::Value& record);

  /// The run ends in order.
  void close();

 private:
  void write(const core::Value& record);

  Filesystem& filesystem_;
  std::string directory_;
  std::string path_;
  File lock_;
  File file_;
  JournalWriter writer_;
  std::size_t len_ = 0;
  std::size_t appended_ = 0;
};

}  // namespace chainload::store
