// SPDX-License-Identifier: MPL-2.0
// Slice by slice, by as many threads as may work at once; then the slices are put together in order.
#include "prepared_rules.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/facts/text.h"
#include "core/rules/read_rules.h"
#include "in_parallel.h"
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

/// The rules that are there already, by name.
class Earlier {
 public:
  explicit Earlier(const RuleList* rules) {
    if (rules == nullptr) return;
    for (StoredRulePtr& rule : rules->all()) by_name_.emplace(rule->name, std::move(rule));
  }
  /// One of the same text, or null.
  StoredRulePtr same(const std::string& name, const std::string& json) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() || found->second->json != json ? nullptr : found->second;
  }

 private:
  std::unordered_map<std::string_view, StoredRulePtr> by_name_;  // the views are into the rules
};

/// The rule that the value holds; nothing, and problems, when it is wrong.
std::optional<core::Rule> read_rule(const core::Value& list, const std::string& path, const CheckRule& check,
                                    core::Problems& problems) {
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
  return std::move(rules.front());
}

core::Value list_of_one(core::Value value) {
  core::Value::List one;
  one.push_back(std::move(value));
  return core::Value(std::move(one));
}

bool is_too_deep(const core::Value& value, const std::string& path, core::Problems& problems) {
  if (depth_of(value) <= deepest_rule) return false;
  problems.add(path, value.place,
               "the rule is nested deeper than " + std::to_string(deepest_rule) + ": write it flatter");
  return true;
}

std::optional<PreparedRule> prepare_one(core::Value value, const std::string& path, const Preparation& how,
                                        const Earlier& earlier, core::Problems& problems) {
  if (is_too_deep(value, path, problems)) return std::nullopt;
  const core::Value list = list_of_one(std::move(value));
  auto rule = read_rule(list, path, how.check, problems);
  if (!rule) return std::nullopt;
  std::string json = canonical_json(list.list()->front());
  StoredRulePtr stored = earlier.same(rule->name, json);
  if (stored == nullptr) stored = make_stored_rule(rule->name, std::move(json), how.since);
  PreparedRule prepared{std::move(*rule), nullptr};
  take_over(prepared, std::move(stored));
  return prepared;
}

/// Consecutive rules, prepared by one thread.
struct Slice {
  struct Numbered {
    std::size_t number;
    PreparedRule rule;
  };
  std::vector<Numbered> rules;
  core::Problems problems;
};
constexpr std::size_t slice_len = 512;

std::string path_of(std::size_t number) {
  return core::joined("rules", number);
}

/// `make(number, slice)` prepares one rule or adds a problem.
template <class Make>
std::vector<Slice> slices_of(std::size_t count, unsigned threads, Make&& make) {
  std::vector<Slice> slices((count + slice_len - 1) / slice_len);
  in_parallel(slices.size(), threads, [&](std::size_t part) {
    Slice& slice = slices[part];
    const std::size_t end = std::min(count, (part + 1) * slice_len);
    slice.rules.reserve(slice_len);
    for (std::size_t number = part * slice_len; number < end; ++number) {
      std::optional<PreparedRule> made = make(number, slice.problems);
      if (made) slice.rules.push_back({number, std::move(*made)});
    }
  });
  return slices;
}

/// Puts the slices together, and says what is wrong with the whole.
class Joining {
 public:
  explicit Joining(std::size_t count) {
    rules_.reserve(count);
    stored_.reserve(count);
    names_.reserve(count);
  }

  void add(Slice slice) {
    for (const core::Problem& each : slice.problems.list()) {
      problems.add(each.path, each.place, each.sentence);
    }
    for (Slice::Numbered& each : slice.rules) add(std::move(each));
  }

  PreparedRules done(const RuleList* same = nullptr) {
    if (text_len_ > longest_text) {
      problems.add(
          "rules", "",
          "they take " + std::to_string(text_len_) + " octets, more than " + std::to_string(longest_text));
    }
    PreparedRules prepared;
    prepared.problems = problems.text();
    if (!problems.empty()) return prepared;
    prepared.rules = same != nullptr ? *same : RuleList(stored_);
    prepared.compiled = std::make_shared<const core::RuleSet>(std::move(rules_));
    return prepared;
  }

  core::Problems problems;

 private:
  void add(Slice::Numbered each) {
    text_len_ += each.rule.stored->json.size();
    if (!names_.insert(each.rule.stored->name).second) {
      problems.add(path_of(each.number), each.rule.rule.place,
                   "the name " + core::in_quotes(each.rule.stored->name) +
                       " is taken by an earlier rule: choose another");
      return;
    }
    stored_.push_back(std::move(each.rule.stored));
    rules_.push_back(std::move(each.rule.rule));
  }

  std::vector<core::Rule> rules_;
  std::vector<StoredRulePtr> stored_;
  std::unordered_set<std::string_view> names_;  // into stored_
  std::size_t text_len_ = 0;
};

/// `same` is the list they make up, where there is one already.
PreparedRules put_together(std::vector<Slice> slices, const RuleList* same = nullptr) {
  std::size_t count = 0;
  for (const Slice& slice : slices) count += slice.rules.size();
  Joining joining(count);
  for (Slice& slice : slices) joining.add(std::move(slice));
  return joining.done(same);
}

PreparedRules refused(const std::string& path, const std::string& sentence) {
  PreparedRules prepared;
  prepared.problems = path + ": " + sentence;
  return prepared;
}

}  // namespace

void take_over(PreparedRule& rule, StoredRulePtr stored) {
  rule.rule.tally = std::shared_ptr<core::RuleTally>(stored, &stored->tally);
  rule.rule.since = stored->since;
  rule.stored = std::move(stored);
}

std::optional<PreparedRule> prepare_rule(core::Value value, const std::string& path, const Preparation& how,
                                         core::Problems& problems) {
  return prepare_one(std::move(value), path, how, Earlier(how.earlier), problems);
}

PreparedRules prepare(std::string_view text, const Preparation& how) {
  core::Value::List items;
  const std::string fault = read_json_items(text, [&](core::Value value) {
    items.push_back(std::move(value));
    return items.size() <= how.most;
  });
  if (!fault.empty()) return refused("rules", fault);
  return prepare(
      items.size(), [&](std::size_t number) { return items[number]; }, how);
}

PreparedRules prepare(std::size_t count, const std::function<core::Value(std::size_t)>& rule,
                      const Preparation& how) {
  if (count > how.most) {
    return refused(path_of(how.most), "there are more than " + std::to_string(how.most) +
                                          " rules: put machines that boot alike into one");
  }
  const Earlier earlier(how.earlier);
  return put_together(slices_of(count, how.threads, [&](std::size_t number, core::Problems& problems) {
    const std::string path = path_of(number);
    auto made = prepare_one(rule(number), path, how, earlier, problems);
    if (!made || is_plain(made->stored->json)) return made;
    // Another reader may let pass what the file could not be read with.
    const JsonReading again = read_json(made->stored->json);
    if (again.value) return made;
    problems.add(path, made->rule.place, "the rule cannot be kept as JSON, at " + again.fault);
    return std::optional<PreparedRule>();
  }));
}

PreparedRules prepare(const RuleList& rules, unsigned threads) {
  const std::vector<StoredRulePtr> all = rules.all();
  const auto prepare_again = [&](std::size_t number, core::Problems& problems) {
    const StoredRulePtr& stored = all[number];
    const std::string path = path_of(number);
    std::optional<PreparedRule> none;
    JsonReading reading = read_json(stored->json);
    if (!reading.value) {
      problems.add(path, "", reading.fault);
      return none;
    }
    reading.value->place.clear();
    if (is_too_deep(*reading.value, path, problems)) return none;
    auto rule = read_rule(list_of_one(std::move(*reading.value)), path, {}, problems);
    if (!rule) return none;
    std::optional prepared(PreparedRule{std::move(*rule), nullptr});
    take_over(*prepared, stored);
    return prepared;
  };
  return put_together(slices_of(all.size(), threads, prepare_again), &rules);
}

}  // namespace chainload::store
