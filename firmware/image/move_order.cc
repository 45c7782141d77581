// SPDX-License-Identifier: MPL-2.0
// A move may go as soon as its target lies on no source that is still waiting. Each turn takes one that may.
#include "image/move_order.h"

namespace image {

namespace {

using base::LoadMove;
using base::PhysicalRange;

PhysicalRange source(const LoadMove& move) {
  return {move.from, move.from + move.size};
}
PhysicalRange target(const LoadMove& move) {
  return {move.to, move.to + (move.size + move.zero_after)};
}

/// The index of a move that may go, or `moves.size()`.
std::size_t find_ready(std::span<const LoadMove> moves) {
  for (std::size_t i = 0; i < moves.size(); ++i) {
    bool ready = true;
    for (std::size_t k = 0; k < moves.size() && ready; ++k)
      ready = k == i || !target(moves[i]).overlaps(source(moves[k]));
    if (ready) return i;
  }
  return moves.size();
}

base::Error no_room(std::uint64_t size) {
  return base::Error(
      base::ErrorCode::no_memory,
      "Cannot put the parts where they must go: {} KiB of memory to move them through are missing; "
      "free images or use a machine with more memory",
      (size + 1023) / 1024);
}

}  // namespace

base::Result<std::span<const LoadMove>> order_moves(std::span<LoadMove> wanted, std::span<LoadMove> ordered,
                                                    const base::MemoryMap& usable,
                                                    base::MemoryMap& scratch_map) {
  // A target stays taken once it is written, so a scratch copy keeps clear of all of them from the start.
  std::size_t done = 0;
  const auto claim_targets = [&] {
    scratch_map = usable;
    for (std::size_t i = 0; i < done; ++i) scratch_map.claim(target(ordered[i]));
    for (const LoadMove& move : wanted) {
      scratch_map.claim(target(move));
      scratch_map.claim(source(move));
    }
  };
  while (!wanted.empty()) {
    const std::size_t ready = find_ready(wanted);
    if (ready < wanted.size()) {
      ordered[done++] = wanted[ready];
      wanted[ready] = wanted.back();
      wanted = wanted.first(wanted.size() - 1);
      continue;
    }
    // A ring. The smallest source that lies in somebody's way is copied out of it.
    LoadMove* smallest = nullptr;
    for (LoadMove& move : wanted) {
      bool in_the_way = false;
      for (const LoadMove& other : wanted)
        in_the_way |= &other != &move && target(other).overlaps(source(move));
      if (in_the_way && (smallest == nullptr || move.size < smallest->size)) smallest = &move;
    }
    claim_targets();
    const auto room = scratch_map.find_highest(smallest->size, 16, {{0}, {UINT64_MAX}});
    if (!room.ok()) return no_room(smallest->size);
    ordered[done++] = {smallest->from, room.value().begin, smallest->size, 0};
    smallest->from = room.value().begin;
  }
  return std::span<const LoadMove>(ordered.first(done));
}

base::Status check_moves(std::span<const LoadMove> moves, const base::MemoryMap& usable) {
  const auto bad = [](const PhysicalRange& range) {
    return base::Error(
        base::ErrorCode::no_memory,
        "Cannot use the memory from {} to {}: it is not there or is in use; use a machine with more memory",
        base::Hex{range.begin.value}, base::Hex{range.end.value});
  };
  for (std::size_t i = 0; i < moves.size(); ++i) {
    if (!usable.is_free(target(moves[i]))) return bad(target(moves[i]));
    if (!usable.is_free(source(moves[i]))) return bad(source(moves[i]));
    for (std::size_t k = 0; k < i; ++k) {
      if (target(moves[i]).overlaps(target(moves[k]))) return bad(target(moves[i]));
    }
  }
  return base::Done{};
}

}  // namespace image
