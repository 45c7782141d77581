// SPDX-License-Identifier: MPL-2.0
// What all commands of chainloadctl share: the servers, how output looks, and how they are put on the command
// line.
#pragma once

#include <CLI/CLI.hpp>

#include "screen.h"
#include "server.h"

namespace chainload::ctl {

struct Context {
  std::vector<std::string> server_texts;
  ConnectionOptions connection;
  bool json = false;
  std::string colour = "auto";
  ExitStatus status = ExitStatus::done;  // of the command that ran, where it did not throw

  /// Those of --server, else of CHAINLOADCTL_SERVER, else the socket of Debian's package.
  std::vector<Server> servers() const;

  /// For commands that speak to one server only. Throws Failure when several are given.
  Server server() const;
};

/// Each puts its command on the command line; what it does is run while that is parsed, and may throw
/// Failure.
void add_check(CLI::App& app, Context& context);
void add_explain(CLI::App& app, Context& context);
void add_import(CLI::App& app, Context& context);
void add_loops(CLI::App& app, Context& context);
void add_machines(CLI::App& app, Context& context);
void add_override(CLI::App& app, Context& context);
void add_rules(CLI::App& app, Context& context);
void add_status(CLI::App& app, Context& context);
void add_watch(CLI::App& app, Context& context);

}  // namespace chainload::ctl
