// SPDX-License-Identifier: MPL-2.0
// Reading the steps, and finding what they speak of.
#include "patch.h"

#include "core/facts/text.h"
#include "core/rules/reading.h"
#include "json_text.h"

namespace chainload::store {
namespace {

using core::Reading;
using Fault = ResolvedPatch::Fault;

std::optional<PatchStep::Op> read_op(const Reading& at) {
  const auto text = at.string();
  if (!text) return std::nullopt;
  if (*text == "add") return PatchStep::Op::add;
  if (*text == "update") return PatchStep::Op::update;
  if (*text == "del") return PatchStep::Op::del;
  at.fail(core::in_quotes(*text) + " is no operation: write \"add\", \"update\" or \"del\"");
  return std::nullopt;
}

std::optional<std::size_t> read_index(const Reading& at) {
  const std::int64_t* const number = at.value().integer();
  if (number != nullptr && *number >= 0) return static_cast<std::size_t>(*number);
  at.fail("it is no place in a list: write a whole number from 0");
  return std::nullopt;
}

std::optional<PreparedRule> read_step_rule(const Reading& at, const Preparation& how) {
  auto rule = prepare_rule(at.value(), at.path(), how, at.problems());
  if (!rule) return std::nullopt;
  // The value may come from another reader, that lets pass what the file could not be read with.
  const JsonReading again = read_json(rule->stored->json);
  if (again.value) return rule;
  at.fail("the rule cannot be kept as JSON, at " + again.fault);
  return std::nullopt;
}

void check_step(const Reading& at, const PatchStep& step, bool has_op) {
  if (!has_op) {
    at.fail("there is no op: write \"op\": \"add\", \"update\" or \"del\"");
    return;
  }
  const bool is_del = step.op == PatchStep::Op::del;
  const bool has_rule = at.value().find("rule") != nullptr;
  if (!is_del && !has_rule) at.fail("there is no rule: write \"rule\": { … }");
  if (is_del && has_rule) at.fail("del takes no rule: remove it, or write \"op\": \"update\"");
  if (is_del && step.name.empty()) at.fail("there is no name: write that of the rule to be deleted");
  if (is_del && step.has_place()) at.fail("del takes no place: remove before, after and index");
  if (step.op == PatchStep::Op::add && !step.name.empty()) {
    at.fail("add takes no name beside that in the rule: remove it, or write \"op\": \"update\"");
  }
  if ((step.before ? 1 : 0) + (step.after ? 1 : 0) + (step.index ? 1 : 0) > 1) {
    at.fail("more than one place is given: keep one of before, after and index");
  }
}

PatchStep read_step(const Reading& at, const Preparation& how) {
  PatchStep step;
  step.path = at.path();
  bool has_op = false;
  const bool is_map = at.each_member([&](const std::string& key, const Reading& value) {
    if (key == "op") {
      has_op = true;
      step.op = read_op(value).value_or(PatchStep::Op::add);
    } else if (key == "name") {
      step.name = value.string().value_or("");
    } else if (key == "rule") {
      step.rule = read_step_rule(value, how);
    } else if (key == "before") {
      step.before = value.string();
    } else if (key == "after") {
      step.after = value.string();
    } else if (key == "index") {
      step.index = read_index(value);
    } else {
      value.fail(
          "there is no such key: remove it or correct its name; known are after, before, index, name, op, "
          "rule");
    }
  });
  if (is_map) check_step(at, step, has_op);
  if (step.op == PatchStep::Op::update && step.name.empty() && step.rule) step.name = step.rule->stored->name;
  return step;
}

/// Applies step by step; the first fault ends it.
class Resolving {
 public:
  explicit Resolving(const RuleList& rules) { done.rules = rules; }

  bool take(const PatchStep& step) {
    step_ = &step;
    switch (step.op) {
      case PatchStep::Op::add:
        return name_is_free(step.rule->stored->name) && put_in(*step.rule);
      case PatchStep::Op::update:
        return update();
      case PatchStep::Op::del:
        break;
    }
    const auto at = existing(step.name, "name");
    if (!at) return false;
    apply(*at, true, nullptr);
    return true;
  }

  ResolvedPatch done;

 private:
  bool fail(Fault fault, const std::string& key, const std::string& sentence) {
    done.fault = fault;
    done.sentence = core::joined(step_->path, key) + ": " + sentence;
    return false;
  }

  bool name_is_free(const std::string& name) {
    if (!done.rules.find(name)) return true;
    return fail(Fault::name_taken, "rule.name",
                "there is a rule named " + core::in_quotes(name) +
                    " already: choose another name, or update that one");
  }

  std::optional<std::size_t> existing(const std::string& name, const std::string& key) {
    const auto at = done.rules.find(name);
    if (!at) fail(Fault::not_found, key, "there is no rule named " + core::in_quotes(name));
    return at;
  }

  bool update() {
    const auto at = existing(step_->name, "name");
    if (!at) return false;
    const std::string& name = step_->rule->stored->name;
    if (name != step_->name && !name_is_free(name)) return false;
    const StoredRulePtr old = done.rules[*at];
    PreparedRule rule = *step_->rule;
    if (old->json == rule.stored->json) take_over(rule, old);  // with what was tallied of it
    if (!step_->has_place()) {
      apply(*at, true, &rule);
      return true;
    }
    apply(*at, true, nullptr);
    return put_in(rule);
  }

  bool put_in(const PreparedRule& rule) {
    std::size_t at = done.rules.size();
    if (step_->index) {
      if (*step_->index > at) {
        return fail(Fault::bad_argument, "index",
                    "the list has " + std::to_string(at) + " other rules: write at most that");
      }
      at = *step_->index;
    } else if (step_->before) {
      const auto found = existing(*step_->before, "before");
      if (!found) return false;
      at = *found;
    } else if (step_->after) {
      const auto found = existing(*step_->after, "after");
      if (!found) return false;
      at = *found + 1;
    }
    apply(at, false, &rule);
    return true;
  }

  void apply(std::size_t at, bool removes, const PreparedRule* rule) {
    Edit edit{at, removes, rule == nullptr ? nullptr : rule->stored};
    done.rules.apply(edit);
    done.edits.push_back(std::move(edit));
    done.changes.push_back({at, removes, rule == nullptr ? std::nullopt : std::optional(rule->rule)});
  }

  const PatchStep* step_ = nullptr;
};

}  // namespace

Patch read_patch(const core::Value& list, const Preparation& how) {
  Patch patch;
  core::Problems problems;
  const Reading whole(list, "patch", problems);
  if (list.list() != nullptr && (list.list()->empty() || list.list()->size() > most_steps)) {
    whole.fail("it has " + std::to_string(list.list()->size()) + " steps: write 1 to " +
               std::to_string(most_steps) + ", or send the whole list with chainload-rules-set");
  } else {
    whole.each([&](const Reading& item) { patch.steps.push_back(read_step(item, how)); });
  }
  patch.problems = problems.text();
  return patch;
}

ResolvedPatch resolve(const Patch& patch, const RuleList& rules) {
  Resolving resolving(rules);
  for (const PatchStep& step : patch.steps) {
    if (!resolving.take(step)) break;
  }
  return std::move(resolving.done);
}

}  // namespace chainload::store
