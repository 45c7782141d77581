// SPDX-License-Identifier: MPL-2.0
// A value being read, with its path and the list of problems: what is not as wanted is said with both.
#pragma once

#include <cstdint>
#include <optional>

#include "problems.h"
#include "value.h"

namespace chainload::core {

class Reading {
 public:
  Reading(const Value& value, std::string path, Problems& problems)
      : value_(value), path_(std::move(path)), problems_(problems) {}

  const Value& value() const { return value_; }
  const std::string& path() const { return path_; }
  const std::string& place() const { return value_.place; }
  Problems& problems() const { return problems_; }

  void fail(std::string sentence) const { problems_.add(path_, value_.place, std::move(sentence)); }

  /// Nothing, and a problem, when the value is of another kind.
  std::optional<std::string> string() const {
    if (const auto* text = value_.string()) return *text;
    fail("it is " + std::string(kind_text(value_.kind())) + ": write a string in quotes");
    return std::nullopt;
  }
  std::optional<bool> boolean() const {
    if (const auto* claim = value_.boolean()) return *claim;
    fail("it is " + std::string(kind_text(value_.kind())) + ": write true or false, without quotes");
    return std::nullopt;
  }

  /// Calls `visit` for each item of a list; false, and a problem, when it is none.
  template <class Visit>
  bool each(Visit&& visit) const {
    const Value::List* const items = value_.list();
    if (items == nullptr) {
      fail("it is " + std::string(kind_text(value_.kind())) + ": write a list, [ … ]");
      return false;
    }
    for (std::size_t i = 0; i < items->size(); ++i) visit(Reading((*items)[i], joined(path_, i), problems_));
    return true;
  }

  /// The same for the members of a map, in their order. A key that stands twice is a problem.
  template <class Visit>
  bool each_member(Visit&& visit) const {
    const Value::Map* const members = value_.map();
    if (members == nullptr) {
      fail("it is " + std::string(kind_text(value_.kind())) + ": write a map, { … }");
      return false;
    }
    for (const Value::Member& member : *members) {
      const Reading item(member.value, joined(path_, printable_key(member.key)), problems_);
      if (value_.find(member.key) != &member.value) {
        item.fail("the key stands twice: keep one");
        continue;
      }
      visit(member.key, item);
    }
    return true;
  }

 private:
  static std::string printable_key(const std::string& key);

  const Value& value_;
  std::string path_;
  Problems& problems_;
};

}  // namespace chainload::core
