// SPDX-License-Identifier: MPL-2.0
// chainload-rule-stats-get-page: how often each rule answered, and when last.
#include <cc/command_interpreter.h>

#include "answers.h"
#include "core/facts/text.h"
#include "core/rules/read_rules.h"
#include "kea/arguments.h"
#include "kea/clocks.h"
#include "kea/compat.h"

namespace chainload::kea {
namespace {

using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;

/// One page looks at so many rules: who wants the unused ones of a long list goes on with the next page.
constexpr std::size_t most_looked_at = 20000;

ElementPtr number_element(std::uint64_t number) {
  return Element::create(static_cast<long long>(number));
}

const char* standing(const core::Rule& rule, core::Instant now) {
  if (!rule.enabled) return "disabled";
  if (rule.not_before && now < *rule.not_before) return "not-yet";
  if (rule.not_after && now > *rule.not_after) return "over";
  return "in-force";
}

/// Rules are offered in the order in which they are asked; those from number `from` on are put on the page.
class StatsPage {
 public:
  StatsPage(const ConstElementPtr& arguments, core::Instant loaded)
      : from_(static_cast<std::size_t>(number_in(arguments, "from", 0))),
        limit_(static_cast<std::size_t>(number_in(arguments, "limit", usual_page))),
        only_unused_(flag_in(arguments, "unused")),
        loaded_(loaded) {}

  void offer(std::string_view source, const core::LayeredRules& rules) {
    rules.each([&](const core::Rule& rule) {
      offer(source, rule);
      return true;
    });
  }
  void offer(std::string_view source, const core::RuleSet& rules) {
    for (const core::Rule& rule : rules.rules()) offer(source, rule);
  }
  /// The rows that can answer.
  void offer(std::string_view source, const core::BuiltInTable& table) {
    const auto row = [&](std::string_view name, std::size_t number) {
      offer({source, name, table.tallies[number], nullptr});
    };
    row(core::script_row, core::TableTallies::script);
    row(core::raspberry_pi_row, core::TableTallies::raspberry_pi);
    for (std::uint16_t i = 0; i < core::architecture_count; ++i) {
      if ((*table.firmware)[i]) row(core::architecture_rule(i), i);
    }
  }

  std::size_t total() const { return number_; }
  std::size_t count() const { return list_->size(); }
  ElementPtr element() const {
    const ElementPtr answer = Element::createMap();
    answer->set("total", number_element(total()));
    answer->set("from", number_element(from_));
    answer->set("count", number_element(count()));
    if (from_ + looked_at_ < total()) answer->set("next", number_element(from_ + looked_at_));
    answer->set("rules", list_);
    return answer;
  }

 private:
  struct Row {
    std::string_view source;
    std::string_view name;
    const core::RuleTally& tally;
    const core::Rule* rule;  // null: a row of a built-in table
  };

  bool is_full() const { return count() == limit_ || looked_at_ == most_looked_at; }

  void offer(std::string_view source, const core::Rule& rule) {
    offer({source, rule.name, *rule.tally, &rule});
  }
  void offer(const Row& row) {
    if (number_++ < from_ || is_full()) return;
    ++looked_at_;
    if (!only_unused_ || row.tally.hits() == 0) list_->add(element_of(row));
  }

  ElementPtr element_of(const Row& row) const {
    const ElementPtr element = Element::createMap();
    const std::string before = row.source.empty() ? "" : std::string(row.source) + "/";
    element->set("rule", Element::create(core::printable(before + std::string(row.name))));
    element->set("hits", number_element(row.tally.hits()));
    if (const auto last = row.tally.last())
      element->set("last-hit", Element::create(core::instant_text(*last)));
    const core::Instant since = row.rule == nullptr ? loaded_ : std::max(row.rule->since, loaded_);
    element->set("since", Element::create(core::instant_text(since)));
    element->set("state", Element::create(row.rule == nullptr ? "in-force" : standing(*row.rule, now_)));
    if (row.rule != nullptr && !row.rule->place.empty())
      element->set("place", Element::create(row.rule->place));
    return element;
  }

  const std::size_t from_;
  const std::size_t limit_;
  const bool only_unused_;
  const core::Instant loaded_;
  const core::Instant now_ = moment_now().wall;
  std::size_t number_ = 0;
  std::size_t looked_at_ = 0;
  ElementPtr list_ = Element::createList();
};

/// Calls `visit(source, rules)` for each rule list and each table, as they are asked; scopes in the order of
/// the configuration.
template <class Visit>
void each_source(const Configuration& now, Visit&& visit) {
  if (now.policy.managed) visit(core::managed_source, *now.policy.managed);
  if (now.policy.parameters && now.policy.parameters->rules() != nullptr) {
    visit(core::static_source, *now.policy.parameters->rules());
  }
  for (const auto& scope : now.scopes->policies()) {
    if (scope->rules() != nullptr) visit(scope->name(), *scope->rules());
    if (scope->table() != nullptr) visit(scope->name(), *scope->table());
  }
  if (const core::BuiltInTable* const table = now.policy.table()) visit(std::string_view(), *table);
}

/// The table of the parameters has no name before its rows'.
constexpr std::string_view built_in_source = "built-in";

}  // namespace

ConstElementPtr rule_stats_get_page_answer(Library& library, const ConstElementPtr& arguments) {
  const auto now = library.configuration();
  StatsPage page(arguments, library.loaded());
  const ConstElementPtr wanted = arguments->get("source");
  bool has_source = !wanted;
  if (now) {
    each_source(*now, [&](std::string_view source, const auto& rules) {
      if (wanted && wanted->stringValue() != (source.empty() ? built_in_source : source)) return;
      has_source = true;
      page.offer(source, rules);
    });
  }
  if (!has_source) {
    return createAnswer(
        static_cast<int>(Result::not_found),
        "there are no rules of the source " + core::in_quotes(wanted->stringValue()) +
            ": write \"managed\", \"static\", \"built-in\", or a scope such as \"subnet[1]\"");
  }
  const bool is_empty = page.count() == 0;
  const std::string text = std::to_string(page.count()) + " of " + std::to_string(page.total()) + " rules";
  return createAnswer(static_cast<int>(is_empty ? Result::not_found : Result::success), text, page.element());
}

}  // namespace chainload::kea
