// SPDX-License-Identifier: MPL-2.0
// Pages fit together when all are of one revision.
#include "rule_pages.h"

#include "config_text.h"

namespace chainload::ctl {
namespace {

using core::Value;

constexpr int attempts = 5;

/// False: the rules were changed between two pages.
bool read_pages(const Server& server, RuleList& list) {
  std::int64_t from = 0;
  while (true) {
    Value::Map arguments;
    arguments.push_back({"from", number_value(from)});
    arguments.push_back({"limit", number_value(page_size)});
    if (from != 0) arguments.push_back({"if-revision", number_value(list.revision)});
    const Answer page = server.ask("chainload-rules-get-page", std::move(arguments));
    if (page.result == result_conflict && from != 0) return false;
    if (page.result != 0 && page.result != result_empty) throw failure_of(server, page);
    list.revision = number_in(page.arguments, "revision");
    list.sha256 = text_in(page.arguments, "sha256");
    for (const Value& rule : list_in(page.arguments, "rules")) list.rules.push_back(rule);
    if (page.arguments.find("next") == nullptr) return true;
    from = number_in(page.arguments, "next");
  }
}

}  // namespace

RuleList rules_of(const Server& server) {
  for (int i = 0; i < attempts; ++i) {
    RuleList list;
    if (read_pages(server, list)) return list;
  }
  throw Failure(ExitStatus::conflict,
                server.name() + ": its rules change faster than they can be read: try again");
}

const Value* rules_alone(const Value& whole) {
  if (whole.list() != nullptr) return &whole;
  if (whole.find("command") != nullptr) return map_in(whole, "arguments").find("rules");
  const Value* const rules = whole.find("rules");
  if (rules == nullptr) return nullptr;
  const bool is_page = whole.find("revision") != nullptr || whole.find("sha256") != nullptr;
  return is_page || whole.map()->size() == 1 ? rules : nullptr;
}

Value::List rules_in_file(const std::string& path) {
  const Value whole = read_config_file(path);
  const Value* const rules = rules_alone(whole);
  if (rules == nullptr || rules->list() == nullptr) {
    throw Failure(ExitStatus::usage, whole.place +
                                         ": there are no rules here: write a list [ … ], or "
                                         "{ \"rules\": [ … ] } as `rules get` prints it");
  }
  return *rules->list();
}

}  // namespace chainload::ctl
