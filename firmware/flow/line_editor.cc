// SPDX-License-Identifier: MPL-2.0
#include "flow/line_editor.h"

#include <cstring>

namespace flow {

using base::Error;
using base::ErrorCode;
using platform::Key;

namespace {

constexpr Key control(char letter) {
  return static_cast<Key>(letter & 0x1f);
}
constexpr Key enter = 13, line_feed = 10, tab = 9, backspace = 8, rubout = 127;

/// What stands before the cursor back to the last blank: what Tab and Ctrl-W are about.
std::size_t word_begin(std::string_view text, std::size_t cursor) {
  while (cursor > 0 && text[cursor - 1] != ' ') --cursor;
  return cursor;
}

/// What all names that begin like `typed` have in common, gathered one by one.
struct Completion {
  std::string_view typed;
  std::string_view common;
  unsigned count = 0;

  void offer(std::string_view name) {
    if (!name.starts_with(typed)) return;
    if (count++ == 0) common = name;
    std::size_t same = 0;
    while (same < common.size() && same < name.size() && common[same] == name[same]) ++same;
    common = common.substr(0, same);
  }
};

}  // namespace

std::optional<Key> wait_for_key(Session& session, base::Instant deadline) {
  std::optional<Key> key;
  static_cast<void>(net::poll_until(
      session.loop(), [&] { return (key = session.loop().take_key()).has_value(); }, deadline));
  return key;
}

base::Instant deadline_in(Session& session, std::uint32_t milliseconds) {
  if (milliseconds == 0) return base::Instant::never();
  return session.loop().now() + base::Duration::milliseconds(milliseconds);
}

base::Status LineEditor::edit(std::string_view initial, base::Instant deadline) {
  size_ = cursor_ = recalled_ = 0;
  insert(initial);
  for (;;) {
    const auto key = wait_for_key(session_, deadline);
    if (!key) {
      session_.console().write("\n");
      if (session_.loop().cancelled()) return Error(ErrorCode::cancelled, "The line was given up by Ctrl-C");
      return Error(ErrorCode::timed_out, "Nobody wrote anything in time");
    }
    deadline = base::Instant::never();
    if (*key == enter || *key == line_feed) break;
    press(*key);
  }
  session_.console().write("\n");
  return base::Done{};
}

void LineEditor::press(Key key) {
  switch (key) {
    case control('B'):
    case platform::key_left:
      return move_to(cursor_ - (cursor_ > 0 ? 1 : 0));
    case control('F'):
    case platform::key_right:
      return move_to(cursor_ + (cursor_ < size_ ? 1 : 0));
    case control('A'):
    case platform::key_home:
      return move_to(0);
    case control('E'):
    case platform::key_end:
      return move_to(size_);
    case backspace:
    case rubout:
      return erase(cursor_ - (cursor_ > 0 ? 1 : 0), cursor_);
    case control('D'):
    case platform::key_delete:
      return erase(cursor_, cursor_ + (cursor_ < size_ ? 1 : 0));
    case control('K'):
      return erase(cursor_, size_);
    case control('U'):
      return erase(0, cursor_);
    case control('W'): {
      std::size_t begin = cursor_;
      while (begin > 0 && text_[begin - 1] == ' ') --begin;
      return erase(word_begin(text(), begin), cursor_);
    }
    case control('P'):
    case platform::key_up:
      return recall(1);
    case control('N'):
    case platform::key_down:
      return recall(-1);
    case tab:
      return complete();
    default:
      if (key >= ' ' && key < rubout) {
        const char c = static_cast<char>(key);
        insert({&c, 1});
      }
  }
}

void LineEditor::show(std::string_view piece) const {
  const base::Console::Unlogged typing(session_.console());
  if (!is_hidden_) session_.console().write(piece);
}

void LineEditor::go_back(std::size_t count) const {
  for (; count > 0; --count) show("\b");
}

void LineEditor::redraw(std::size_t from, std::size_t blanks) {
  show(text().substr(from));
  for (std::size_t i = 0; i < blanks; ++i) show(" ");
  go_back(size_ - cursor_ + blanks);
}

void LineEditor::move_to(std::size_t cursor) {
  if (cursor < cursor_) {
    go_back(cursor_ - cursor);
  } else {
    show(text().substr(cursor_, cursor - cursor_));
  }
  cursor_ = cursor;
}

void LineEditor::insert(std::string_view piece) {
  piece = piece.substr(0, capacity - size_);
  const std::size_t at = cursor_;
  std::memmove(text_ + at + piece.size(), text_ + at, size_ - at);
  piece.copy(text_ + at, piece.size());
  size_ += piece.size();
  cursor_ += piece.size();
  redraw(at, 0);
}

void LineEditor::erase(std::size_t from, std::size_t to) {
  move_to(from);
  std::memmove(text_ + from, text_ + to, size_ - to);
  size_ -= to - from;
  redraw(from, to - from);
}

void LineEditor::replace(std::string_view with) {
  move_to(size_);
  erase(0, size_);
  insert(with);
}

void LineEditor::recall(int step) {
  if (!is_command_) return;
  const std::size_t wanted = recalled_ + static_cast<std::size_t>(step);  // wraps below 0 to far too many
  if (wanted > session_.history().count()) return;
  recalled_ = wanted;
  replace(wanted == 0 ? std::string_view() : session_.history().back(wanted));
}

void LineEditor::complete() {
  if (!is_command_) return;
  const std::size_t begin = word_begin(text(), cursor_);
  Completion found{text().substr(begin, cursor_ - begin), {}, 0};
  if (begin == 0) {
    for (const script::Command& command : session_.commands().commands) found.offer(command.name);
  } else {
    for (const image::Image* image = session_.images().first(); image != nullptr; image = image->next) {
      found.offer(image->name);
    }
    session_.store().list(
        [](void* context, std::string_view id) { static_cast<Completion*>(context)->offer(id); }, &found);
  }
  if (found.count == 0) return;
  insert(found.common.substr(found.typed.size()));
  if (found.count == 1) insert(" ");
}

}  // namespace flow
