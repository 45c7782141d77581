// SPDX-License-Identifier: MPL-2.0
// Asking a rule list, and what the rule that answers gives.
#include "core/rules/reply_limits.h"
#include "decide_parts.h"

namespace chainload::core {
namespace {

/// Calls `visit` for every rule in order, until it answers false.
template <class Visit>
void each_rule(const RuleSet& rules, Visit&& visit) {
  for (const Rule& rule : rules.rules()) {
    if (!visit(rule)) return;
  }
}
template <class Visit>
void each_rule(const LayeredRules& rules, Visit&& visit) {
  rules.each(visit);
}

/// The rules before the one that answered, each with what kept it from answering.
template <class Rules>
[[gnu::cold, gnu::noinline]] void note_rules(Deciding& now, const Rules& rules, std::string_view source,
                                             const Rule* found) {
  each_rule(rules, [&](const Rule& rule) {
    if (&rule == found) return false;
    now.note(source, rule.name, [&] { return why_not(rule, now.client); });
    return true;
  });
}

void give_fields(Deciding& now, const Rule& rule, const ScopePolicy* scope) {
  Decision& decision = now.decision;
  if (rule.boot.next_server) {
    decision.next_server = rule.boot.next_server;
    decision.next_server_text = rule.boot.next_server_text;
  } else if (scope != nullptr && scope->next_server() != Ipv4::unset) {
    decision.next_server = scope->next_server();
    decision.next_server_text = scope->next_server_text();
  }
  give(now, rule.boot.boot_file ? &*rule.boot.boot_file : nullptr,
       rule.boot.server_hostname ? &*rule.boot.server_hostname : nullptr);
}

template <class Rules>
bool ask(Deciding& now, const Rules* rules, std::string_view source, const ScopePolicy* scope) {
  if (rules == nullptr) return false;
  const Rule* const found = rules->find(now.client);
  if (now.trace != nullptr) [[unlikely]]
    note_rules(now, *rules, source, found);
  if (found != nullptr) answer_by(now, *found, source, scope);
  return found != nullptr;
}

}  // namespace

void answer_by(Deciding& now, const Rule& rule, std::string_view source, const ScopePolicy* scope) {
  Decision& decision = now.decision;
  decision.source = source;
  decision.rule = rule.name;
  decision.matched = &rule;
  decision.tally = rule.tally.get();
  decision.because = Because::rule_matched;
  switch (rule.boot.action) {
    case BootAction::fields:
      give_fields(now, rule, scope);
      break;
    case BootAction::pass:
      decision.outcome = Outcome::left_alone;
      break;
    case BootAction::deny:
      decision.outcome = Outcome::denied;
      break;
  }
  now.note_answer();
}

bool ask_rules(Deciding& now, const RuleSet* rules, std::string_view source, const ScopePolicy* scope) {
  return ask(now, rules, source, scope);
}

bool ask_rules(Deciding& now, const LayeredRules* rules, std::string_view source, const ScopePolicy* scope) {
  return ask(now, rules, source, scope);
}

void give(Deciding& now, const Template* boot_file, const Template* server_hostname) {
  Decision& decision = now.decision;
  const TemplateFacts facts{now.client.facts, now.client.around, now.client.architectures,
                            decision.next_server_text, decision.rule};
  decision.outcome = Outcome::refused;
  const auto expanded = [&](const Template& text, BoundedBytes<Template::longest>& out) {
    decision.refusal = text.expand(facts, out);
    decision.refused = &text;
    return decision.refusal.refusal == Refusal::none;
  };
  if (server_hostname != nullptr && !expanded(*server_hostname, decision.server_hostname)) return;
  if (boot_file != nullptr) {
    const auto numbers = decision.client.numbers.kept();
    const std::uint16_t read_as = numbers.empty() ? architecture_count : numbers.front();
    decision.longest_for_client = longest_boot_file(decision.form(), decision.kind, read_as);
    if (!expanded(*boot_file, decision.boot_file)) return;
    if (decision.boot_file.view().size() > decision.longest_for_client) {
      decision.refusal.refusal = Refusal::too_long;
      return;
    }
    decision.has_boot_file = true;
  }
  decision.refused = nullptr;
  decision.outcome = Outcome::boot;
}

}  // namespace chainload::core
