// SPDX-License-Identifier: MPL-2.0
// From images to a LoadPlan: where everything must lie, and in which order it gets there.
#pragma once

#include "base/load_plan.h"
#include "image/registry.h"

namespace image {

/// What a plan is made in, and must outlive it. About 10 KiB; belongs in an arena or static memory, not on a
/// stack.
struct LoadWork {
  static constexpr std::size_t max_initrds = 32;

  base::MemoryMap usable;  // free memory and the download region
  base::MemoryMap scratch;
  static constexpr std::size_t max_moves = 2 * max_initrds + 3;  // headers too; kernel, setup, command line
  std::array<base::LoadMove, max_moves> wanted;
  std::array<base::LoadMove, 2 * max_moves> ordered;
};

/// `kernel` with its arguments as command line, and every initrd of the registry in order. `free` is what the
/// platform says of memory. The part that is patched is built in the download region, so no download may come
/// in between.
base::Result<base::LoadPlan> plan_linux(LoadWork& work, const Registry& registry, const Image& kernel,
                                        const base::MemoryMap& free);

/// A network boot program at 0000:7C00.
base::Result<base::LoadPlan> plan_network_boot_program(LoadWork& work, const Registry& registry,
                                                       const Image& program, const base::MemoryMap& free);

}  // namespace image
