// SPDX-License-Identifier: MPL-2.0
// Keys from the person at the machine, and a line of text edited with them.
#pragma once

#include "flow/session.h"

namespace flow {

/// The next key, or nothing when `deadline` came first or Ctrl-C was pressed, which stays set in the loop.
std::optional<platform::Key> wait_for_key(Session& session, base::Instant deadline);
/// never() for 0.
base::Instant deadline_in(Session& session, std::uint32_t milliseconds);

/// A line on the console: it begins where the cursor stands and must fit the screen's width.
class LineEditor {
 public:
  static constexpr std::size_t capacity = 512;

  explicit LineEditor(Session& session) : session_(session) {}

  /// Shows `initial` and lets it be edited until Enter; then text() is what was written. Ctrl-C, or the
  /// deadline before the first key, is an error.
  base::Status edit(std::string_view initial, base::Instant deadline = base::Instant::never());
  std::string_view text() const { return {text_, size_}; }

  /// Nothing of what is typed is shown.
  void hide() { is_hidden_ = true; }
  /// Up and Down bring earlier lines back, Tab completes commands, images and settings.
  void help_with_commands() { is_command_ = true; }

 private:
  void press(platform::Key key);
  void insert(std::string_view piece);
  void erase(std::size_t from, std::size_t to);
  void move_to(std::size_t cursor);
  void replace(std::string_view text);
  void recall(int step);
  void complete();
  /// Writes the text from `from` on and blanks over what stood behind it, and goes back to the cursor.
  void redraw(std::size_t from, std::size_t blanks);
  void show(std::string_view text) const;
  void go_back(std::size_t count) const;

  Session& session_;
  char text_[capacity];
  std::size_t size_ = 0;
  std::size_t cursor_ = 0;
  std::size_t recalled_ = 0;  // how many lines back; 0: the one that is being written
  bool is_hidden_ = false;
  bool is_command_ = false;
};

}  // namespace flow
