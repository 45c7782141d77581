// SPDX-License-Identifier: MPL-2.0
// Finding an option by code and value, or making it.
#include "option_pool.h"

#include <boost/make_shared.hpp>

#include <algorithm>
#include <memory>

#include "core/facts/dhcp.h"

namespace chainload::kea {
namespace {

using isc::dhcp::Option;
using isc::dhcp::OptionPtr;

/// A generic Option: OptionString would trim the NUL that old ROMs need. One allocation for the object and
/// its count, one for the value: an OptionBuffer made first would be copied.
OptionPtr make_option(std::uint8_t code, core::Bytes value) {
  auto option = boost::make_shared<Option>(Option::V4, code);
  option->setData(value.begin(), value.end());
  return option;
}

bool is_same(const Option& option, std::uint8_t code, core::Bytes value) {
  const auto& octets = option.getData();
  return option.getType() == code && std::equal(octets.begin(), octets.end(), value.begin(), value.end());
}

/// From the length and the octets where names differ: their ends.
std::size_t hash(std::uint8_t code, core::Bytes value) {
  std::size_t sum = code * 31U + value.size();
  const core::Bytes end = value.last(std::min<std::size_t>(value.size(), 12));
  for (const std::uint8_t octet : end) sum = sum * 31U + octet;
  return sum ^ sum >> 6;
}

}  // namespace

OptionPool::~OptionPool() {
  for (auto& slot : slots_) delete slot.load();
}

OptionPtr OptionPool::option(std::uint8_t code, core::Bytes value) {
  // Each machine has a UUID of its own.
  if (code == core::option::client_uuid) return make_option(code, value);
  auto& slot = slots_[hash(code, value) % slots];
  const OptionPtr* found = slot.load(std::memory_order_acquire);
  if (found != nullptr) return is_same(**found, code, value) ? *found : make_option(code, value);
  auto made = std::make_unique<const OptionPtr>(make_option(code, value));
  OptionPtr option = *made;
  if (slot.compare_exchange_strong(found, made.get(), std::memory_order_acq_rel))
    static_cast<void>(made.release());
  return option;
}

}  // namespace chainload::kea
