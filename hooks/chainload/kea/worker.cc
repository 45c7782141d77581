// SPDX-License-Identifier: MPL-2.0
// The thread and its queue.
#include "worker.h"

#include <csignal>
#include <exception>

#include "log.h"

namespace chainload::kea {

Worker::~Worker() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Worker::post(std::function<void()> work) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (ends_) return;
  queue_.push(std::move(work));
  if (thread_.joinable()) {
    changed_.notify_all();
    return;
  }
  // The server's signals are for the server's own threads.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Worker::run() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ends_ || !queue_.empty(); });
    if (ends_) return;
    std::function<void()> work = std::move(queue_.front());
    queue_.pop();
    lock.unlock();
    try {
      work();
    } catch (const std::exception& error) {
      LOG_ERROR(logger, CHAINLOAD_RULES_FAULT).arg(error.what());
    }
    work = nullptr;
    lock.lock();
  }
}

}  // namespace chainload::kea
