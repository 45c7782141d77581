// SPDX-License-Identifier: MPL-2.0
// Two rounds.
#include "push.h"

namespace chainload::ctl {
namespace {

using core::Value;

Value::Map arguments_of(const Push& wanted, std::optional<std::int64_t> revision, bool dry_run) {
  Value::Map arguments = wanted.arguments;
  if (revision) arguments.push_back({"if-revision", number_value(*revision)});
  if (dry_run) arguments.push_back({"dry-run", Value(true)});
  return arguments;
}

void ask(const Server& server, const Push& wanted, std::optional<std::int64_t> revision, bool dry_run,
         Pushed& pushed) {
  try {
    pushed.answer = server.ask(wanted.command, arguments_of(wanted, revision, dry_run));
    if (pushed.answer.result != 0) throw failure_of(server, pushed.answer);
  } catch (const Failure& failure) {
    pushed.failure = failure.what();
    pushed.why = failure.status;
  }
}

}  // namespace

std::vector<Pushed> push(const std::vector<Server>& servers, const Push& wanted) {
  std::vector<Pushed> all;
  bool would_all = true;
  for (const Server& server : servers) {
    Pushed pushed;
    pushed.server = server.name();
    try {
      const Value status = server.get("chainload-status");
      pushed.before = number_in(map_in(status, "managed"), "revision");
      ask(server, wanted, wanted.if_revision.value_or(pushed.before), true, pushed);
    } catch (const Failure& failure) {
      pushed.failure = failure.what();
      pushed.why = failure.status;
    }
    would_all = would_all && pushed.failure.empty();
    all.push_back(std::move(pushed));
  }
  if (!would_all || wanted.dry_run) return all;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    ask(servers[i], wanted, all[i].before, false, all[i]);
    all[i].is_changed = all[i].failure.empty();
  }
  return all;
}

}  // namespace chainload::ctl
