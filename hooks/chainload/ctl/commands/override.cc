// SPDX-License-Identifier: MPL-2.0
// chainloadctl override: what the next boot of one machine gets.
#include <iostream>
#include <optional>

#include "ctl/command_line.h"

namespace chainload::ctl {
namespace {

using core::Value;

struct OverrideOptions {
  std::string mac;
  std::string uuid;
  std::string boot_file;
  std::string next_server;
  bool deny = false;
  bool pass = false;
  std::optional<std::int64_t> uses;
  std::optional<std::int64_t> expires_in;
  std::string receiver;
  std::string reason;
  bool dry_run = false;
};

void add_machine_options(CLI::App& command, OverrideOptions& options) {
  auto* const mac = command.add_option("--mac", options.mac, "the machine, by hardware address");
  auto* const uuid = command.add_option("--uuid", options.uuid, "the machine, by its UUID");
  mac->excludes(uuid);
  command.add_option("--reason", options.reason, "why; logged");
  command.add_flag("-n,--dry-run", options.dry_run, "check everything, change nothing");
}

Value::Map machine_arguments(const OverrideOptions& options) {
  if (options.mac.empty() && options.uuid.empty())
    throw Failure(ExitStatus::usage, "which machine? give --mac or --uuid");
  Value::Map arguments;
  if (!options.mac.empty()) arguments.push_back({"mac", text_value(options.mac)});
  if (!options.uuid.empty()) arguments.push_back({"uuid", text_value(options.uuid)});
  if (!options.reason.empty()) arguments.push_back({"reason", text_value(options.reason)});
  if (options.dry_run) arguments.push_back({"dry-run", Value(true)});
  return arguments;
}

Value boot_of(const OverrideOptions& options) {
  Value::Map boot;
  if (options.deny) boot.push_back({"deny", Value(true)});
  if (options.pass) boot.push_back({"pass", Value(true)});
  if (!options.boot_file.empty()) boot.push_back({"boot-file-name", text_value(options.boot_file)});
  if (!options.next_server.empty()) boot.push_back({"next-server", text_value(options.next_server)});
  if (boot.empty())
    throw Failure(ExitStatus::usage, "what shall it boot? give --boot-file-name, --deny or --pass");
  return Value(std::move(boot));
}

/// On every server, for a machine may be answered by any of them.
void carry_out(const std::string& command, const Value::Map& arguments, Context& context) {
  Value::List shown;
  for (const Server& server : context.servers()) {
    try {
      const Answer answer = server.ask(command, arguments);
      if (answer.result != 0) throw failure_of(server, answer);
      shown.push_back(answer.arguments);
      if (!context.json) std::cout << server.name() << ": " << answer.text << "\n";
    } catch (const Failure& failure) {
      context.status = failure.status;
      std::cerr << "chainloadctl: " << failure.what() << "\n";
    }
  }
  if (context.json) std::cout << laid_out_json(Value(std::move(shown)));
}

void set(const OverrideOptions& options, Context& context) {
  Value::Map arguments = machine_arguments(options);
  arguments.push_back({"boot", boot_of(options)});
  if (options.uses) arguments.push_back({"uses", number_value(*options.uses)});
  if (options.expires_in) arguments.push_back({"expires-in", number_value(*options.expires_in)});
  if (!options.receiver.empty()) arguments.push_back({"for", text_value(options.receiver)});
  carry_out("chainload-override-set", arguments, context);
}

void list_overrides(Context& context) {
  const Server server = context.server();
  const Value::List all = pages_of(server, "chainload-override-get-page", "overrides");
  if (context.json) {
    std::cout << laid_out_json(Value(all));
  } else {
    Table table({"MACHINE", "STATE", "USED", "USES", "EXPIRES IN", "BOOT"});
    for (const Value& each : all) {
      const Value& boot = map_in(each, "boot");
      const std::string gets = is_true(boot, "deny")   ? "(nothing)"
                               : is_true(boot, "pass") ? "(left as the server made it)"
                                                       : text_in(boot, "boot-file-name");
      table.add({text_in(each, "mac") + text_in(each, "uuid"), text_in(each, "state"), text_in(each, "used"),
                 text_in(each, "uses"), text_in(each, "expires-in") + " s", gets});
    }
    if (!table.empty()) std::cout << table.text();
  }
  if (!all.empty()) return;
  context.status = ExitStatus::nothing;
  if (!context.json) std::cout << server.name() << ": no overrides\n";
}

}  // namespace

void add_override(CLI::App& app, Context& context) {
  auto* const override_command = app.add_subcommand("override", "say what the next boot of one machine gets");
  override_command->require_subcommand(1);
  const auto options = std::make_shared<OverrideOptions>();

  auto* const set_command =
      override_command->add_subcommand("set", "over every rule, until it is used or expires");
  add_machine_options(*set_command, *options);
  set_command->add_option("--boot-file-name", options->boot_file, "what it boots");
  set_command->add_option("--next-server", options->next_server, "from which server");
  set_command->add_flag("--deny", options->deny, "it boots nothing");
  set_command->add_flag("--pass", options->pass, "its reply is left as the server made it");
  set_command->add_option("--uses", options->uses, "so many boots; absent: every one until it expires");
  set_command->add_option("--expires-in", options->expires_in, "seconds (default: one hour)");
  set_command->add_option("--for", options->receiver, "who gets it: able, first, second or any");
  set_command->callback([options, &context] { set(*options, context); });

  auto* const del_command = override_command->add_subcommand("del", "take one away");
  add_machine_options(*del_command, *options);
  del_command->callback(
      [options, &context] { carry_out("chainload-override-del", machine_arguments(*options), context); });

  auto* const list_command = override_command->add_subcommand("list", "show them");
  list_command->callback([&context] { list_overrides(context); });
}

}  // namespace chainload::ctl
