// SPDX-License-Identifier: MPL-2.0
#include "flow/menu.h"

#include <cstring>
#include <new>

#include "flow/line_editor.h"

namespace flow {

using base::Error;
using base::ErrorCode;
using platform::Key;

namespace {

constexpr std::size_t columns = 78, first_row = 4, rows = 18, countdown_row = 24;
constexpr Key return_key = 13, newline_key = 10, escape = 27;

/// Copies `text` behind what `at` points to, and moves `at` on.
std::string_view copy_behind(char*& at, std::string_view text) {
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  const std::string_view copy(at, text.size());
  at += text.size();
  return copy;
}

/// The screen of one choose(): items are known by their place in the list.
class Screen {
 public:
  Screen(Session& session, const Menu& menu) : session_(session), menu_(menu) {
    for (const MenuItem* item = menu.first; item != nullptr; item = item->next) ++count_;
  }

  const MenuItem* at(std::size_t index) const {
    const MenuItem* item = menu_.first;
    while (item != nullptr && index-- > 0) item = item->next;
    return item;
  }
  bool can_choose(std::size_t index) const { return index < count_ && !at(index)->label.empty(); }
  std::size_t selected() const { return selected_; }

  /// False when no item can be chosen.
  bool select_first(std::string_view label) {
    std::size_t best = count_;
    unsigned best_rank = 0;
    for (std::size_t i = 0; i < count_; ++i) {
      const MenuItem& item = *at(i);
      if (item.label.empty()) continue;
      const unsigned rank = item.label == label ? 3 : item.is_default ? 2 : 1;
      if (rank > best_rank) {
        best = i;
        best_rank = rank;
      }
    }
    selected_ = best;
    return best < count_;
  }
  /// Up to `distance` chooseable items downwards or, when it is negative, upwards.
  void move(int distance) {
    const int step = distance < 0 ? -1 : 1;
    const std::size_t before = selected_;
    for (std::size_t i = selected_ + static_cast<std::size_t>(step); i < count_ && distance != 0;
         i += static_cast<std::size_t>(step)) {
      if (!can_choose(i)) continue;
      selected_ = i;
      distance -= step;
    }
    if (keep_in_view()) {
      draw();
    } else if (selected_ != before) {
      draw_item(before);
      draw_item(selected_);
    }
  }
  void draw() {
    keep_in_view();
    session_.console().write("\x1b[0m\x1b[2J\x1b[2;2H");
    draw_padded(menu_.title, false);
    for (std::size_t i = top_; i < count_ && i < top_ + rows; ++i) draw_item(i);
  }
  void draw_countdown(std::int64_t seconds) const {
    session_.console().print("\x1b[{};2H", countdown_row);
    if (seconds >= 0) session_.console().print("The marked item starts in {} s  ", seconds);
    if (seconds < 0) draw_padded({}, false);
  }

 private:
  /// True when the screen must be drawn anew.
  bool keep_in_view() {
    const std::size_t before = top_;
    if (selected_ < top_) top_ = selected_;
    if (selected_ >= top_ + rows) top_ = selected_ - rows + 1;
    return top_ != before;
  }
  void draw_item(std::size_t index) const {
    session_.console().print("\x1b[{};2H", first_row + index - top_);
    draw_padded(at(index)->text, index == selected_);
  }
  /// One line of the screen. Colour codes in the text take no room on it.
  void draw_padded(std::string_view text, bool is_marked) const {
    char room[256];
    base::TextWriter line(room);
    std::size_t width = 0;
    for (std::size_t i = 0; i < text.size() && width < columns; ++i) {
      if (text[i] == '\x1b') {
        const std::size_t end = text.find_first_of("mHJ", i);
        line.append(text.substr(i, end - i + 1));
        i = end == std::string_view::npos ? text.size() : end;
      } else {
        line.append(text[i]);
        ++width;
      }
    }
    for (; width < columns; ++width) line.append(' ');
    base::Console& console = session_.console();
    if (is_marked) console.write("\x1b[7m");
    console.write(line.view());
    console.write("\x1b[0m");
  }

  Session& session_;
  const Menu& menu_;
  std::size_t count_ = 0;
  std::size_t selected_ = 0;
  std::size_t top_ = 0;  // the item on first_row
};

base::Result<const MenuItem*> run(Session& session, Screen& screen, const Menu& menu, const Choice& choice) {
  base::Instant deadline = deadline_in(session, choice.timeout_ms);
  screen.draw();
  for (;;) {
    base::Instant wake = deadline;
    if (deadline != base::Instant::never()) {
      const base::Duration left = deadline - session.loop().now();
      screen.draw_countdown((left.ms() + 999) / 1000);
      const base::Instant next = session.loop().now() + base::Duration::seconds(1);
      if (next < wake) wake = next;
    }
    const auto key = wait_for_key(session, wake);
    if (!key) {
      if (session.loop().cancelled()) return Error(ErrorCode::cancelled, "The menu was left by Ctrl-C");
      if (session.loop().now() < deadline) continue;
      return screen.at(screen.selected());
    }
    if (deadline != base::Instant::never()) {
      deadline = deadline_in(session, choice.again_ms);
      if (choice.again_ms == 0) screen.draw_countdown(-1);
    }
    switch (*key) {
      case return_key:
      case newline_key:
        return screen.at(screen.selected());
      case escape:
        return Error(ErrorCode::cancelled, "The menu was left by Esc");
      case platform::key_up:
        screen.move(-1);
        break;
      case platform::key_down:
        screen.move(1);
        break;
      case platform::key_page_up:
        screen.move(-static_cast<int>(rows));
        break;
      case platform::key_page_down:
        screen.move(static_cast<int>(rows));
        break;
      case platform::key_home:
        screen.move(-0x7fff);
        break;
      case platform::key_end:
        screen.move(0x7fff);
        break;
      default:
        for (const MenuItem* item = menu.first; item != nullptr; item = item->next) {
          if (item->key == *key && !item->label.empty()) return item;
        }
    }
  }
}

}  // namespace

base::Status MenuList::begin(std::string_view name, std::string_view title) {
  remove(name);
  void* memory = arena_.allocate(sizeof(Menu) + name.size() + title.size());
  if (memory == nullptr) return Error(ErrorCode::no_memory, "No memory for the menu \"{}\"", title);
  Menu* menu = new (memory) Menu{first_, {}, {}, nullptr, nullptr};
  char* at = static_cast<char*>(memory) + sizeof(Menu);
  menu->name = copy_behind(at, name);
  menu->title = copy_behind(at, title);
  first_ = menu;
  return base::Done{};
}

base::Status MenuList::add(Menu& menu, const MenuItem& item) {
  void* memory = arena_.allocate(sizeof(MenuItem) + item.label.size() + item.text.size());
  if (memory == nullptr) {
    return Error(ErrorCode::no_memory, "No memory for the item \"{}\": make the menu shorter", item.label);
  }
  MenuItem* copy = new (memory) MenuItem(item);
  char* at = static_cast<char*>(memory) + sizeof(MenuItem);
  copy->next = nullptr;
  copy->label = copy_behind(at, item.label);
  copy->text = copy_behind(at, item.text);
  (menu.last == nullptr ? menu.first : menu.last->next) = copy;
  menu.last = copy;
  return base::Done{};
}

Menu* MenuList::find(std::string_view name) {
  Menu* menu = first_;
  while (menu != nullptr && menu->name != name) menu = menu->next;
  return menu;
}

void MenuList::remove(std::string_view name) {
  for (Menu** link = &first_; *link != nullptr; link = &(*link)->next) {
    if ((*link)->name != name) continue;
    Menu* menu = *link;
    *link = menu->next;
    for (MenuItem* item = menu->first; item != nullptr;) {
      MenuItem* const next = item->next;
      arena_.release(item);
      item = next;
    }
    arena_.release(menu);
    return;
  }
}

base::Result<const MenuItem*> choose(Session& session, const Menu& menu, const Choice& choice) {
  const base::Console::Unlogged drawing(session.console());
  Screen screen(session, menu);
  if (!screen.select_first(choice.default_label)) {
    return Error(ErrorCode::not_found, "The menu \"{}\" has no item that can be chosen", menu.title);
  }
  auto chosen = run(session, screen, menu, choice);
  session.console().write("\x1b[0m\x1b[2J\x1b[H");
  return chosen;
}

}  // namespace flow
