// SPDX-License-Identifier: MPL-2.0
// The command table, and the commands about settings, the network and the script itself.
#include "flow/commands.h"

#include "flow/image_commands.h"

namespace flow {

using base::Error;
using base::ErrorCode;
using base::Status;
using script::Words;

Error wrong_usage(Session& session, std::string_view name) {
  const script::Command* command = session.commands().find(name);
  return Error(ErrorCode::invalid, "Usage: {} {}", name, command == nullptr ? "" : command->usage);
}

namespace {

Status echo(void* context, Words words) {
  base::Console& console = session_of(context).console();
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (i > 1) console.write(" ");
    console.write(words[i]);
  }
  console.write("\n");
  return base::Done{};
}

Status set(void* context, Words words) {
  Session& session = session_of(context);
  if (words.size() < 2) return wrong_usage(session, words[0]);
  if (words.size() == 2) {
    static_cast<void>(session.store().clear(words[1]));  // nothing is what it is set to
    return base::Done{};
  }
  char room[settings::Store::max_value];
  auto value = script::join(words, 2, room);
  if (!value.ok()) return value.error();
  return session.store().set(words[1], *value);
}

Status clear(void* context, Words words) {
  Session& session = session_of(context);
  if (words.size() != 2) return wrong_usage(session, words[0]);
  return session.store().clear(words[1]);
}

Status show(void* context, Words words) {
  Session& session = session_of(context);
  if (words.size() != 2) return wrong_usage(session, words[0]);
  char room[settings::Store::max_value];
  base::TextWriter value(room);
  if (!session.store().format(words[1], value)) {
    return Error(ErrorCode::not_found, "Setting \"{}\" has no value", words[1]);
  }
  session.console().print("{} = ", words[1]);
  session.console().write(value.view());
  session.console().write("\n");
  return base::Done{};
}

Status dhcp(void* context, Words words) {
  Session& session = session_of(context);
  if (words.size() > 2) return wrong_usage(session, words[0]);
  if (words.size() == 2 && words[1] != "net0" && words[1] != "netX") {
    return Error(ErrorCode::not_found,
                 "There is no network card \"{}\": this firmware uses the one it was started over, net0",
                 words[1]);
  }
  return session.dhcp();
}

Status sleep(void* context, Words words) {
  Session& session = session_of(context);
  std::uint64_t seconds = 0;
  if (words.size() != 2 || !base::parse_number(words[1], 10, seconds) || seconds > 1'000'000) {
    return wrong_usage(session, words[0]);
  }
  const base::Instant until =
      session.loop().now() + base::Duration::seconds(static_cast<std::int64_t>(seconds));
  if (net::poll_until(
          session.loop(), [] { return false; }, until) == net::Wait::cancelled) {
    return Error(ErrorCode::cancelled, "The sleep was ended by Ctrl-C");
  }
  return base::Done{};
}

Status exit(void* context, Words words) {
  Session& session = session_of(context);
  std::uint64_t status = 0;
  if (words.size() > 2 || (words.size() == 2 && !base::parse_number(words[1], 10, status))) {
    return wrong_usage(session, words[0]);
  }
  if (status != 0) return Error(ErrorCode::refused, "the script says that it failed (exit {})", status);
  session.interpreter().stop();
  return base::Done{};
}

Status help(void* context, Words) {
  Session& session = session_of(context);
  for (const script::Command& command : session.commands().commands) {
    session.console().print("  {} {}\n", command.name, command.usage);
  }
  return base::Done{};
}

constexpr std::string_view fetch_usage = "[-n|--name NAME] URI [ARGUMENT...]";

// gPXE's names; imgfetch and module are its other words for initrd, imgexec for boot.
constexpr script::Command commands[] = {
    {"echo", "[WORD...]", echo},
    {"set", "SETTING [VALUE...]", set},
    {"clear", "SETTING", clear},
    {"show", "SETTING", show},
    {"dhcp", "[net0]", dhcp},
    {"chain", fetch_usage, chain},
    {"kernel", fetch_usage, kernel},
    {"initrd", "[-n|--name NAME] URI", initrd},
    {"imgfetch", "[-n|--name NAME] URI", initrd},
    {"module", "[-n|--name NAME] URI", initrd},
    {"imgargs", "NAME [ARGUMENT...]", imgargs},
    {"boot", "[NAME]", boot},
    {"imgexec", "[NAME]", boot},
    {"imgstat", "", imgstat},
    {"imgfree", "[NAME]", imgfree},
    {"sleep", "SECONDS", sleep},
    {"exit", "[STATUS]", exit},
    {"help", "", help},
};

}  // namespace

std::span<const script::Command> command_list() {
  return commands;
}

}  // namespace flow
