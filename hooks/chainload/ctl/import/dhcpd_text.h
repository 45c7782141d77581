// SPDX-License-Identifier: MPL-2.0
// dhcpd.conf, as far as booting is concerned [dhcpd.conf(5), dhcp-eval(5)]: statements in their blocks,
// conditions as what rules can ask.
#pragma once

#include <memory>

#include "imported.h"

namespace chainload::ctl::import {

struct Statement;
using Block = std::vector<Statement>;

struct Branch {
  Condition when;
  bool is_known = true;  // false: its condition cannot be said in rules
  Block body;
};

struct Statement {
  enum class Kind {
    file,      // filename, option bootfile-name
    server,    // next-server
    hostname,  // server-name, option tftp-server-name
    choice,    // if, elsif, else
    scope      // a block that speaks of some clients
  };
  Kind kind = Kind::scope;
  std::string place;
  std::string text;              // the value
  std::vector<Branch> branches;  // of a choice; `else` is one that is always
  std::string scope;             // `host`, `subnet`, `class`, `pool`, `group`, `shared-network`
  std::string name;
  Condition when;  // whom a scope speaks of
  bool is_known = true;
  Block body;
};

/// Throws Failure where braces or quotes do not match.
Block parse_dhcpd(const std::string& text, const std::string& name, Imported& imported);

}  // namespace chainload::ctl::import
