// SPDX-License-Identifier: MPL-2.0
// The BIOS's screen and keyboard.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace bios {

/// By INT 10h teletype, as many characters per switch as the low block holds; '\n' becomes CR LF. Done when it returns.
void show_text(std::string_view text);

/// INT 16h, asked only when the BIOS data area shows a key, or once in a while for a BIOS that fills it when asked.
class Keyboard {
 public:
  std::optional<std::uint8_t> read(base::Instant now);

 private:
  base::Instant next_question_;
};

}  // namespace bios
