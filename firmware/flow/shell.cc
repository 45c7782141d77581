// SPDX-License-Identifier: MPL-2.0
#include "flow/shell.h"

#include "base/features.h"
#include "flow/autoboot.h"
#include "flow/line_editor.h"

namespace flow {

namespace {

/// What is typed may hold passwords: the log gets none of it.
bool read_command(Session& session, LineEditor& line) {
  const base::Console::Unlogged typing(session.console());
  session.console().write("gPXE> ");
  return line.edit({}).ok();
}

}  // namespace

void run_shell(Session& session) {
  LineEditor line(session);
  line.help_with_commands();
  for (;;) {
    session.end_cancel();
    session.loop().set_second_cancel_key(0);  // here Ctrl-B moves the cursor
    if (!read_command(session, line)) continue;
    session.history().add(line.text());
    base::Status status = session.interpreter().run(line.text(), {});
    if (session.interpreter().was_stopped()) return;
    if (!status.ok()) session.console().report(status.error());
  }
}

base::Status boot(Session& session, std::string_view script) {
  constexpr bool has_shell = base::features::shell.is_built;
  print_banner(session.console());
  if (has_shell) session.loop().set_second_cancel_key(Session::shell_key);
  base::Status status = script.empty() ? autoboot(session) : session.interpreter().run(script, "the built-in script");
  session.loop().set_second_cancel_key(0);
  if (!has_shell || session.loop().cancelled_by() != Session::shell_key) return status;
  session.console().write("\nType help for the commands, exit to leave.\n");
  run_shell(session);
  return base::Done{};
}

}  // namespace flow
