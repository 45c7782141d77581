// SPDX-License-Identifier: MPL-2.0
// All overrides. Packets ask with any number of threads; one thread at a time changes. What is to be saved is
// returned as records: the caller writes them, and only then lets the change count.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>

#include "core/facts/boot_client.h"
#include "keyed_hash.h"
#include "override.h"

namespace chainload::core::machines {

/// Who is asking.
struct Asking {
  const MachineKey& machine;  // machine_key()
  MachineKey uuid;            // uuid_key(); none where the query carries none of its own
  bool is_boot_client = false;
  ClientKind kind = ClientKind::other;
};

enum class OverrideStanding : std::uint8_t {
  waiting,   // for the next boot
  booting,   // a boot has begun and gets the same answer until two minutes are over
  used_up,   // by as many boots as it had uses
  in_doubt,  // it cannot be known whether it has been used: it is not applied
  expired
};
std::string_view name_of(OverrideStanding standing);

struct OverrideReport {
  std::shared_ptr<const Override> what;
  OverrideStanding standing{};
  std::uint32_t used = 0;
  Milliseconds left{};  // until it expires
  std::string doubt;    // with in_doubt: why, and the remedy
};

/// A change that does not count yet.
struct OverrideChange {
  Value record;  // to be saved first
  MachineKey target;
  std::shared_ptr<const Override> set;  // null: the target's override is taken away
  std::uint64_t revision = 0;           // of all overrides once it counts
};

/// How the run ended that wrote the records which are read now.
struct Restoring {
  Moment now;
  bool ended_in_order = false;  // the last thing the earlier run did was to close the file
};
struct Restored {
  std::size_t in_force = 0;
  std::size_t in_doubt = 0;
  std::size_t expired = 0;
  Problems problems;  // of records that could not be read; the others count
};

class Overrides {
 public:
  static constexpr std::size_t capacity = 20000;
  static constexpr Milliseconds one_boot = std::chrono::minutes(2);

  /// `boot_id` is that of the running kernel: records of the same one share its steady clock.
  explicit Overrides(std::string boot_id) : boot_id_(std::move(boot_id)) {}

  /// Nothing when there are too many: `sentence` says so. Replaces the target's earlier one when committed.
  std::optional<OverrideChange> prepare_set(OverrideRequest request, Moment now, std::string& sentence) const;
  /// Nothing when there is none.
  std::optional<OverrideChange> prepare_del(const MachineKey& target) const;
  /// Once its record is saved.
  void commit(const OverrideChange& change);

  /// The one that would answer, if any; uses nothing up. The machine's own before that of its UUID. O(1), and
  /// no lock while there are no overrides.
  std::shared_ptr<const Override> find(const Asking& asking, Milliseconds now) const;

  /// The machine is given it: begins a boot unless one is under way. The record must be written (not flushed
  /// to the disk) before the reply is sent; null when nothing changed.
  Value begin_boot(const Override& given, Moment now);

  /// It is not applied any more, for this reason, and shown with it.
  void doubt(const Override& given, std::string why);

  /// Counts every set() and del() there ever was, over restarts too; that one was used or has expired is
  /// none.
  std::uint64_t revision() const { return next_serial_ - 1; }

  /// For a tick: forgets what has expired. Needs no saving.
  std::size_t drop_expired(Milliseconds now);

  std::vector<OverrideReport> page(const MachineKey& from, std::size_t limit, Milliseconds now) const;
  std::optional<OverrideReport> report(const MachineKey& target, Milliseconds now) const;
  std::size_t size() const { return count_.load(std::memory_order_relaxed); }

  /// Records that restore() makes the same overrides from; later records go after them.
  std::vector<Value> snapshot(Moment now) const;

  /// Into an empty object, before packets ask. Save snapshot() before this run is said to have ended in
  /// order: it carries the doubts on.
  Restored restore(std::span<const Value> records, const Restoring& how);

 private:
  struct Entry {
    std::shared_ptr<const Override> what;
    std::uint32_t used = 0;
    std::optional<Milliseconds> boot_began;
    std::string doubt;
  };

  struct KeyHash {
    std::size_t operator()(const MachineKey& key) const { return KeyedHash({7, 8})(key.packed()); }
  };
  /// Its lock is held by packets for one look-up.
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<MachineKey, Entry, KeyHash> entries;
  };
  static constexpr std::size_t shard_count = 64;

  Shard& shard_of(const MachineKey& target) { return shards_[KeyHash()(target) / 256 % shard_count]; }
  const Shard& shard_of(const MachineKey& target) const {
    return shards_[KeyHash()(target) / 256 % shard_count];
  }
  void put(const MachineKey& target, Entry entry);
  void remove(const MachineKey& target);
  std::optional<Entry> entry_of(const MachineKey& target) const;
  std::vector<Entry> entries_after(const MachineKey& from) const;

  static OverrideStanding standing(const Entry& entry, Milliseconds now);
  static OverrideReport report_of(const Entry& entry, Milliseconds now);
  std::shared_ptr<const Override> find_for(const MachineKey& target, const Asking& asking,
                                           Milliseconds now) const;
  Value set_record(const Entry& entry, Moment now) const;
  void restore_one(const Value& record, const std::string& path, const Restoring& how, Problems& problems);
  void restore_set(const Value& record, const std::string& path, const Restoring& how, Problems& problems);
  bool restore_boot(const Value& record);

  std::string boot_id_;
  std::atomic<std::size_t> count_{0};
  std::uint64_t next_serial_ = 1;  // also of the next taking away
  std::array<Shard, shard_count> shards_;
};

}  // namespace chainload::core::machines
