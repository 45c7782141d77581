// SPDX-License-Identifier: MPL-2.0
// Options that are the same in many replies, made once: as the server does with those of its configuration.
#pragma once

#include <dhcp/option.h>

#include <array>
#include <atomic>

#include "core/facts/bytes.h"

namespace chainload::kea {

/// Shared by all threads without a lock: a slot is filled once and never changed. Where two values want one
/// slot, the later is made anew for each reply. Nobody writes to an option in a reply (apply.h), so replies
/// may share them.
class OptionPool {
 public:
  OptionPool() = default;
  OptionPool(const OptionPool&) = delete;
  OptionPool& operator=(const OptionPool&) = delete;
  ~OptionPool();

  isc::dhcp::OptionPtr option(std::uint8_t code, core::Bytes value);

 private:
  static constexpr std::size_t slots = 64;
  std::array<std::atomic<const isc::dhcp::OptionPtr*>, slots> slots_{};
};

}  // namespace chainload::kea
