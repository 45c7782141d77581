// SPDX-License-Identifier: MPL-2.0
// chainloadctl check: what the library would say of a file, before any server sees it.
#include <iostream>

#include "ctl/command_line.h"
#include "ctl/config_text.h"
#include "ctl/offline.h"
#include "store/json_text.h"

namespace chainload::ctl {
namespace {

using core::Value;

struct CheckOptions {
  std::vector<std::string> files;
  bool strict = false;
};

Offline checked(const std::string& file, const std::string& name) {
  try {
    return read_offline(read_config_file(file), name);
  } catch (const Failure& failure) {
    if (failure.status != ExitStatus::refused) throw;
    // Not even JSON: the sentence begins with its place.
    Offline offline;
    const std::string text = failure.what();
    const auto end = text.find(": ");
    offline.problems.add("", text.substr(0, end), text.substr(end + 2));
    offline.remarks.push_back({text.substr(0, end), "", text.substr(end + 2), true, "not-json"});
    return offline;
  }
}

Value value_of(const Remark& remark) {
  Value::Map map;
  map.push_back({"place", text_value(remark.place)});
  map.push_back({"severity", text_value(remark.is_fault ? "fault" : "warning")});
  map.push_back({"id", text_value(remark.id)});
  map.push_back({"path", text_value(remark.path)});
  map.push_back({"sentence", text_value(remark.sentence)});
  return Value(std::move(map));
}

std::string line_of(const Remark& remark) {
  return remark.place + ": " +
         (remark.is_fault ? coloured("fault", Colour::bad) : coloured("warning", Colour::strong)) + ": " +
         (remark.path.empty() ? "" : remark.path + ": ") + remark.sentence + "\n";
}

void check(const CheckOptions& options, Context& context) {
  Value::List shown;
  for (const std::string& file : options.files) {
    const std::string name = file == "-" ? "standard input" : file;
    const Offline offline = checked(file, name);
    std::size_t faults = 0;
    for (const Remark& remark : offline.remarks) {
      faults += remark.is_fault;
      if (context.json) {
        shown.push_back(value_of(remark));
      } else {
        std::cout << line_of(remark);
      }
    }
    if (const std::size_t more = offline.problems.seen() - offline.problems.list().size();
        more != 0 && !context.json)
      std::cout << name << ": and " << counted(more, "more fault") << "\n";
    if (faults != 0 || (options.strict && !offline.remarks.empty())) context.status = ExitStatus::refused;
    if (faults == 0 && !context.json) {
      std::cout << name << ": " << coloured("good", Colour::good) << ": " << counted(offline.rules, "rule")
                << ", " << counted(offline.remarks.size(), "warning") << "\n";
    }
  }
  if (context.json) std::cout << laid_out_json(Value(std::move(shown)));
}

}  // namespace

void add_check(CLI::App& app, Context& context) {
  auto* const command = app.add_subcommand(
      "check", "check a kea-dhcp4.conf, the library's parameters or a list of rules, without a server");
  const auto options = std::make_shared<CheckOptions>();
  command->add_option("FILE", options->files, "the files; - is standard input")->required();
  command->add_flag("--strict", options->strict, "exit with 1 for warnings, too");
  command->callback([options, &context] { check(*options, context); });
}

}  // namespace chainload::ctl
