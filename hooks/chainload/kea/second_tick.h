// SPDX-License-Identifier: MPL-2.0
// Once a second, on the thread that receives packets: the one that may touch the server's statistics also
// while multi-threading is off.
#pragma once

#include <functional>

namespace chainload::kea {

/// One of the server's own timers, looked at between two packets: a descriptor among the server's sockets would
/// cost each packet its share of select(). A server that hears nothing looks at its timers once a second, so
/// then it may take two.
class SecondTick {
 public:
  SecondTick() = default;
  SecondTick(const SecondTick&) = delete;
  SecondTick& operator=(const SecondTick&) = delete;
  ~SecondTick();

  /// Starts it unless it runs: to be called after every change of configuration, for the server then forgets all
  /// timers. `work` must not throw.
  void start(std::function<void()> work);
};

}  // namespace chainload::kea
