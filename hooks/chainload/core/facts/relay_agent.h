// SPDX-License-Identifier: MPL-2.0
// The sub-options that a relay puts into option 82 [rfc3046 2.0]: neither padding nor an end among them.
#pragma once

#include <optional>

#include "bytes.h"

namespace chainload::core {

namespace relay_option {
inline constexpr std::uint8_t circuit_id = 1;
inline constexpr std::uint8_t remote_id = 2;
}  // namespace relay_option

/// The first of that code, if it is whole and not empty.
constexpr std::optional<Bytes> relay_sub_option(Bytes relay_agent, std::uint8_t wanted) {
  std::size_t at = 0;
  while (relay_agent.size() - at >= 2) {
    const std::uint8_t code = relay_agent[at];
    const std::size_t claimed_len = relay_agent[at + 1];
    at += 2;
    if (claimed_len > relay_agent.size() - at) return std::nullopt;
    if (code == wanted && claimed_len != 0) return relay_agent.subspan(at, claimed_len);
    at += claimed_len;
  }
  return std::nullopt;
}

}  // namespace chainload::core
