// SPDX-License-Identifier: MPL-2.0
// One thread for work that nobody waits for.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <queue>
#include <thread>

namespace chainload::kea {

class Worker {
 public:
  Worker() = default;
  /// Waits for the work at hand; what was not begun is dropped.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Any thread. The first call starts the thread.
  void post(std::function<void()> work);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::queue<std::function<void()>> queue_;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace chainload::kea
