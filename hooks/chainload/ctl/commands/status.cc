// SPDX-License-Identifier: MPL-2.0
// chainloadctl status: servers side by side, and whether they agree.
#include <algorithm>
#include <iostream>
#include <set>

#include "ctl/command_line.h"

namespace chainload::ctl {
namespace {

using core::Value;

constexpr std::size_t hash_shown = 12;

struct Asked {
  std::string server;
  Value status;         // null: no answer
  std::string failure;  // why there is none
  ExitStatus why = ExitStatus::done;
};

std::vector<Asked> ask_all(const std::vector<Server>& servers) {
  std::vector<Asked> all;
  for (const Server& server : servers) {
    try {
      all.push_back({server.name(), server.get("chainload-status"), {}, ExitStatus::done});
    } catch (const Failure& failure) {
      all.push_back({server.name(), Value(), failure.what(), failure.status});
    }
  }
  return all;
}

std::string managed(const Asked& asked, std::string_view key) {
  return text_in(map_in(asked.status, "managed"), key);
}

/// What is not as it should be, in sentences.
std::vector<std::string> faults_of(const Asked& asked) {
  std::vector<std::string> faults;
  if (!asked.failure.empty()) faults.push_back(asked.failure);
  for (const std::string& text : {text_in(asked.status, "load-error"), managed(asked, "fault")}) {
    if (!text.empty()) faults.push_back(asked.server + ": " + text);
  }
  return faults;
}

void print_tables(const std::vector<Asked>& all, bool show_findings) {
  Table table(
      {"SERVER", "VERSION", "POLICY", "HASH", "MANAGEMENT", "REVISION", "RULES", "SHA256", "CHANGED"});
  for (const Asked& asked : all) {
    if (asked.status.map() == nullptr) {
      table.add({asked.server, Cell("no answer", Colour::bad)});
      continue;
    }
    table.add({asked.server, text_in(asked.status, "version"), text_in(asked.status, "policy-source"),
               text_in(asked.status, "hash").substr(0, hash_shown), text_in(asked.status, "management"),
               managed(asked, "revision"), managed(asked, "rules"),
               managed(asked, "sha256").substr(0, hash_shown), managed(asked, "when")});
  }
  std::cout << table.text();
  for (const Asked& asked : all) {
    for (const std::string& fault : faults_of(asked)) std::cout << coloured(fault, Colour::bad) << "\n";
    if (!show_findings) continue;
    for (const Value& finding : list_in(asked.status, "findings"))
      std::cout << asked.server << ": " << text_in(finding, "text") << "\n";
  }
}

/// Two servers boot machines alike when both hashes are the same.
bool agree(const std::vector<Asked>& all) {
  std::set<std::string> hashes;
  for (const Asked& asked : all)
    hashes.insert(text_in(asked.status, "hash") + " " + managed(asked, "sha256"));
  return hashes.size() <= 1;
}

void show_status(bool show_findings, Context& context) {
  const std::vector<Asked> all = ask_all(context.servers());
  if (context.json) {
    Value::Map servers;
    for (const Asked& asked : all)
      servers.push_back({asked.server, asked.failure.empty() ? asked.status : text_value(asked.failure)});
    std::cout << laid_out_json(Value(std::move(servers)));
  } else {
    print_tables(all, show_findings);
  }
  for (const Asked& asked : all) {
    if (asked.why != ExitStatus::done) context.status = asked.why;
  }
  if (context.status != ExitStatus::done) return;
  // For whoever watches the exit status alone: a server that goes on with what last worked needs somebody.
  if (std::any_of(all.begin(), all.end(), [](const Asked& asked) { return !faults_of(asked).empty(); }))
    context.status = ExitStatus::refused;
  if (all.size() < 2) return;
  const bool same = agree(all);
  if (!same && context.status == ExitStatus::done) context.status = ExitStatus::differing;
  if (context.json) return;
  std::cout << (same ? coloured("the servers agree", Colour::good)
                     : coloured("the servers do not agree: see HASH (everything) and SHA256 (managed rules)",
                                Colour::bad))
            << "\n";
}

}  // namespace

void add_status(CLI::App& app, Context& context) {
  auto* const command =
      app.add_subcommand("status", "show servers side by side: what is in use, and do they agree");
  const auto show_findings = std::make_shared<bool>(false);
  command->add_flag("--findings", *show_findings, "also what lint finds about their rules");
  command->callback([show_findings, &context] { show_status(*show_findings, context); });
}

}  // namespace chainload::ctl
