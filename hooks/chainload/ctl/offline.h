// SPDX-License-Identifier: MPL-2.0
// A file as the hook library would take it: kea-dhcp4.conf, the library's parameters, or a list of managed
// rules.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/lint/lint.h"
#include "core/parameters.h"
#include "core/policy/policy.h"
#include "core/policy/scopes.h"

namespace chainload::ctl {

enum class FileKind {
  server_configuration,  // a map with Dhcp4
  parameters,            // of the library
  rules  // a list of rules, alone or as `rules` of a map without other parameters, or of a command
};

/// One thing to be said about the file.
struct Remark {
  std::string place;  // `kea.conf:12:5`
  std::string path;   // `rules[3].match.arch`, `static/NAME`
  std::string sentence;
  bool is_fault = false;  // the library refuses this file; otherwise lint found it
  std::string id;         // of the finding
};

struct Offline {
  FileKind kind = FileKind::rules;
  core::Problems problems;
  core::Policy policy;  // complete only where there are no problems
  core::OuterScope outermost;
  std::shared_ptr<const core::Scopes> scopes = std::make_shared<const core::Scopes>();
  bool looks_up_hosts = false;
  std::size_t rules = 0;
  std::vector<Remark> remarks;  // faults first, then what lint found

  bool is_usable() const { return problems.empty(); }
};

/// Checks what the library checks, in the same words. `text_name` is shown where a place is missing.
Offline read_offline(const core::Value& whole, const std::string& text_name);

}  // namespace chainload::ctl
