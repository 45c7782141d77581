// SPDX-License-Identifier: MPL-2.0
// chainloadctl rules diff.
#include "rules_diff.h"

#include <algorithm>
#include <iostream>
#include <unordered_map>

#include "ctl/rule_pages.h"
#include "store/json_text.h"

namespace chainload::ctl {
namespace {

using core::Value;

struct Difference {
  std::string rule;
  std::string what;  // `added`, `removed`, `changed`, `moved`
  std::string from;
  std::string to;
};

using ByName = std::unordered_map<std::string, std::string>;

ByName texts_of(const Value::List& rules) {
  ByName texts;
  for (const Value& rule : rules) texts.emplace(text_in(rule, "name"), store::canonical_json(rule));
  return texts;
}

std::vector<std::string> common_names(const Value::List& rules, const ByName& others) {
  std::vector<std::string> names;
  for (const Value& rule : rules) {
    if (others.count(text_in(rule, "name")) != 0) names.push_back(text_in(rule, "name"));
  }
  return names;
}

/// Which of the new order stay where they are: as many as can, in the order they had before.
std::vector<bool> staying(const std::vector<std::size_t>& old_places) {
  constexpr std::size_t none = SIZE_MAX;
  std::vector<std::size_t>
      ends;  // of the best run of each length: the one that ends earliest in the old order
  std::vector<std::size_t> one_before(old_places.size(), none);
  for (std::size_t i = 0; i < old_places.size(); ++i) {
    const auto end =
        std::lower_bound(ends.begin(), ends.end(), old_places[i],
                         [&](std::size_t each, std::size_t place) { return old_places[each] < place; });
    if (end != ends.begin()) one_before[i] = *(end - 1);
    if (end == ends.end()) {
      ends.push_back(i);
    } else {
      *end = i;
    }
  }
  std::vector<bool> stays(old_places.size());
  for (std::size_t i = ends.empty() ? none : ends.back(); i != none; i = one_before[i]) stays[i] = true;
  return stays;
}

std::string place_text(const std::vector<std::string>& order, std::size_t at) {
  return at == 0 ? "first" : "behind " + order[at - 1];
}

/// Both orders hold the same names.
void add_moved(const std::vector<std::string>& old_order, const std::vector<std::string>& new_order,
               std::vector<Difference>& found) {
  std::unordered_map<std::string, std::size_t> place_of;
  for (std::size_t i = 0; i < old_order.size(); ++i) place_of.emplace(old_order[i], i);
  std::vector<std::size_t> old_places;
  for (const std::string& name : new_order) old_places.push_back(place_of.at(name));
  const std::vector<bool> stays = staying(old_places);
  for (std::size_t i = 0; i < new_order.size(); ++i) {
    if (stays[i]) continue;
    found.push_back({new_order[i], "moved", place_text(old_order, old_places[i]), place_text(new_order, i)});
  }
}

/// What changes on the way from one to the other.
std::vector<Difference> differences(const Value::List& from, const Value::List& to) {
  const ByName before = texts_of(from);
  const ByName after = texts_of(to);
  std::vector<Difference> found;
  for (const Value& rule : from) {
    const std::string name = text_in(rule, "name");
    const auto other = after.find(name);
    if (other == after.end()) {
      found.push_back({name, "removed", before.at(name), {}});
    } else if (other->second != before.at(name)) {
      found.push_back({name, "changed", before.at(name), other->second});
    }
  }
  for (const Value& rule : to) {
    const std::string name = text_in(rule, "name");
    if (before.count(name) == 0) found.push_back({name, "added", {}, after.at(name)});
  }
  add_moved(common_names(from, after), common_names(to, before), found);
  return found;
}

void print(const std::string& from, const std::string& to, const std::vector<Difference>& found) {
  if (found.empty()) {
    std::cout << from << " and " << to << " have the same rules\n";
    return;
  }
  std::cout << "from " << from << " to " << to << ":\n";
  for (const Difference& each : found) {
    std::cout << coloured(each.what + " " + each.rule, Colour::strong) << "\n";
    if (!each.from.empty()) std::cout << coloured("  - " + each.from, Colour::bad) << "\n";
    if (!each.to.empty()) std::cout << coloured("  + " + each.to, Colour::good) << "\n";
  }
}

Value value_of(const std::string& from, const std::string& to, const std::vector<Difference>& found) {
  Value::List list;
  for (const Difference& each : found) {
    Value::Map map;
    map.push_back({"rule", text_value(each.rule)});
    map.push_back({"what", text_value(each.what)});
    list.push_back(Value(std::move(map)));
  }
  Value::Map map;
  map.push_back({"from", text_value(from)});
  map.push_back({"to", text_value(to)});
  map.push_back({"differences", Value(std::move(list))});
  return Value(std::move(map));
}

}  // namespace

void diff_rules(const std::string& file, Context& context) {
  const std::vector<Server> servers = context.servers();
  if (file.empty() && servers.size() < 2) {
    throw Failure(ExitStatus::usage, "there is nothing to compare with: give a FILE, or --server twice");
  }
  const std::string to = file.empty() ? servers.front().name() : file;
  const Value::List wanted = file.empty() ? rules_of(servers.front()).rules : rules_in_file(file);
  Value::List shown;
  for (std::size_t i = file.empty() ? 1 : 0; i < servers.size(); ++i) {
    const auto found = differences(rules_of(servers[i]).rules, wanted);
    if (!found.empty()) context.status = ExitStatus::differing;
    if (context.json) {
      shown.push_back(value_of(servers[i].name(), to, found));
    } else {
      print(servers[i].name(), to, found);
    }
  }
  if (context.json) std::cout << laid_out_json(Value(std::move(shown)));
}

}  // namespace chainload::ctl
