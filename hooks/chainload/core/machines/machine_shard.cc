// SPDX-License-Identifier: MPL-2.0
// Buckets and the two lists, all by index.
#include "machine_shard.h"

#include <bit>

namespace chainload::core::machines {

MachineShard::MachineShard(std::size_t capacity)
    : most_protected_(capacity - capacity / 4),
      places_(capacity),
      hashes_(capacity),
      buckets_(std::bit_ceil(capacity * 2), none) {
  chunks_.reserve((capacity + chunk - 1) / chunk);
}

MachineShard::Index MachineShard::index_of(const MachineKey& key, std::uint64_t hash) {
  Index at = bucket(hash);
  while (at != none && (hashes_[at] != hash || places_[at].key != key)) at = places_[at].next_in_bucket;
  return at;
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
    places_[at].next_in_bucket = std::exchange(bucket(hash), at);
    hashes_[at] = hash;
    ::new (&machine(at)) Machine;  // without a look at the octets that are not in use
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
  Index* link = &bucket(hashes_[at]);
  while (*link != at) link = &places_[*link].next_in_bucket;
  *link = places_[at].next_in_bucket;
}

}  // namespace chainload::core::machines
