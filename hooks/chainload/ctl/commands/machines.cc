// SPDX-License-Identifier: MPL-2.0
// chainloadctl machines: what a server remembers of the machines that asked it to boot.
#include "machines_table.h"

#include <iostream>

namespace chainload::ctl {
namespace {

using core::Value;

void print_one(const Value& machine) {
  Table head(
      {"MACHINE", "CLIENT", "STAGE", "REACHED", "LOOP", "SUBNET", "FIRST SEEN", "LAST SEEN", "QUERIES"});
  head.add({text_in(machine, "machine"), text_in(machine, "client"), text_in(machine, "stage"),
            text_in(machine, "reached"), loop_cell(machine), text_in(machine, "subnet-id"),
            text_in(machine, "first-seen"), text_in(machine, "last-seen"), text_in(machine, "queries")});
  std::cout << head.text();
  Table answers({"TIME", "STAGE", "OUTCOME", "RULE", "BOOT FILE"});
  for (const Value& each : list_in(machine, "decisions")) {
    answers.add({text_in(each, "time"), text_in(each, "stage"), text_in(each, "outcome"),
                 text_in(each, "rule"), text_in(each, "boot-file-name")});
  }
  if (!answers.empty()) std::cout << "\n" << answers.text();
  const std::string name = text_in(machine, "machine");
  std::cout << "\n`chainloadctl explain --of-machine " << name << "` tells why it gets what it gets\n";
}

void show(const std::string& machine, const std::string& stage, Context& context) {
  const Server server = context.server();
  if (!machine.empty()) {
    Value::Map arguments;
    arguments.push_back({"machine", text_value(machine)});
    const Value found = server.get("chainload-machine-get", std::move(arguments));
    if (context.json) {
      std::cout << laid_out_json(found);
    } else {
      print_one(found);
    }
    return;
  }
  Value::List all = pages_of(server, "chainload-machine-get-page", "machines");
  if (!stage.empty()) std::erase_if(all, [&](const Value& each) { return text_in(each, "stage") != stage; });
  if (context.json) {
    std::cout << laid_out_json(Value(all));
  } else if (!all.empty()) {
    std::cout << machines_table(all).text();
  } else {
    std::cout << server.name() << ": no machine "
              << (stage.empty() ? "has asked to boot" : "is at that stage")
              << " since the library was loaded\n";
  }
  if (all.empty()) context.status = ExitStatus::nothing;
}

}  // namespace

Cell loop_cell(const Value& machine) {
  return is_true(machine, "loop") ? Cell("loop", Colour::bad) : Cell("-");
}

Table machines_table(const Value::List& machines) {
  Table table({"MACHINE", "CLIENT", "STAGE", "LOOP", "SUBNET", "LAST SEEN", "RULE", "BOOT FILE"});
  for (const Value& each : machines) {
    const Value::List& decisions = list_in(each, "decisions");
    static const Value none{Value::Map{}};
    const Value& last = decisions.empty() ? none : decisions.back();
    table.add({text_in(each, "machine"), text_in(each, "client"), text_in(each, "stage"), loop_cell(each),
               text_in(each, "subnet-id"), text_in(each, "last-seen"), text_in(last, "rule"),
               text_in(last, "boot-file-name")});
  }
  return table;
}

void add_machines(CLI::App& app, Context& context) {
  auto* const command =
      app.add_subcommand("machines", "show the machines that asked to boot, or one of them");
  const auto machine = std::make_shared<std::string>();
  const auto stage = std::make_shared<std::string>();
  command->add_option("MACHINE", *machine, "its hardware address, or what the list calls it");
  command->add_option("--stage", *stage, "only those at this stage")
      ->check(CLI::IsMember({"none", "first", "second"}));
  command->callback([machine, stage, &context] { show(*machine, *stage, context); });
}

}  // namespace chainload::ctl
