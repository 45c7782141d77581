// SPDX-License-Identifier: MPL-2.0
// The one walker over code-length-value octets: DHCP's option areas and the encapsulated options inside 43
// and 175.
#pragma once

#include "bytes.h"
#include "dhcp.h"

namespace chainload::core {

enum class WalkEnd : std::uint8_t {
  end_option,  // 255 was met
  ran_out,     // the area ended after a whole option
  cut_short,   // an option claims more octets than the area has left, or its length octet is missing
};

/// Calls `visit(code, value)` for every whole option in order and stops at the first that is not whole.
/// Codes 0 and 255 have no length [rfc2132 2]; every other option has at least a length octet.
template <class Visit>
constexpr WalkEnd walk_options(Bytes area, Visit&& visit) {
  std::size_t at = 0;
  while (at < area.size()) {
    const std::uint8_t code = area[at++];
    if (code == option::pad) continue;
    if (code == option::end) return WalkEnd::end_option;
    if (at == area.size()) return WalkEnd::cut_short;
    const std::size_t claimed_len = area[at++];
    if (claimed_len > area.size() - at) return WalkEnd::cut_short;
    visit(code, area.subspan(at, claimed_len));
    at += claimed_len;
  }
  return WalkEnd::ran_out;
}

}  // namespace chainload::core
