// SPDX-License-Identifier: MPL-2.0
// The timer, and its place among the server's.
#include "second_tick.h"

#include <dhcpsrv/timer_mgr.h>

namespace chainload::kea {
namespace {

constexpr const char* timer_name = "chainload-second";
constexpr long interval_ms = 1000;

}  // namespace

// What the server's I/O service may still hold of a cancelled timer is the server's own code; ours goes with the
// registration.
SecondTick::~SecondTick() {
  isc::dhcp::TimerMgr& timers = *isc::dhcp::TimerMgr::instance();
  if (timers.isTimerRegistered(timer_name)) timers.unregisterTimer(timer_name);
}

void SecondTick::start(std::function<void()> work) {
  isc::dhcp::TimerMgr& timers = *isc::dhcp::TimerMgr::instance();
  if (timers.isTimerRegistered(timer_name)) return;
  timers.registerTimer(timer_name, std::move(work), interval_ms, isc::asiolink::IntervalTimer::REPEATING);
  timers.setup(timer_name);
}

}  // namespace chainload::kea
