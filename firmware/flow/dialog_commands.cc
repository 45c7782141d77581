// SPDX-License-Identifier: MPL-2.0
// The commands that ask the person at the machine.
#include "flow/command_functions.h"
#include "flow/line_editor.h"
#include "flow/menu.h"
#include "flow/shell.h"

namespace flow {

using base::Error;
using base::ErrorCode;
using base::Status;
using script::Call;

namespace {

/// Longest title, item or prompt.
constexpr std::size_t max_text = 256;

/// A key as iPXE's scripts write it: `x`, 0x02 for Ctrl-B, 0x197e for F8 (the digits of its escape sequence
/// ESC [ 1 9 ~).
bool parse_key(std::string_view text, platform::Key& key) {
  if (text.size() == 1) {
    key = static_cast<platform::Key>(text[0]);
    return true;
  }
  std::uint32_t code = 0;
  if (text.empty()) return true;
  if (!script::parse_number(text, code)) return false;
  constexpr std::uint16_t function_keys[] = {0x157e, 0x177e, 0x187e, 0x197e, 0x207e, 0x217e};  // F5 to F10
  for (std::size_t i = 0; i < std::size(function_keys); ++i) {
    if (code == function_keys[i]) code = static_cast<std::uint32_t>(platform::key_f1 + 4 + i);
  }
  key = static_cast<platform::Key>(code);
  return code <= 0xff;
}

}  // namespace

Status prompt(void* context, const Call& call) {
  enum Option : std::uint8_t { key_option, timeout };
  Session& session = session_of(context);
  platform::Key wanted = 0;
  std::uint32_t milliseconds = 0;
  char room[max_text];
  auto text = script::join(call.words, 0, room);
  if (!text.ok()) return text.error();
  if (!parse_key(call.options[key_option], wanted) || !call.read_number(timeout, milliseconds))
    return wrong_usage(session, call);
  session.console().write(*text);
  const auto key = wait_for_key(session, deadline_in(session, milliseconds));
  session.console().write("\n");
  if (key && (wanted == 0 || wanted == *key)) return base::Done{};
  if (session.loop().cancelled()) return Error(ErrorCode::cancelled, "The prompt was ended by Ctrl-C");
  if (key) return Error(ErrorCode::refused, "Another key was pressed");
  return Error(ErrorCode::timed_out, "No key was pressed in time");
}

Status read(void* context, const Call& call) {
  Session& session = session_of(context);
  std::uint32_t milliseconds = 0;
  if (!call.read_number(0, milliseconds)) return wrong_usage(session, call);
  char room[LineEditor::capacity];
  base::TextWriter before(room);
  static_cast<void>(session.store().format(call.word(0), before));
  LineEditor line(session);
  Status status = line.edit(before.view(), deadline_in(session, milliseconds));
  if (!status.ok()) return status;
  if (!line.text().empty()) return session.store().set(call.word(0), line.text());
  static_cast<void>(session.store().clear(call.word(0)));
  return base::Done{};
}

Status login(void* context, const Call&) {
  Session& session = session_of(context);
  LineEditor line(session);
  for (const std::string_view name : {"username", "password"}) {
    session.console().print("{}: ", name);
    Status status = line.edit({});
    if (status.ok()) status = session.store().set(name, line.text());
    if (!status.ok()) return status;
    line.hide();
  }
  return base::Done{};
}

Status menu(void* context, const Call& call) {
  enum Option : std::uint8_t { name, remove };
  Session& session = session_of(context);
  if (call.has(remove)) {
    session.menus().remove(call.options[name]);
    return base::Done{};
  }
  char room[max_text];
  auto title = script::join(call.words, 0, room);
  if (!title.ok()) return title.error();
  return session.menus().begin(call.options[name], *title);
}

namespace {

Error no_menu() {
  return Error(ErrorCode::not_found, "There is no such menu: begin one with the command menu");
}

}  // namespace

Status item(void* context, const Call& call) {
  enum Option : std::uint8_t { menu_name, key_option, is_default, gap };
  Session& session = session_of(context);
  Menu* const menu = session.menus().find(call.options[menu_name]);
  if (menu == nullptr) return no_menu();
  MenuItem item{};
  if (!parse_key(call.options[key_option], item.key)) return wrong_usage(session, call);
  item.is_default = call.has(is_default);
  const bool has_label = !call.has(gap) && !call.words.empty();
  if (has_label) item.label = call.word(0);
  char room[max_text];
  auto text = script::join(call.words, has_label ? 1 : 0, room);
  if (!text.ok()) return text.error();
  item.text = text->empty() ? item.label : *text;
  return session.menus().add(*menu, item);
}

Status choose(void* context, const Call& call) {
  enum Option : std::uint8_t { menu_name, default_label, timeout, again, keep };
  Session& session = session_of(context);
  const std::string_view name = call.options[menu_name];
  Menu* const menu = session.menus().find(name);
  if (menu == nullptr) return no_menu();
  Choice choice;
  choice.default_label = call.options[default_label];
  if (!call.read_number(timeout, choice.timeout_ms) || !call.read_number(again, choice.again_ms))
    return wrong_usage(session, call);
  auto chosen = choose(session, *menu, choice);
  Status status = chosen.ok() ? session.store().set(call.word(0), (*chosen)->label) : Status(chosen.error());
  if (!call.has(keep)) session.menus().remove(name);
  return status;
}

Status shell(void* context, const Call&) {
  run_shell(session_of(context));
  session_of(context).loop().set_second_cancel_key(Session::shell_key);  // the script goes on
  return base::Done{};
}

}  // namespace flow
