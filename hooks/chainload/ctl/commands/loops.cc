// SPDX-License-Identifier: MPL-2.0
// chainloadctl loops: machines that load the same boot file again and again, and taking them out of it.
#include <iostream>

#include "ctl/command_line.h"

namespace chainload::ctl {
namespace {

using core::Value;

void list_loops(Context& context) {
  const Server server = context.server();
  const Value::List all = pages_of(server, "chainload-loop-get-page", "loops");
  if (context.json) {
    std::cout << laid_out_json(Value(all));
  } else if (all.empty()) {
    std::cout << server.name() << ": no machine is in a loop\n";
  } else {
    Table table({"MACHINE", "CLIENT", "ROUNDS", "SUBNET", "LAST SEEN", "RULE", "BOOT FILE"});
    for (const Value& each : all) {
      table.add({Cell(text_in(each, "machine"), Colour::bad), text_in(each, "client"),
                 text_in(each, "rounds"), text_in(each, "subnet-id"), text_in(each, "last-seen"),
                 text_in(each, "rule"), text_in(each, "boot-file-name")});
    }
    std::cout << table.text();
  }
  if (all.empty()) context.status = ExitStatus::nothing;
}

void release(const std::string& machine, bool all, Context& context) {
  if (machine.empty() != all) {
    throw Failure(ExitStatus::usage, all ? "give a MACHINE or --all, not both" : "give a MACHINE, or --all");
  }
  Value::Map arguments;
  if (all) arguments.push_back({"all", Value(true)});
  if (!machine.empty()) arguments.push_back({"machine", text_value(machine)});
  const Server server = context.server();
  const Value answer = server.get("chainload-loop-release", std::move(arguments));
  if (context.json) {
    std::cout << laid_out_json(answer);
  } else {
    std::cout << counted(static_cast<std::size_t>(number_in(answer, "released")), "machine") << " released\n";
  }
}

}  // namespace

void add_loops(CLI::App& app, Context& context) {
  auto* const command = app.add_subcommand("loops", "show machines in a boot loop, or release them from it");
  auto* const release_command = command->add_subcommand("release", "answer it as if it had never asked");
  const auto machine = std::make_shared<std::string>();
  const auto all = std::make_shared<bool>(false);
  release_command->add_option("MACHINE", *machine, "its hardware address, or what the list calls it");
  release_command->add_flag("--all", *all, "every machine");
  release_command->callback([machine, all, &context] { release(*machine, *all, context); });
  command->callback([command, &context] {
    if (command->get_subcommands().empty()) list_loops(context);
  });
}

}  // namespace chainload::ctl
