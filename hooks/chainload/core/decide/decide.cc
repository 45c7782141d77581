// SPDX-License-Identifier: MPL-2.0
// The sources in order. The trace is written by the very code that decides.
#include "decide.h"

#include "decide_parts.h"
#include "describe.h"

namespace chainload::core {
namespace {

[[gnu::noinline]] void leave_alone(Deciding& now, std::string_view rule, Because because) {
  Decision& decision = now.decision;
  decision.outcome = Outcome::left_alone;
  decision.rule = rule;
  decision.because = because;
  now.note_answer();
}

/// The innermost scope that says `enabled` decides; then classes, in order; then the parameters.
bool is_enabled(const Surroundings& around, const Policy& policy) {
  for (const ScopePolicy* scope :
       {around.reservation, around.pool, around.subnet, around.shared_network_scope}) {
    if (scope != nullptr && scope->enabled()) return *scope->enabled();
  }
  for (const ScopePolicy* scope : around.classes) {
    if (scope->enabled()) return *scope->enabled();
  }
  return policy.enabled;
}

/// The first source that answers, if any does.
bool ask_sources(Deciding& now) {
  const Surroundings& around = now.client.around;
  const Policy& policy = now.policy;
  const auto asked = [&](const ScopePolicy* scope) {
    return scope != nullptr && (ask_rules(now, scope->rules(), scope->name(), scope) ||
                                ask_table(now, scope->table(), scope->name()));
  };
  if (asked(around.reservation)) return true;
  if (ask_rules(now, policy.managed.get(), managed_source, policy.parameters.get())) return true;
  if (policy.parameters &&
      ask_rules(now, policy.parameters->rules(), static_source, policy.parameters.get())) {
    return true;
  }
  if (asked(around.pool) || asked(around.subnet) || asked(around.shared_network_scope)) return true;
  for (const ScopePolicy* scope : around.classes) {
    if (asked(scope)) return true;
  }
  return ask_table(now, policy.table(), {});
}

/// What is said when nothing answered.
[[gnu::cold, gnu::noinline]] void nothing_answered(Deciding& now) {
  const Decision& decision = now.decision;
  if (!decision.is_boot_client) {
    leave_alone(now, "built-in/not-a-boot-client", Because::not_a_boot_client);
  } else if ((message_bit::of(now.client.facts.message_type) & message_bit::usual) == 0) {
    leave_alone(now, "built-in/other-message", Because::other_message);
  } else if (!now.asked_a_table) {
    leave_alone(now, "built-in/no-rule", Because::no_rule);
  } else {
    leave_alone(
        now, "built-in/no-firmware",
        decision.client.numbers.empty() ? Because::architecture_not_known : Because::architecture_not_served);
  }
}

/// The one that answers before all others, if there is one for this type of message.
const Rule* first_rule(const Client& client) {
  const Rule* const first = client.around.first;
  return first != nullptr && (first->messages & message_bit::of(client.facts.message_type)) != 0 ? first
                                                                                                 : nullptr;
}

/// Everything that follows once a client is worth a look.
void decide_for(Deciding& now) {
  if (const Rule* const first = first_rule(now.client)) {
    answer_by(now, *first, now.client.around.first_source, now.policy.parameters.get());
  } else if (!is_enabled(now.client.around, now.policy)) {
    leave_alone(now, "built-in/switched-off", Because::switched_off);
  } else if (!ask_sources(now)) {
    nothing_answered(now);
  }
}

/// Why there is nothing to look for, from the facts alone.
std::optional<Because> dismissed(const Facts& facts, const Policy& policy, bool& is_boot_client) {
  if (!facts.is_readable_request()) return Because::not_a_request;
  // Without any rule or table the message types are those that would be answered.
  const std::uint16_t messages = policy.reach.messages | message_bit::usual;
  if ((messages & message_bit::of(facts.message_type)) == 0) return Because::other_message;
  is_boot_client = boot_sign(facts) != BootSign::none;
  if (!is_boot_client && !policy.reach.any_client) return Because::not_a_boot_client;
  return std::nullopt;
}

std::string_view rule_of(Because because) {
  if (because == Because::not_a_request) return "built-in/not-a-request";
  if (because == Because::other_message) return "built-in/other-message";
  return "built-in/not-a-boot-client";
}

[[gnu::cold, gnu::noinline]] void add_dismissal(Trace& trace, const Decision& decision) {
  trace.add_answer({decision.full_name(), true, because_text(decision)});
}

}  // namespace

const ReplyForm& Decision::form() const {
  static const ReplyForm usual;
  return matched != nullptr ? matched->reply : usual;
}

std::string Decision::full_name() const {
  return source.empty() ? std::string(rule) : std::string(source) + "/" + std::string(rule);
}

bool needs_surroundings(const Facts& facts, const Policy& policy) {
  bool is_boot_client = false;
  return !dismissed(facts, policy, is_boot_client);
}

Decision decide(const Facts& facts, const Surroundings& around, const Policy& policy, Trace* trace) {
  Decision decision;
  if (const auto because = dismissed(facts, policy, decision.is_boot_client)) {
    decision.rule = rule_of(*because);
    decision.because = *because;
    if (trace != nullptr) [[unlikely]]
      add_dismissal(*trace, decision);
    return decision;
  }
  const Client client(facts, around, decision.is_boot_client);
  decision.kind = client.kind;
  decision.client = client.architectures;
  Deciding now{client, policy, decision, trace};
  decide_for(now);
  return decision;
}

}  // namespace chainload::core
