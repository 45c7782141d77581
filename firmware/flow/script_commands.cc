// SPDX-License-Identifier: MPL-2.0
// The commands about settings and the script itself.
#include "flow/command_functions.h"

namespace flow {

using base::Error;
using base::ErrorCode;
using base::Status;
using script::Call;

Status echo(void* context, const Call& call) {
  base::Console& console = session_of(context).console();
  const bool is_open = call.word(0) == "-n";
  for (std::size_t i = is_open ? 1 : 0; i < call.words.size(); ++i) {
    if (call.words[i].empty()) continue;
    console.write_public(call.words[i]);
    if (i + 1 < call.words.size()) console.write(" ");
  }
  if (!is_open) console.write("\n");
  return base::Done{};
}

Status set(void* context, const Call& call) {
  Session& session = session_of(context);
  char room[settings::Store::max_value];
  auto value = script::join(call.words, 1, room);
  if (!value.ok()) return value.error();
  if (!value->empty()) return session.store().set(call.word(0), *value);
  static_cast<void>(session.store().clear(call.word(0)));  // nothing is what it is set to
  return base::Done{};
}

Status clear(void* context, const Call& call) {
  Status status = session_of(context).store().clear(call.word(0));
  // As in iPXE what was not set is clear already; a name that makes no sense stays an error.
  if (!status.ok() && status.error().code() == ErrorCode::not_found) return base::Done{};
  return status;
}

namespace {

bool print_setting(Session& session, std::string_view id) {
  char room[settings::Store::max_value];
  base::TextWriter value(room);
  if (!session.store().format(id, value)) return false;
  session.console().print("{} = ", id);
  session.console().write_public(value.view());
  session.console().write("\n");
  return true;
}

}  // namespace

Status show(void* context, const Call& call) {
  if (print_setting(session_of(context), call.word(0))) return base::Done{};
  return Error(ErrorCode::not_found, "Setting \"{}\" has no value", call.word(0));
}

Status config(void* context, const Call&) {
  session_of(context).store().list(
      [](void* session, std::string_view id) {
        if (!id.ends_with("password")) static_cast<void>(print_setting(session_of(session), id));
      },
      context);
  return base::Done{};
}

Status iseq(void*, const Call& call) {
  if (call.word(0) == call.word(1)) return base::Done{};
  return Error(ErrorCode::refused, "\"{}\" is not \"{}\"", call.word(0), call.word(1));
}

Status isset(void*, const Call& call) {
  if (!call.word(0).empty()) return base::Done{};
  return Error(ErrorCode::refused, "It is not set");
}

Status inc(void* context, const Call& call) {
  settings::Store& store = session_of(context).store();
  const std::string_view id = call.word(0);
  settings::Store::Scratch scratch;
  char before_room[settings::Store::max_name], after_room[16];
  base::TextWriter before(before_room), after(after_room);
  std::uint32_t step = 1, value = 0;
  if (!call.word(1).empty() && !script::parse_number(call.word(1), step))
    return wrong_usage(session_of(context), call);
  const auto found = store.find(id, scratch);
  if (found) format_value(found->type, found->bytes, before);
  if (!before.view().empty() && !script::parse_number(before.view(), value)) {
    return Error(ErrorCode::invalid, "Setting \"{}\" is \"{}\", which is not a number", id, before.view());
  }
  after.print("{}", value + step);
  const bool keeps_type =
      found && settings::is_integer(found->type) && id.find(':') == std::string_view::npos;
  if (!keeps_type) return store.set(id, after.view());
  base::Text<settings::Store::max_name> typed;
  typed.print("{}:{}", id, settings::name_of(found->type));
  return store.set(typed, after.view());
}

Status go_to(void* context, const Call& call) {
  return session_of(context).interpreter().jump(call.word(0));
}

Status sleep(void* context, const Call& call) {
  Session& session = session_of(context);
  std::uint32_t seconds = 0;
  if (!script::parse_number(call.word(0), seconds)) return wrong_usage(session, call);
  const base::Instant until = session.loop().now() + base::Duration::seconds(seconds);
  if (net::poll_until(
          session.loop(), [] { return false; }, until) == net::Wait::cancelled) {
    return Error(ErrorCode::cancelled, "The sleep was ended by Ctrl-C");
  }
  return base::Done{};
}

Status time(void* context, const Call& call) {
  Session& session = session_of(context);
  const base::Instant begin = session.loop().now();
  Status status = session.interpreter().run_command(call.words);
  const base::Duration taken = session.loop().now() - begin;
  session.console().print("{}: {} ms\n", call.word(0), taken.ms());
  return status;
}

Status exit(void* context, const Call& call) {
  Session& session = session_of(context);
  std::uint32_t status = 0;
  if (!call.word(0).empty() && !script::parse_number(call.word(0), status)) return wrong_usage(session, call);
  session.interpreter().stop();
  if (status != 0) return Error(ErrorCode::refused, "the script says that it failed (exit {})", status);
  return base::Done{};
}

Status help(void* context, const Call&) {
  Session& session = session_of(context);
  for (const script::Command& command : session.commands().commands) {
    session.console().print("  {} {}\n", command.name, command.usage);
  }
  return base::Done{};
}

Status dmesg(void* context, const Call&) {
  base::Console& console = session_of(context).console();
  const base::Console::Unlogged once_is_enough(console);
  for (const std::string_view piece : console.log().pieces()) console.write(piece);
  return base::Done{};
}

Status sync(void*, const Call&) {
  return base::Done{};  // each command has ended when the next begins
}

}  // namespace flow
