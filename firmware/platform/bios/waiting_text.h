// SPDX-License-Identifier: MPL-2.0
// What is written to a slow screen waits until there is time to show it.
#pragma once

#include <array>
#include <cstring>
#include <string_view>

#include "base/time.h"

namespace bios {

/// The BIOS takes its time for a character, above all where it sends it down a serial line: no packet waits for that.
/// What is written is kept, and shown once the loop has had nothing to do for a moment, or a tenth of a second later.
class WaitingText {
 public:
  static constexpr std::size_t room = 1024, shown_at_once = 16;
  static constexpr auto moment = base::Duration::milliseconds(2), patience = base::Duration::milliseconds(100);

  /// `show` is done when it returns.
  explicit constexpr WaitingText(void (*show)(std::string_view text)) : show_(show) {}

  /// Shown at once is only what there is no room for, and what waits before it.
  void write(std::string_view text) {
    if (text.size() > room - end_) flush();
    if (text.size() > room) return show_(text);
    std::memcpy(&text_[end_], text.data(), text.size());
    end_ += text.size();
  }
  /// One turn of the loop; idle() when it had nothing to do.
  void turn(base::Instant now) {
    if (!was_idle_) quiet_at_ = now + moment;
    was_idle_ = false;
    if (end_ == 0) {
      late_at_ = now + patience;
    } else if (now >= quiet_at_ || now >= late_at_) {
      show_some();
    }
  }
  void idle() { was_idle_ = true; }
  /// Everything that waits: before what may not come back.
  void flush() { take(end_ - first_); }

 private:
  void show_some() { take(end_ - first_ < shown_at_once ? end_ - first_ : shown_at_once); }
  void take(std::size_t size) {
    if (size != 0) show_({&text_[first_], size});
    first_ += size;
    if (first_ == end_) first_ = end_ = 0;
  }

  void (*show_)(std::string_view text);
  std::size_t first_ = 0, end_ = 0;
  base::Instant quiet_at_, late_at_;
  bool was_idle_ = false;
  std::array<char, room> text_;
};

}  // namespace bios
