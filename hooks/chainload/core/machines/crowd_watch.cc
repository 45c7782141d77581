// SPDX-License-Identifier: MPL-2.0
// The last six machines of each subnet that are in trouble: a seventh is not needed to know that there are
// many.
#include "crowd_watch.h"

#include <algorithm>
#include <utility>

namespace chainload::core::machines {

Tell CrowdWatch::add(std::uint32_t subnet, Trouble trouble, std::uint64_t machine, Milliseconds now) {
  const std::size_t place = (std::size_t{subnet} * 2 + static_cast<std::size_t>(trouble)) % places;
  const std::lock_guard lock(mutex_);
  Crowd& crowd = crowds_[place];
  if (!crowd.is_used || crowd.subnet != subnet || crowd.trouble != trouble) {
    crowd = Crowd();
    crowd.is_used = true;
    crowd.subnet = subnet;
    crowd.trouble = trouble;
  }
  const auto end = crowd.machines.begin() + static_cast<std::ptrdiff_t>(crowd.count);
  const auto known = std::find(crowd.machines.begin(), end, machine);
  if (known != end) {
    crowd.seen[static_cast<std::size_t>(known - crowd.machines.begin())] = now;
  } else if (crowd.count < crowd.machines.size()) {
    crowd.machines[crowd.count] = machine;
    crowd.seen[crowd.count++] = now;
  } else {
    const auto oldest = std::min_element(crowd.seen.begin(), crowd.seen.end());
    crowd.machines[static_cast<std::size_t>(oldest - crowd.seen.begin())] = machine;
    *oldest = now;
  }
  const auto now_in_trouble =
      std::count_if(crowd.seen.begin(), crowd.seen.begin() + static_cast<std::ptrdiff_t>(crowd.count),
                    [&](Milliseconds seen) { return now - seen <= window; });
  if (static_cast<std::size_t>(now_in_trouble) <= alone) {
    crowd.is_said = false;
    return Tell::machine;
  }
  return std::exchange(crowd.is_said, true) ? Tell::nothing : Tell::subnet;
}

}  // namespace chainload::core::machines
