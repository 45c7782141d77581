// SPDX-License-Identifier: MPL-2.0
// chainloadctl rules get, set, add, del, rollback: the managed rules of one server or of several.
#include <fstream>
#include <iostream>

#include "ctl/command_line.h"
#include "ctl/config_text.h"
#include "ctl/push.h"
#include "ctl/rule_pages.h"
#include "rules_diff.h"
#include "store/json_text.h"

namespace chainload::ctl {
namespace {

using core::Value;

struct Change {
  std::optional<std::int64_t> if_revision;
  std::string reason;
  bool dry_run = false;
};

struct RulesOptions {
  Change change;
  std::string file;
  std::string output;
  std::string rule;
  std::vector<std::string> names;
  std::string before;
  std::string after;
  std::optional<std::int64_t> index;
  std::optional<std::int64_t> revision;
  bool replace = false;
};

void add_change_options(CLI::App& command, Change& change) {
  command.add_option("--if-revision", change.if_revision, "refuse unless the rules are at this revision");
  command.add_option("--reason", change.reason, "why; kept with the revision and logged");
  command.add_flag("-n,--dry-run", change.dry_run, "check everything, change nothing");
}

Value value_of(const std::vector<Pushed>& all, bool dry_run) {
  Value::List list;
  for (const Pushed& pushed : all) {
    Value::Map map;
    map.push_back({"server", text_value(pushed.server)});
    map.push_back({"changed", Value(pushed.is_changed)});
    if (dry_run) map.push_back({"dry-run", Value(true)});
    if (!pushed.failure.empty()) map.push_back({"error", text_value(pushed.failure)});
    if (pushed.answer.arguments.map() != nullptr) map.push_back({"answer", pushed.answer.arguments});
    list.push_back(Value(std::move(map)));
  }
  return Value(std::move(list));
}

void print(const std::vector<Pushed>& all, bool dry_run) {
  Table table({"SERVER", "RESULT", "REVISION", "RULES", "SHA256"});
  const auto failed = [](const Pushed& each) { return !each.failure.empty(); };
  const bool any_failed = std::any_of(all.begin(), all.end(), failed);
  const bool any_changed =
      std::any_of(all.begin(), all.end(), [](const Pushed& each) { return each.is_changed; });
  for (const Pushed& each : all) {
    if (failed(each)) {
      table.add({each.server, Cell("refused", Colour::bad), std::to_string(each.before)});
      continue;
    }
    const Cell result = each.is_changed ? Cell("changed", Colour::good)
                        : dry_run       ? Cell("would do")
                                        : Cell("not changed");
    table.add({each.server, result,
               std::to_string(each.is_changed || dry_run ? number_in(each.answer.arguments, "revision")
                                                         : each.before),
               text_in(each.answer.arguments, "rules"),
               text_in(each.answer.arguments, "sha256").substr(0, 12)});
  }
  std::cout << table.text();
  for (const Pushed& each : all) {
    if (failed(each)) std::cerr << "chainloadctl: " << each.failure << "\n";
  }
  if (!any_failed) return;
  std::cerr << (any_changed
                    ? "chainloadctl: some servers were changed and some were not (see RESULT): repeat the "
                      "command for those, or take the change back with `chainloadctl rules rollback`\n"
                    : "chainloadctl: no server was changed\n");
}

void carry_out(std::string command, Value::Map arguments, const Change& change, Context& context) {
  if (!change.reason.empty()) arguments.push_back({"reason", text_value(change.reason)});
  const auto all =
      push(context.servers(), {std::move(command), std::move(arguments), change.if_revision, change.dry_run});
  for (const Pushed& each : all) {
    if (!each.failure.empty()) context.status = each.why;
  }
  if (context.json) {
    std::cout << laid_out_json(value_of(all, change.dry_run));
  } else {
    print(all, change.dry_run);
  }
}

std::string condition_text(const Value& match) {
  if (match.map() == nullptr || match.map()->empty()) return "(everyone who boots)";
  std::string text = store::canonical_json(match);
  constexpr std::size_t most = 60;
  if (text.size() > most) text = text.substr(0, most) + "…";
  return text;
}

std::string boot_text(const Value& boot) {
  if (is_true(boot, "pass")) return "(left as the server made it)";
  if (is_true(boot, "deny")) return "(nothing)";
  const std::string server = text_in(boot, "next-server");
  return (server.empty() ? "" : server + " ") + text_in(boot, "boot-file-name");
}

void get(const RulesOptions& options, Context& context) {
  const Server server = context.server();
  const RuleList list = rules_of(server);
  Value::Map page;
  page.push_back({"revision", number_value(list.revision)});
  page.push_back({"sha256", text_value(list.sha256)});
  page.push_back({"rules", Value(list.rules)});
  if (!options.output.empty()) {
    std::ofstream file(options.output, std::ios::binary | std::ios::trunc);
    file << laid_out_json(Value(std::move(page)));
    file.close();
    if (!file) throw Failure(ExitStatus::usage, "the file " + options.output + " cannot be written");
  } else if (context.json) {
    std::cout << laid_out_json(Value(std::move(page)));
  } else {
    Table table({"#", "NAME", "MATCH", "BOOT"});
    std::size_t number = 0;
    for (const Value& rule : list.rules) {
      const Value* const enabled = rule.find("enabled");
      const bool is_off = enabled != nullptr && enabled->boolean() != nullptr && !*enabled->boolean();
      table.add({std::to_string(number++), Cell(text_in(rule, "name"), is_off ? Colour::dim : Colour::none),
                 condition_text(map_in(rule, "match")),
                 is_off ? Cell("(switched off)", Colour::dim) : Cell(boot_text(map_in(rule, "boot")))});
    }
    std::cout << server.name() << ": revision " << list.revision << ", " << counted(list.rules.size(), "rule")
              << "\n";
    if (!table.empty()) std::cout << table.text();
  }
  if (list.rules.empty()) context.status = ExitStatus::nothing;
}

void set(const RulesOptions& options, Context& context) {
  Value::Map arguments;
  arguments.push_back({"rules", Value(rules_in_file(options.file))});
  carry_out("chainload-rules-set", std::move(arguments), options.change, context);
}

void patch(Value::List steps, const RulesOptions& options, Context& context) {
  Value::Map arguments;
  arguments.push_back({"patch", Value(std::move(steps))});
  carry_out("chainload-rules-patch", std::move(arguments), options.change, context);
}

void add(const RulesOptions& options, Context& context) {
  const bool is_text = options.rule.find_first_not_of(" \t\r\n") != std::string::npos &&
                       options.rule[options.rule.find_first_not_of(" \t\r\n")] == '{';
  Value rule = is_text ? read_config_text(options.rule, "RULE") : read_config_file(options.rule);
  Value::Map step;
  step.push_back({"op", text_value(options.replace ? "update" : "add")});
  step.push_back({"rule", std::move(rule)});
  if (!options.before.empty()) step.push_back({"before", text_value(options.before)});
  if (!options.after.empty()) step.push_back({"after", text_value(options.after)});
  if (options.index) step.push_back({"index", number_value(*options.index)});
  patch({Value(std::move(step))}, options, context);
}

void del(const RulesOptions& options, Context& context) {
  Value::List steps;
  for (const std::string& name : options.names) {
    Value::Map step;
    step.push_back({"op", text_value("del")});
    step.push_back({"name", text_value(name)});
    steps.push_back(Value(std::move(step)));
  }
  patch(std::move(steps), options, context);
}

void rollback(const RulesOptions& options, Context& context) {
  Value::Map arguments;
  if (options.revision) arguments.push_back({"revision", number_value(*options.revision)});
  carry_out("chainload-rules-rollback", std::move(arguments), options.change, context);
}

}  // namespace

void add_rules(CLI::App& app, Context& context) {
  auto* const rules =
      app.add_subcommand("rules", "read and change the managed rules of one server or of several");
  rules->require_subcommand(1);
  const auto options = std::make_shared<RulesOptions>();

  auto* const get_command = rules->add_subcommand("get", "show them, or save them with --output");
  get_command->add_option("-o,--output", options->output, "write them to this file, as `rules set` takes it");
  get_command->callback([options, &context] { get(*options, context); });

  auto* const set_command = rules->add_subcommand("set", "replace them all by those of a file");
  set_command->add_option("FILE", options->file, "the rules; - is standard input")->required();
  add_change_options(*set_command, options->change);
  set_command->callback([options, &context] { set(*options, context); });

  auto* const diff_command =
      rules->add_subcommand("diff", "compare them with a file, or, without one, those of several servers");
  diff_command->add_option("FILE", options->file, "the rules; - is standard input");
  diff_command->callback([options, &context] { diff_rules(options->file, context); });

  auto* const add_command = rules->add_subcommand("add", "add one rule, or with --replace exchange one");
  add_command->add_option("RULE", options->rule, "the rule: { … } itself, or a file; - is standard input")
      ->required();
  add_command->add_option("--before", options->before, "stand before the rule of this name");
  add_command->add_option("--after", options->after, "stand behind the rule of this name");
  add_command->add_option("--index", options->index, "stand at this number, from 0");
  add_command->add_flag("--replace", options->replace, "in place of the rule of the same name");
  add_change_options(*add_command, options->change);
  add_command->callback([options, &context] { add(*options, context); });

  auto* const del_command = rules->add_subcommand("del", "take rules away");
  del_command->add_option("NAME", options->names, "their names")->required();
  add_change_options(*del_command, options->change);
  del_command->callback([options, &context] { del(*options, context); });

  auto* const rollback_command = rules->add_subcommand("rollback", "put earlier rules in use again");
  rollback_command->add_option("--revision", options->revision,
                               "those of this revision; absent: before the last change");
  add_change_options(*rollback_command, options->change);
  rollback_command->callback([options, &context] { rollback(*options, context); });
}

}  // namespace chainload::ctl
