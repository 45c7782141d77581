// SPDX-License-Identifier: MPL-2.0
// There is no sink of our own for the serial line: a BIOS that has a serial console mirrors INT 10h there itself
// (SeaBIOS does), and the text would come twice. Only a panic writes to the port, for it calls no BIOS.
#include "platform/bios/screen.h"

#include <array>

#include "platform/bios/real_mode.h"

namespace bios {

namespace {

constexpr std::uint8_t plain = 0x07;

void flush(std::uint16_t& used) {
  if (used == 0) return;
  low->text_length = used;
  run_in_real_mode(low_header().teletype);
  used = 0;
}

/// The few escape sequences that scripts and menus use [ecma48 8.3]: ESC [ row ; column H, ESC [ 2 J, and colours
/// by ESC [ ... m.
class Escape {
 public:
  /// False when `c` is to be shown; what stands before it has been flushed where it matters.
  bool take(char c, std::uint16_t& used) {
    if (state_ == State::none) {
      if (c == '\x1b') state_ = State::begun;
      return c == '\x1b';
    }
    if (state_ == State::begun) {
      state_ = c == '[' ? State::parameters : State::none;
      count_ = 0;
      parameters_ = {};
      return true;
    }
    std::uint8_t& parameter = parameters_[count_];
    if (c >= '0' && c <= '9') {
      parameter = static_cast<std::uint8_t>(parameter * 10 + (c - '0'));
    } else if (c == ';') {
      if (count_ + 1U < parameters_.size()) ++count_;
    } else {
      state_ = State::none;
      flush(used);
      carry_out(c);
    }
    return true;
  }

 private:
  enum class State : std::uint8_t { none, begun, parameters };

  void carry_out(char command) {
    Registers registers{};
    if (command == 'H') {
      registers.eax = 0x0200;
      const auto place = [](std::uint8_t n) { return n == 0 ? 0U : n - 1U; };
      registers.edx = place(parameters_[0]) << 8 | place(parameters_[1]);
    } else if (command == 'J') {
      registers.eax = 0x0600;
      registers.ebx = static_cast<std::uint32_t>(low->text_attribute) << 8;
      registers.edx = 24 << 8 | 79;
    } else {
      if (command == 'm') {
        for (std::size_t i = 0; i <= count_; ++i) set_rendition(parameters_[i]);
      }
      return;
    }
    int_call(0x10, registers);
  }
  static void set_rendition(std::uint8_t code) {
    // ANSI counts red, green, blue from the lowest bit, the PC the other way round.
    constexpr std::uint8_t colours[] = {0, 4, 2, 6, 1, 5, 3, 7};
    std::uint16_t attribute = low->text_attribute;
    if (code == 0) attribute = plain;
    if (code == 1) attribute |= 0x08;
    if (code == 7) attribute = static_cast<std::uint16_t>((attribute & 0x88) | (attribute & 7) << 4 | (attribute >> 4 & 7));
    if (code == 39) code = 37;
    if (code == 49) code = 40;
    if (code >= 30 && code <= 37) attribute = static_cast<std::uint16_t>((attribute & 0xf8) | colours[code - 30]);
    if (code >= 40 && code <= 47) attribute = static_cast<std::uint16_t>((attribute & 0x8f) | colours[code - 40] << 4);
    low->text_attribute = attribute;
  }

  State state_ = State::none;
  std::uint8_t count_ = 0;
  std::array<std::uint8_t, 8> parameters_{};
};
constinit Escape escape{};

}  // namespace

void show_text(std::string_view text) {
  std::uint16_t used = 0;
  if (low->text_attribute == 0) low->text_attribute = plain;
  for (char c : text) {
    if (escape.take(c, used)) continue;
    if (used + 2U > sizeof low->text) flush(used);
    if (c == '\n') low->text[used++] = '\r';
    low->text[used++] = c;
  }
  flush(used);
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
  if (character != 0 && character != 0xe0) return character;
  return static_cast<std::uint8_t>(0x80 | registers.eax >> 8);  // a key without a character: its scan code
}

}  // namespace bios
