// SPDX-License-Identifier: MPL-2.0
// chainloadctl: the operator's command line of the hook library.
#include <cstdlib>
#include <iostream>

#include "command_line.h"

namespace chainload::ctl {
namespace {

constexpr const char* default_server = "/run/kea/kea4-ctrl-socket";

constexpr const char* footer = R"(Exit status
  0  done
  1  a fault was found, or a server refused
  2  the command line is wrong, or a file cannot be read
  3  there is no such thing, or nothing to show
  4  the rules are at another revision, or a name is taken
  5  a server cannot be reached
  6  servers, or a file and a server, do not agree)";

void add_common_options(CLI::App& app, Context& context) {
  app.add_option(
         "-s,--server", context.server_texts,
         "a server: the path of its control socket, or http[s]://HOST:PORT/ of the Control Agent or of "
         "Kea's own HTTP socket; may be given several times (default: $CHAINLOADCTL_SERVER, else " +
             std::string(default_server) + ")")
      ->expected(1)
      ->allow_extra_args(false)  // one --server names one: what follows is the command's own word
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("-u,--user", context.connection.user, "user for basic authorization");
  app.add_option("--password-file", context.connection.password_file,
                 "file whose first line is the password");
  app.add_option("--ca-file", context.connection.ca_file, "certificates to trust, in place of the system's");
  app.add_option("--cert", context.connection.certificate_file, "our certificate, for servers that want one");
  app.add_option("--key", context.connection.key_file, "its private key");
  app.add_option("--timeout", context.connection.timeout_s, "seconds to wait for an answer (default: 30)")
      ->check(CLI::Range(1U, 3600U));
  app.add_flag("--json", context.json, "print JSON, for programs");
  app.add_option("--color", context.colour, "auto (on a terminal), always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  app.parse_complete_callback([&context] { set_colours(colours_wanted(context.colour) && !context.json); });
}

int run(int argc, char** argv) {
  CLI::App app("Looks at, and changes, how Kea servers with libdhcp_chainload.so boot machines.",
               "chainloadctl");
  Context context;
  app.set_version_flag("--version", "chainloadctl " CHAINLOAD_VERSION);
  app.set_help_all_flag("--help-all", "help of all commands");
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(footer);
  add_common_options(app, context);
  add_check(app, context);
  add_explain(app, context);
  add_rules(app, context);
  add_override(app, context);
  add_machines(app, context);
  add_watch(app, context);
  add_loops(app, context);
  add_status(app, context);
  add_import(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool is_help = error.get_exit_code() == 0;
    app.exit(error);
    return static_cast<int>(is_help ? ExitStatus::done : ExitStatus::usage);
  }
  return static_cast<int>(context.status);
}

}  // namespace

std::vector<Server> Context::servers() const {
  std::vector<std::string> texts = server_texts;
  if (texts.empty()) {
    const char* const given = std::getenv("CHAINLOADCTL_SERVER");
    std::string_view rest = given != nullptr && *given != '\0' ? given : default_server;
    while (!rest.empty()) {  // several, with spaces between them
      const auto end = std::min(rest.find(' '), rest.size());
      if (end != 0) texts.emplace_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  std::vector<Server> servers;
  for (const std::string& text : texts) servers.emplace_back(text, connection);
  return servers;
}

Server Context::server() const {
  std::vector<Server> all = servers();
  if (all.size() != 1) {
    throw Failure(ExitStatus::usage, "this command speaks to one server: give --server once, not " +
                                         std::to_string(all.size()) + " times");
  }
  return std::move(all.front());
}

}  // namespace chainload::ctl

int main(int argc, char** argv) {
  using chainload::ctl::ExitStatus;
  try {
    const int status = chainload::ctl::run(argc, argv);
    std::cout.flush();
    return std::cout ? status : static_cast<int>(ExitStatus::usage);
  } catch (const chainload::ctl::Failure& failure) {
    std::cout.flush();
    std::cerr << "chainloadctl: " << failure.what() << '\n';
    return static_cast<int>(failure.status);
  } catch (const std::exception& error) {
    std::cerr << "chainloadctl: " << error.what() << '\n';
    return static_cast<int>(ExitStatus::refused);
  }
}
