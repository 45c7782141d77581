// SPDX-License-Identifier: MPL-2.0
// One decision in the making, and the two kinds of source it is asked of: rule lists and built-in tables.
#pragma once

#include "decide.h"
#include "describe.h"

namespace chainload::core {

struct Deciding {
  const Client& client;
  const Policy& policy;
  Decision& decision;
  Trace* trace;  // null: nobody asked
  bool asked_a_table = false;

  template <class Why>
  void note(std::string_view source, std::string_view rule, Why&& why) {
    if (trace != nullptr) [[unlikely]]
      add_note(source, rule, why);
  }
  void note_answer() {
    if (trace != nullptr) [[unlikely]]
      add_answer();
  }

 private:
  template <class Why>
  [[gnu::cold, gnu::noinline]] void add_note(std::string_view source, std::string_view rule, Why&& why) {
    if (trace->is_full()) {
      trace->add_not_shown(1);
    } else {
      trace->add(
          {source.empty() ? std::string(rule) : std::string(source) + "/" + std::string(rule), false, why()});
    }
  }
  [[gnu::cold, gnu::noinline]] void add_answer() {
    trace->add_answer({decision.full_name(), true, because_text(decision, client)});
  }
};

/// Whether a rule of the list answered; the decision is then made. `scope` names the server for rules that
/// name none.
bool ask_rules(Deciding& now, const RuleSet* rules, std::string_view source, const ScopePolicy* scope);
bool ask_rules(Deciding& now, const LayeredRules* rules, std::string_view source, const ScopePolicy* scope);

/// This rule answers; the decision is then made.
void answer_by(Deciding& now, const Rule& rule, std::string_view source, const ScopePolicy* scope);

/// The same for a table; `source` is empty for that of the parameters.
bool ask_table(Deciding& now, const BuiltInTable* table, std::string_view source);

/// The boot file and the server's name, expanded and measured. The outcome is then boot or refused.
void give(Deciding& now, const Template* boot_file, const Template* server_hostname);

}  // namespace chainload::core
