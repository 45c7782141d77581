// SPDX-License-Identifier: MPL-2.0
// Work that falls into parts, done by several threads at once.
#pragma once

#include <algorithm>
#include <atomic>
#include <csignal>
#include <exception>
#include <system_error>
#include <thread>
#include <vector>

namespace chainload::store {

/// Threads that may work for a caller who waits: what the machine can do at once, within reason.
inline unsigned threads_at_hand() {
  return std::clamp(std::thread::hardware_concurrency(), 1u, 8u);
}

/// Calls `work(part)` for each part, in this thread and others; of what is thrown, that of the first part is
/// thrown here. Signals of the process are not for the other threads.
template <class Work>
void in_parallel(std::size_t parts, unsigned threads, Work&& work) {
  std::atomic<std::size_t> next{0};
  std::vector<std::exception_ptr> thrown(parts);
  const auto run = [&] {
    for (std::size_t part = next++; part < parts; part = next++) {
      try {
        work(part);
      } catch (...) {
        thrown[part] = std::current_exception();
      }
    }
  };
  std::vector<std::thread> others;
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    while (others.size() + 1 < std::min<std::size_t>(threads, parts)) others.emplace_back(run);
  } catch (const std::system_error&) {  // no more threads: those that there are do it
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  run();
  for (std::thread& other : others) other.join();
  for (const std::exception_ptr& each : thrown) {
    if (each) std::rethrow_exception(each);
  }
}

}  // namespace chainload::store
