// SPDX-License-Identifier: MPL-2.0
// Work that allocates and frees much is kept off the heap that packets are served from.
#pragma once

#include <future>
#include <utility>

namespace chainload::kea {

/// Does the work on a thread of its own and waits for it; what it throws is thrown here. Compiling 100,000
/// rules on the server's own thread leaves that thread's heap in pieces, and every later packet then spends
/// 12,000 instructions more in malloc: another thread has another arena. What only stays there long counts too: it
/// takes the free pieces that packets would have used, and they then cut theirs from the end of the heap.
template <class Work>
auto on_own_thread(Work work) {
  return std::async(std::launch::async, std::move(work)).get();
}

}  // namespace chainload::kea
