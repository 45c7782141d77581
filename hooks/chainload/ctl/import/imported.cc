// SPDX-License-Identifier: MPL-2.0
// From conditions to the match object of a rule.
#include "imported.h"

#include <algorithm>

#include "core/rules/built_in.h"
#include "ctl/server.h"

namespace chainload::ctl::import {
namespace {

using core::Value;

constexpr std::size_t most_conjunctions = 1000;
constexpr std::size_t longest_name = 64;

Value values_of(std::vector<std::string> values, bool all) {
  if (values.size() == 1) return text_value(values.front());
  Value::List list;
  for (const std::string& value : values) list.push_back(text_value(value));
  if (!all) return Value(std::move(list));
  Value::Map map;
  map.push_back({"all", Value(std::move(list))});
  return Value(std::move(map));
}

Value match_of(const Conjunction& when) {
  Value::Map match;
  for (const auto& [key, values] : when.all) {
    if (key != any_user_class) match.push_back({key, values_of(values, true)});
  }
  if (when.all.count(any_user_class) != 0 && when.all.count("user-class") == 0)
    match.push_back({"user-class", values_of({"gPXE", "iPXE"}, false)});
  Value::List none;
  for (const Conjunction& each : when.none) none.push_back(match_of(each));
  if (none.size() == 1) {
    match.push_back({"not", std::move(none.front())});
  } else if (!none.empty()) {
    match.push_back({"not", Value(std::move(none))});
  }
  return Value(std::move(match));
}

bool asks_for_any_user_class(const Conjunction& when) {
  return (when.all.count(any_user_class) != 0 && when.all.count("user-class") == 0) ||
         std::any_of(when.none.begin(), when.none.end(), asks_for_any_user_class);
}

/// `%{` would be a variable of ours.
std::string without_variables(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    plain += text[i];
    if (text[i] == '%' && i + 1 < text.size() && text[i + 1] == '{') plain += '%';
  }
  return plain;
}

}  // namespace

Condition always() {
  return {Conjunction{}};
}

Condition is(const std::string& key, const std::string& value) {
  Conjunction one;
  one.all[key] = {value};
  return {one};
}

Conjunction both(const Conjunction& a, const Conjunction& b) {
  Conjunction result = a;
  for (const auto& [key, values] : b.all) {
    auto& mine = result.all[key];
    for (const std::string& value : values) {
      if (std::find(mine.begin(), mine.end(), value) == mine.end()) mine.push_back(value);
    }
  }
  result.none.insert(result.none.end(), b.none.begin(), b.none.end());
  return result;
}

Condition both(const Condition& a, const Condition& b) {
  Condition result;
  for (const Conjunction& one : a) {
    for (const Conjunction& other : b) {
      if (result.size() < most_conjunctions) result.push_back(both(one, other));
    }
  }
  return result;
}

Condition either(const Condition& a, const Condition& b) {
  Condition result = a;
  result.insert(result.end(), b.begin(), b.end());
  return result;
}

Condition negation(const Condition& condition) {
  Conjunction none;
  for (const Conjunction& each : condition) {
    if (each.empty()) return {};
    none.none.push_back(each);
  }
  return {none};
}

void Imported::add(std::string name, const Conjunction& when, const Boot& boot, const std::string& place) {
  if (boot.empty()) return;
  for (char& c : name) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_' || c == '.';
    if (!fits) c = '-';
  }
  name = name.substr(0, longest_name - 6);
  std::string unique = name;
  for (int i = 2; !names_.insert(unique).second; ++i) unique = name + "-" + std::to_string(i);
  Value::Map fields;
  if (boot.server) {
    std::string why;
    if (core::read_next_server(*boot.server, why)) {
      fields.push_back({"next-server", text_value(*boot.server)});
    } else {
      leave_out(place, "next-server " + *boot.server + ": rules want an address; write that of this machine");
    }
  }
  if (boot.hostname) fields.push_back({"server-hostname", text_value(without_variables(*boot.hostname))});
  if (boot.file) fields.push_back({"boot-file-name", text_value(without_variables(*boot.file))});
  if (fields.empty()) return;
  if (asks_for_any_user_class(when))
    leave_out(place,
              "any user class at all cannot be asked for: the rule " + unique + " asks for gPXE or iPXE");
  Value::Map rule;
  rule.push_back({"name", text_value(unique)});
  Value match = match_of(when);
  if (!match.map()->empty()) rule.push_back({"match", std::move(match)});
  rule.push_back({"boot", Value(std::move(fields))});
  rules_.push_back(Value(std::move(rule)));
}

void Imported::leave_out(const std::string& place, const std::string& sentence) {
  const bool is_known = std::any_of(left_out_.begin(), left_out_.end(), [&](const LeftOut& each) {
    return each.place == place && each.sentence == sentence;
  });
  if (!is_known) left_out_.push_back({place, sentence});
}

}  // namespace chainload::ctl::import
