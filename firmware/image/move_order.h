// SPDX-License-Identifier: MPL-2.0
// In which order bytes are moved so that none is overwritten before it was moved itself.
#pragma once

#include "base/load_plan.h"
#include "base/result.h"

namespace image {

/// Puts `wanted` in order into `ordered`, which has room for twice as many: where moves wait for each other
/// in a ring, a source goes to free memory first. `wanted` is used up. An error means that nothing can be
/// done; nothing is moved here.
base::Result<std::span<const base::LoadMove>> order_moves(std::span<base::LoadMove> wanted,
                                                          std::span<base::LoadMove> ordered,
                                                          const base::MemoryMap& usable,
                                                          base::MemoryMap& scratch_map);

/// Before they are put in order: every source and target lies in usable memory, and no two targets meet.
base::Status check_moves(std::span<const base::LoadMove> moves, const base::MemoryMap& usable);

}  // namespace image
