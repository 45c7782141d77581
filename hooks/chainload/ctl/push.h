// SPDX-License-Identifier: MPL-2.0
// One change to several servers: every server is asked first whether it would take it, and only then is any
// changed.
#pragma once

#include <optional>

#include "server.h"

namespace chainload::ctl {

struct Pushed {
  std::string server;
  std::int64_t before = 0;  // its revision when it was asked
  bool is_changed = false;
  Answer answer;
  std::string failure;  // why not
  ExitStatus why = ExitStatus::done;
};

struct Push {
  std::string command;
  core::Value::Map arguments;  // without if-revision and dry-run
  std::optional<std::int64_t> if_revision;
  bool dry_run = false;
};

/// One entry for each server, in their order. If any would refuse none is changed. Between the question and
/// the change nobody else's change is overwritten: each server takes it at the revision that it was asked at.
std::vector<Pushed> push(const std::vector<Server>& servers, const Push& wanted);

}  // namespace chainload::ctl
