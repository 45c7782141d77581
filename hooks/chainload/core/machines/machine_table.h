// SPDX-License-Identifier: MPL-2.0
// All machines seen lately, and the loop guard over them. For any number of threads: 64 parts, each with a
// lock of its own that is held for one look-up and the copying of one machine at most.
#pragma once

#include <memory>
#include <mutex>

#include "crowd_watch.h"
#include "keyed_hash.h"
#include "machine_shard.h"

namespace chainload::core::machines {

/// What the loop guard says of one query.
struct Verdict {
  Finding finding = Finding::none;
  Tell tell = Tell::nothing;  // with retry and loop: whether to say it, and of whom
  bool has_released = false;  // the machine is out of its loop
  std::uint16_t rounds = 0;

  /// The machine must not be given the file again, if the guard is to act: DISCOVER and REQUEST alike.
  bool is_loop() const { return finding == Finding::loop; }
};

class MachineTable {
 public:
  static constexpr std::size_t shard_count = 64;
  static constexpr std::size_t least_capacity = 1024;
  static constexpr std::size_t default_capacity = 32768;  // 44 MB when full, 2 MB when empty
  static constexpr std::size_t most_capacity = 131072;

  /// `secret` should be drawn at random; the capacity is brought within its bounds.
  MachineTable(HashKey secret, std::size_t capacity);
  ~MachineTable();

  /// What is known of this machine will be wanted: to be called as soon as one knows which it is, and again
  /// when a look at the first answer has had time to come from memory. The answer is the hash for the second.
  std::uint64_t expect(const MachineKey& key) const {
    const std::uint64_t hash = hash_of(key);
    shard_of(hash).machines.expect(rest_of(hash));
    return hash;
  }
  void expect_machine(std::uint64_t hash) const { shard_of(hash).machines.expect_machine(rest_of(hash)); }

  /// What the packet path calls, once for each query, after the decision.
  Verdict record(const Visit& visit);

  /// The newest answer of this machine was replaced: by what, the history shows.
  void note_fallback(const Visit& visit, const Decision& given);

  std::optional<MachineReport> find(const MachineKey& key) const;

  /// Up to `limit` machines after `from` (none: from the beginning), in the order of MachineKey. Who is there
  /// all the while is shown once, whoever comes and goes. O(capacity), for commands.
  std::vector<MachineReport> page(const MachineKey& from, std::size_t limit) const;

  /// The same for those in a loop now.
  std::vector<MachineReport> looping(const MachineKey& from, std::size_t limit, std::uint64_t policy,
                                     Milliseconds now) const;

  /// Of one machine, or of all; how many were in a loop. A dry run only counts.
  std::size_t release(const MachineKey& key, bool dry_run = false);
  std::size_t release_all(bool dry_run = false);

  std::size_t size() const;
  std::size_t evicted() const;
  std::size_t capacity() const { return capacity_; }

 private:
  struct LockedShard {
    explicit LockedShard(std::size_t capacity) : machines(capacity) {}
    std::mutex mutex;
    MachineShard machines;
  };

  std::uint64_t hash_of(const MachineKey& key) const { return hash_(key.packed()); }
  LockedShard& shard_of(std::uint64_t hash) const { return *shards_[hash % shard_count]; }
  static std::uint64_t rest_of(std::uint64_t hash) { return hash / shard_count; }
  std::vector<MachineKey> keys_after(const MachineKey& from, std::size_t limit, bool only_looping) const;
  Verdict verdict(const Visit& visit, const Found& found, std::uint64_t hash);

  std::size_t capacity_;
  KeyedHash hash_;
  std::vector<std::unique_ptr<LockedShard>> shards_;
  CrowdWatch crowd_;
};

/// Whether a query is worth a place in the table: it comes from a boot client, or was given something.
bool is_worth_recording(const Decision& decision);

}  // namespace chainload::core::machines
