// SPDX-License-Identifier: MPL-2.0
// Buckets and the two lists, all by index.
#include "machine_shard.h"

#include <bit>

namespace chainload::core::machines {

MachineShard::MachineShard(std::size_t capacity)
    : most_protected_(capacity - capacity / 4),
      places_(capacity),
      bucket_mask_(std::bit_ceil(capacity * 2) - 1),
      buckets_(std::make_unique_for_overwrite<Bucket[]>(bucket_mask_ + 1)) {
  for (std::size_t i = 0; i <= bucket_mask_; ++i) buckets_[i].store(none, std::memory_order_relaxed);
  chunks_.reserve((capacity + chunk - 1) / chunk);
}

MachineShard::Index MachineShard::index_of(const MachineKey& key, std::uint64_t hash) {
  Index at = bucket(hash).load(std::memory_order_relaxed);
  while (at != none && (places_[at].hash != hash || places_[at].key != key)) at = places_[at].next_in_bucket;
  return at;
}

// A chunk is there before a bucket leads to it, and stays: this may be a machine that is just making room, never an
// address that is none.
void MachineShard::expect_machine(std::uint64_t hash) const {
  const Index at = bucket(hash).load(std::memory_order_acquire);
  if (at == none) return;
  __builtin_prefetch(&places_[at], 1);
  constexpr std::size_t line = 64;
  const auto* const octets = reinterpret_cast<const char*>(&chunks_[at / chunk][at % chunk]);
  for (std::size_t i = 0; i < sizeof(Machine); i += line) __builtin_prefetch(octets + i, 1);
}

Machine* MachineShard::find(const MachineKey& key, std::uint64_t hash) {
  const Index at = index_of(key, hash);
  return at == none ? nullptr : &machine(at);
}

Machine& MachineShard::touch(const MachineKey& key, std::uint64_t hash) {
  Index at = index_of(key, hash);
  if (at != none) {
    leave_queue(at);
  } else {
    at = free_place();
    places_[at] = Place();
    places_[at].key = key;
    places_[at].hash = hash;
    places_[at].next_in_bucket = bucket(hash).load(std::memory_order_relaxed);
    ::new (&machine(at)) Machine;  // without a look at the octets that are not in use
    bucket(hash).store(at, std::memory_order_release);
  }
  join_queue(at);
  return machine(at);
}

void MachineShard::protect(const MachineKey& key, std::uint64_t hash) {
  const Index at = index_of(key, hash);
  if (at == none || places_[at].is_protected) return;
  if (protected_.size == most_protected_) {
    const Index longest_unseen = protected_.oldest;
    leave_queue(longest_unseen);
    places_[longest_unseen].is_protected = false;
    join_queue(longest_unseen);
  }
  leave_queue(at);
  places_[at].is_protected = true;
  join_queue(at);
}

void MachineShard::set_looping(const MachineKey& key, std::uint64_t hash, bool looping) {
  if (const Index at = index_of(key, hash); at != none) places_[at].is_looping = looping;
}

void MachineShard::leave_queue(Index at) {
  Queue& queue = queue_of(at);
  const Place& place = places_[at];
  (place.older == none ? queue.oldest : places_[place.older].younger) = place.younger;
  (place.younger == none ? queue.youngest : places_[place.younger].older) = place.older;
  --queue.size;
}

void MachineShard::join_queue(Index at) {
  Queue& queue = queue_of(at);
  places_[at].older = queue.youngest;
  places_[at].younger = none;
  (queue.youngest == none ? queue.oldest : places_[queue.youngest].younger) = at;
  queue.youngest = at;
  ++queue.size;
}

MachineShard::Index MachineShard::free_place() {
  if (used_ < places_.size()) {
    if (used_ == chunks_.size() * chunk) chunks_.push_back(std::make_unique_for_overwrite<Machine[]>(chunk));
    return static_cast<Index>(used_++);
  }
  const Index at = others_.size > 0 ? others_.oldest : protected_.oldest;
  leave_queue(at);
  leave_bucket(at);
  ++evicted_;
  return at;
}

void MachineShard::leave_bucket(Index at) {
  Bucket& first = bucket(places_[at].hash);
  Index before = first.load(std::memory_order_relaxed);
  if (before == at) {
    first.store(places_[at].next_in_bucket, std::memory_order_release);
    return;
  }
  while (places_[before].next_in_bucket != at) before = places_[before].next_in_bucket;
  places_[before].next_in_bucket = places_[at].next_in_bucket;
}

}  // namespace chainload::core::machines
