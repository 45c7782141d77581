// SPDX-License-Identifier: MPL-2.0
// The timer, and its place among the server's sockets.
#include "second_tick.h"

#include <dhcp/iface_mgr.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace chainload::kea {

SecondTick::~SecondTick() {
  if (timer_ < 0) return;
  isc::dhcp::IfaceMgr::instance().deleteExternalSocket(timer_);
  ::close(timer_);
}

void SecondTick::start(std::function<void()> work) {
  if (timer_ >= 0) return;
  const int timer = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  const itimerspec every_second{{1, 0}, {1, 0}};
  if (timer < 0 || ::timerfd_settime(timer, 0, &every_second, nullptr) != 0) {
    const std::string why = std::strerror(errno);
    if (timer >= 0) ::close(timer);
    throw std::runtime_error("no timer can be made: " + why);
  }
  timer_ = timer;
  work_ = std::move(work);
  // Kea copies the callback for each packet: a pointer is copied without memory.
  isc::dhcp::IfaceMgr::instance().addExternalSocket(timer, [this](int) { run(); });
}

void SecondTick::run() const {
  std::uint64_t times = 0;
  if (::read(timer_, &times, sizeof times) > 0) work_();
}

}  // namespace chainload::kea
