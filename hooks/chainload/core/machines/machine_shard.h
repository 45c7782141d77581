// SPDX-License-Identifier: MPL-2.0
// A part of the table with a fixed number of places, found by hash. Not locked: its owner does that.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "machine.h"

namespace chainload::core::machines {

/// Two lists, each in the order of last use. A machine that has completed a boot stands in the protected one,
/// everybody else in the other, from which the oldest goes first when a place is needed: invented machines
/// push out each other.
class MachineShard {
 public:
  explicit MachineShard(std::size_t capacity);

  /// Each O(1).
  Machine* find(const MachineKey& key, std::uint64_t hash);
  /// Makes room when there is none for a new one. It becomes the youngest of its list.
  Machine& touch(const MachineKey& key, std::uint64_t hash);
  /// It becomes the youngest of the protected.
  void protect(const MachineKey& key, std::uint64_t hash);
  void set_looping(const MachineKey& key, std::uint64_t hash, bool looping);

  /// Each begins to fetch what a look-up will need from memory, which takes as long as some hundred
  /// instructions: the second what the first has led to. Any thread, without the lock.
  void expect(std::uint64_t hash) const { __builtin_prefetch(&bucket(hash)); }
  void expect_machine(std::uint64_t hash) const;

  std::size_t size() const { return used_; }
  std::size_t evicted() const { return evicted_; }

  /// Keys of all, or of those in a loop.
  template <class Visit>
  void each_key(bool only_looping, Visit&& visit) const {
    for (std::size_t i = 0; i < used_; ++i) {
      if (!only_looping || places_[i].is_looping) visit(places_[i].key);
    }
  }

 private:
  using Index = std::uint32_t;
  static constexpr Index none = UINT32_MAX;
  static constexpr std::size_t chunk = 16;  // machines allocated at once

  struct alignas(64) Place {  // a cache line
    std::uint64_t hash = 0;   // to find its bucket again
    MachineKey key;
    Index next_in_bucket = none;
    Index older = none;
    Index younger = none;
    bool is_protected = false;
    bool is_looping = false;
  };
  struct Queue {
    Index oldest = none;
    Index youngest = none;
    std::size_t size = 0;
  };

  using Bucket = std::atomic<Index>;  // of the chain's first place; written with the lock held

  Bucket& bucket(std::uint64_t hash) const { return buckets_[hash & bucket_mask_]; }
  Index index_of(const MachineKey& key, std::uint64_t hash);
  Machine& machine(Index at) { return chunks_[at / chunk][at % chunk]; }
  Queue& queue_of(Index at) { return places_[at].is_protected ? protected_ : others_; }
  void leave_queue(Index at);
  void join_queue(Index at);
  Index free_place();
  void leave_bucket(Index at);

  std::size_t most_protected_;
  std::size_t used_ = 0;
  std::size_t evicted_ = 0;
  std::vector<Place> places_;
  std::uint64_t bucket_mask_;
  std::unique_ptr<Bucket[]> buckets_;
  std::vector<std::unique_ptr<Machine[]>> chunks_;  // as many as are needed
  Queue others_;
  Queue protected_;
};

}  // namespace chainload::core::machines
