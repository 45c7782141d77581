// SPDX-License-Identifier: MPL-2.0
// There is no sink of our own for the serial line: a BIOS that has a serial console mirrors INT 10h there itself
// (SeaBIOS does), and the text would come twice. Only a panic writes to the port, for it calls no BIOS.
#include "platform/bios/screen.h"

#include "platform/bios/real_mode.h"

namespace bios {

void show_text(std::string_view text) {
  std::uint16_t used = 0;
  const auto flush = [&used] {
    low->text_length = used;
    run_in_real_mode(low_header().teletype);
    used = 0;
  };
  for (char c : text) {
    if (used + 2U > sizeof low->text) flush();
    if (c == '\n') low->text[used++] = '\r';
    low->text[used++] = c;
  }
  if (used != 0) flush();
}

std::optional<std::uint8_t> Keyboard::read(base::Instant now) {
  constexpr auto question_interval = base::Duration::milliseconds(200);
  constexpr std::uint16_t zero_flag = 1 << 6;

  if (bios_data<std::uint16_t>(bda_keyboard_head) == bios_data<std::uint16_t>(bda_keyboard_tail)) {
    if (now < next_question_) return std::nullopt;
    next_question_ = now + question_interval;
    Registers registers = bios_function(0x0100);
    int_call(0x16, registers);
    if ((registers.flags & zero_flag) != 0) return std::nullopt;
  }
  Registers registers = bios_function(0x0000);
  int_call(0x16, registers);
  const auto character = static_cast<std::uint8_t>(registers.eax);
  if (character == 0 || character == 0xe0) return std::nullopt;  // a key without a character
  return character;
}

}  // namespace bios
