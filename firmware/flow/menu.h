// SPDX-License-Identifier: MPL-2.0
// Menus that scripts put together item by item, and the screen on which one of them is chosen.
#pragma once

#include "base/arena.h"
#include "platform/platform.h"

namespace flow {

class Session;

struct MenuItem {
  MenuItem* next;
  std::string_view label;  // empty: a line of text that cannot be chosen
  std::string_view text;
  platform::Key key;  // chooses it at once; 0: none
  bool is_default;
};

/// Lives in the scripts' arena with its items.
struct Menu {
  Menu* next;
  std::string_view name;
  std::string_view title;
  MenuItem* first;
  MenuItem* last;
};

class MenuList {
 public:
  explicit MenuList(base::Arena& arena) : arena_(arena) {}
  MenuList(const MenuList&) = delete;
  MenuList& operator=(const MenuList&) = delete;

  /// A new, empty menu; one of that name is gone.
  base::Status begin(std::string_view name, std::string_view title);
  base::Status add(Menu& menu, const MenuItem& item);
  /// nullptr when there is none.
  Menu* find(std::string_view name);
  void remove(std::string_view name);

 private:
  base::Arena& arena_;
  Menu* first_ = nullptr;
};

struct Choice {
  std::string_view default_label;  // empty: the item that says so, else the first
  std::uint32_t timeout_ms = 0;    // 0: none
  std::uint32_t again_ms = 0;      // what a key press sets the timeout to; 0: it ends it
};

/// Shows the menu until one of its items is chosen. Esc and Ctrl-C are ErrorCode::cancelled.
base::Result<const MenuItem*> choose(Session& session, const Menu& menu, const Choice& choice);

}  // namespace flow
