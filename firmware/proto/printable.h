// SPDX-License-Identifier: MPL-2.0
// What a server wrote, made fit to be shown: no control characters, no more than a line's share.
#pragma once

#include "base/text.h"

namespace proto {

using PrintableText = base::Text<64>;

inline PrintableText printable(std::string_view text) {
  char room[PrintableText::capacity()];
  std::size_t used = 0;
  for (char c : text) {
    if (used == sizeof room) break;
    room[used++] = c >= ' ' && c < 0x7f ? c : '?';
  }
  return PrintableText(std::string_view(room, used));
}

}  // namespace proto
