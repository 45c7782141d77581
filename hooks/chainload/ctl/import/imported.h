// SPDX-License-Identifier: MPL-2.0
// What becomes of another server's configuration: rules, and sentences about what could not be said in rules.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/rules/value.h"

namespace chainload::ctl::import {

/// Conditions that must all hold, and others of which none may. Empty: always.
struct Conjunction {
  std::map<std::string, std::vector<std::string>> all;  // key of `match` → values, every one of them required
  std::vector<Conjunction> none;

  bool empty() const { return all.empty() && none.empty(); }
};

/// Any of them: empty is never, and one that is empty is always.
using Condition = std::vector<Conjunction>;

Condition always();
Condition is(const std::string& key, const std::string& value);
Conjunction both(const Conjunction& a, const Conjunction& b);
Condition both(const Condition& a, const Condition& b);
Condition either(const Condition& a, const Condition& b);
Condition negation(const Condition& condition);

/// The key that stands for `exists user-class`: no rule can ask that, only for certain classes.
inline constexpr const char* any_user_class = "any user-class";

struct Boot {
  std::optional<std::string> file;
  std::optional<std::string> server;    // dotted
  std::optional<std::string> hostname;  // server-hostname

  bool empty() const { return !file && !server && !hostname; }
};

struct LeftOut {
  std::string place;
  std::string sentence;
};

class Imported {
 public:
  /// Adds a rule; `name` is made fit and unique. Nothing where `boot` is empty.
  void add(std::string name, const Conjunction& when, const Boot& boot, const std::string& place);
  void leave_out(const std::string& place, const std::string& sentence);

  const core::Value::List& rules() const { return rules_; }
  const std::vector<LeftOut>& left_out() const { return left_out_; }

 private:
  core::Value::List rules_;
  std::vector<LeftOut> left_out_;
  std::set<std::string> names_;
};

/// `name` stands for the file in places. Throw Failure where the text cannot be read at all.
Imported import_dhcpd(const std::string& text, const std::string& name);
Imported import_dnsmasq(const std::string& text, const std::string& name);

}  // namespace chainload::ctl::import
