// SPDX-License-Identifier: MPL-2.0
// Once a second, on the thread that receives packets: the one that may touch the server's statistics also
// while multi-threading is off.
#pragma once

#include <functional>

namespace chainload::kea {

/// A timer descriptor among those that the server waits for beside its sockets. A timer of the server's own
/// I/O service would leave a handler behind when the library is closed; this one leaves nothing.
class SecondTick {
 public:
  SecondTick() = default;
  SecondTick(const SecondTick&) = delete;
  SecondTick& operator=(const SecondTick&) = delete;
  ~SecondTick();

  /// Starts it unless it runs. `work` must not throw. Throws std::runtime_error when the system has no more
  /// descriptors.
  void start(std::function<void()> work);

 private:
  void run() const;

  int timer_ = -1;
  std::function<void()> work_;
};

}  // namespace chainload::kea
