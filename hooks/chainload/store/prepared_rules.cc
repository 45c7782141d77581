// SPDX-License-Identifier: MPL-2.0
// Rule by rule, so that the tree of a large text never exists as a whole.
#include "prepared_rules.h"

#include <algorithm>
#include <unordered_set>

#include "core/read_rules.h"
#include "core/text.h"
#include "json_text.h"

namespace chainload::store {
namespace {

/// A journal record wraps a rule into some levels of its own.
constexpr std::size_t deepest_rule = core::max_value_depth - 4;

std::size_t depth_of(const core::Value& value) {
  std::size_t deepest = 0;
  if (const auto* items = value.list()) {
    for (const core::Value& item : *items) deepest = std::max(deepest, depth_of(item));
  } else if (const auto* members = value.map()) {
    for (const core::Value::Member& member : *members) deepest = std::max(deepest, depth_of(member.value));
  } else {
    return 0;
  }
  return deepest + 1;
}

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

/// Collects a list, and says what is wrong with the whole of it.
class Preparing {
 public:
  explicit Preparing(std::size_t expected, std::size_t most = most_rules) : most_(most) {
    rules_.reserve(expected);
    stored_.reserve(expected);
  }

  /// False when there is no use in going on.
  bool add(PreparedRule rule, const std::string& path) {
    if (rules_.size() == most_) {
      problems.add(
          path, rule.rule.place,
          "there are more than " + std::to_string(most_) + " rules: put machines that boot alike into one");
      return false;
    }
    text_len_ += rule.stored->json.size();
    if (text_len_ > longest_text) {
      problems.add(path, rule.rule.place,
                   "up to here the rules take more than " + std::to_string(longest_text) + " octets");
      return false;
    }
    if (!names_.insert(rule.stored->name).second) {
      problems.add(
          path, rule.rule.place,
          "the name " + core::in_quotes(rule.stored->name) + " is taken by an earlier rule: choose another");
      return true;
    }
    stored_.push_back(std::move(rule.stored));
    rules_.push_back(std::move(rule.rule));
    return true;
  }

  PreparedRules done() {
    PreparedRules prepared;
    prepared.problems = problems.text();
    if (!problems.empty()) return prepared;
    prepared.rules = RuleList(stored_);
    prepared.compiled = std::make_shared<const core::RuleSet>(std::move(rules_));
    return prepared;
  }

  core::Problems problems;

 private:
  std::size_t most_;
  std::vector<core::Rule> rules_;
  std::vector<StoredRulePtr> stored_;
  std::unordered_set<std::string_view> names_;  // into stored_
  std::size_t text_len_ = 0;
};

}  // namespace

std::optional<PreparedRule> prepare_rule(core::Value value, const std::string& path, const CheckRule& check,
                                         core::Problems& problems) {
  if (depth_of(value) > deepest_rule) {
    problems.add(path, value.place,
                 "the rule is nested deeper than " + std::to_string(deepest_rule) + ": write it flatter");
    return std::nullopt;
  }
  core::Value::List one;
  one.push_back(std::move(value));
  const core::Value list(std::move(one));
  core::Problems found;
  std::vector<core::Rule> rules = core::read_rules(list, "", found);
  for (core::Problem problem : found.list()) {
    // As an item of a list of one it is called `[0]`.
    constexpr std::string_view item = "[0]";
    problem.path.replace(0, item.size(), path);
    problems.add(std::move(problem.path), std::move(problem.place), std::move(problem.sentence));
  }
  if (rules.size() != 1) return std::nullopt;
  const std::size_t before = problems.seen();
  if (check) check(rules.front(), path, problems);
  if (problems.seen() != before) return std::nullopt;
  std::string name = rules.front().name;
  return PreparedRule{std::move(rules.front()),
                      make_stored_rule(std::move(name), canonical_json(list.list()->front()))};
}

PreparedRules prepare(std::string_view text, const CheckRule& check, std::size_t most) {
  Preparing preparing(0, most);
  std::size_t number = 0;
  const std::string fault = read_json_items(text, [&](core::Value value) {
    const std::string path = core::joined("rules", number++);
    auto rule = prepare_rule(std::move(value), path, check, preparing.problems);
    return !rule || preparing.add(std::move(*rule), path);
  });
  if (!fault.empty()) preparing.problems.add("rules", "", fault);
  return preparing.done();
}

PreparedRules prepare(std::size_t count, const std::function<core::Value(std::size_t)>& rule,
                      const CheckRule& check, std::size_t most) {
  Preparing preparing(0, most);
  for (std::size_t number = 0; number < count; ++number) {
    const std::string path = core::joined("rules", number);
    auto made = prepare_rule(rule(number), path, check, preparing.problems);
    if (made && !is_plain(made->stored->json)) {
      // Another reader may let pass what the file could not be read with.
      const JsonReading again = read_json(made->stored->json);
      if (!again.value) {
        preparing.problems.add(path, made->rule.place, "the rule cannot be kept as JSON, at " + again.fault);
        made.reset();
      }
    }
    if (made && !preparing.add(std::move(*made), path)) break;
  }
  return preparing.done();
}

PreparedRules prepare(const RuleList& rules) {
  Preparing preparing(rules.size());
  std::size_t number = 0;
  rules.each([&](const StoredRule& stored) {
    const std::string path = core::joined("rules", number++);
    JsonReading reading = read_json(stored.json);
    if (!reading.value) {
      preparing.problems.add(path, "", reading.fault);
      return;
    }
    reading.value->place.clear();
    auto rule = prepare_rule(std::move(*reading.value), path, {}, preparing.problems);
    if (rule) preparing.add(std::move(*rule), path);
  });
  return preparing.done();
}

}  // namespace chainload::store
