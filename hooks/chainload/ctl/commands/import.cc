// SPDX-License-Identifier: MPL-2.0
// chainloadctl import: the boot part of dhcpd.conf or dnsmasq.conf as rules.
#include <fstream>
#include <iostream>

#include "ctl/command_line.h"
#include "ctl/config_text.h"
#include "ctl/import/imported.h"
#include "ctl/offline.h"

namespace chainload::ctl {
namespace {

using core::Value;

struct ImportOptions {
  std::string file;
  std::string output;
  std::string next_server;
};

using Import = import::Imported (*)(const std::string& text, const std::string& name);

/// Rules that name no server get this one, except where a URL names it.
Value with_server(const Value& rule, const std::string& server) {
  Value::Map members;
  for (const Value::Member& member : *rule.map()) {
    members.push_back(member);
    if (server.empty() || member.key != "boot" || member.value.find("next-server") != nullptr) continue;
    if (text_in(member.value, "boot-file-name").find("://") != std::string::npos) continue;
    Value::Map boot = *member.value.map();
    boot.insert(boot.begin(), {"next-server", text_value(server)});
    members.back().value = Value(std::move(boot));
  }
  return Value(std::move(members));
}

Value left_out_value(const std::vector<import::LeftOut>& left_out) {
  Value::List list;
  for (const import::LeftOut& each : left_out) {
    Value::Map map;
    map.push_back({"place", text_value(each.place)});
    map.push_back({"sentence", text_value(each.sentence)});
    list.push_back(Value(std::move(map)));
  }
  return Value(std::move(list));
}

void write(const std::string& file, const std::string& text) {
  if (file.empty()) {
    std::cout << text;
    return;
  }
  std::ofstream output(file, std::ios::binary | std::ios::trunc);
  output << text;
  output.close();
  if (!output) throw Failure(ExitStatus::usage, "the file " + file + " cannot be written");
}

void run(Import read, const ImportOptions& options, Context& context) {
  const std::string name = options.file == "-" ? "standard input" : options.file;
  const import::Imported imported = read(read_whole_file(options.file), name);
  Value::List rules;
  for (const Value& rule : imported.rules()) rules.push_back(with_server(rule, options.next_server));
  Value::Map whole;
  whole.push_back({"rules", Value(std::move(rules))});
  const Value shown(whole);
  if (context.json) whole.push_back({"left-out", left_out_value(imported.left_out())});
  write(options.output, laid_out_json(Value(std::move(whole))));
  if (!context.json) {
    for (const import::LeftOut& each : imported.left_out())
      std::cerr << each.place << ": " << each.sentence << "\n";
    // What the library itself will say of them.
    for (const Remark& remark : read_offline(shown, name).remarks)
      std::cerr << name << ": " << remark.path << ": " << remark.sentence << "\n";
  }
  if (imported.rules().empty()) {
    context.status = ExitStatus::nothing;
    if (!context.json) std::cerr << "chainloadctl: " << name << " gives nobody a boot file\n";
  }
}

void add_one(CLI::App& group, const char* name, const char* help, Import read, Context& context) {
  auto* const command = group.add_subcommand(name, help);
  const auto options = std::make_shared<ImportOptions>();
  command->add_option("FILE", options->file, "the configuration; - is standard input")->required();
  command->add_option("-o,--output", options->output, "write the rules to this file");
  command->add_option("--next-server", options->next_server,
                      "the boot server's address, where none is written");
  command->callback([read, options, &context] { run(read, *options, context); });
}

}  // namespace

void add_import(CLI::App& app, Context& context) {
  auto* const group = app.add_subcommand(
      "import",
      "turn the boot part of another server's configuration into rules, and tell what could not be");
  group->require_subcommand(1);
  add_one(*group, "dhcpd", "ISC dhcpd's dhcpd.conf", import::import_dhcpd, context);
  add_one(*group, "dnsmasq", "dnsmasq.conf", import::import_dnsmasq, context);
}

}  // namespace chainload::ctl
