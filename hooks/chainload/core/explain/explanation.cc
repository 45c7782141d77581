// SPDX-License-Identifier: MPL-2.0
// Decisions and plans in words.
#include "explanation.h"

#include "core/decide/describe.h"
#include "core/decide/reply_plan.h"
#include "core/facts/text.h"
#include "value_parts.h"

namespace chainload::core {
namespace {

Value tried_value(const Trace& trace) {
  Value::List list;
  for (const Tried& tried : trace) {
    Value::Map element;
    set_text(element, "rule", tried.rule);
    set(element, "matched", Value(tried.matched));
    set_text(element, "why", tried.why);
    list.push_back(Value(std::move(element)));
  }
  return Value(std::move(list));
}

Value texts_value(const std::vector<std::string>& texts) {
  Value::List list;
  for (const std::string& text : texts) list.push_back(text_value(text));
  return Value(std::move(list));
}

/// What the server is taken to know of the client, given or assumed.
Value surroundings_value(const Surroundings& around) {
  Value::Map element;
  Value::List classes;
  for (const std::string_view name : around.client_classes) classes.push_back(text_value(printable(name)));
  set(element, "classes", Value(std::move(classes)));
  if (around.your_address != Ipv4::unset) set_text(element, "ip", ipv4_text(around.your_address));
  if (around.subnet_id) {
    set_number(element, "subnet", *around.subnet_id);
    set_text(element, "prefix", printable(around.subnet_prefix));
  }
  if (!around.shared_network.empty()) set_text(element, "shared-network", printable(around.shared_network));
  if (!around.hostname.empty()) set_text(element, "hostname", printable(around.hostname));
  Value::List scopes;
  for (const ScopePolicy* scope :
       {around.reservation, around.pool, around.subnet, around.shared_network_scope}) {
    if (scope != nullptr) scopes.push_back(text_value(scope->name()));
  }
  for (const ScopePolicy* scope : around.classes) scopes.push_back(text_value(scope->name()));
  set(element, "scopes", Value(std::move(scopes)));
  return Value(std::move(element));
}

const char* name_of(Edit edit) {
  switch (edit) {
    case Edit::keep:
      return "keep";
    case Edit::write:
      return "write";
    case Edit::remove:
      return "remove";
  }
  return "keep";
}

void set_field(Value::Map& map, const char* key, bool written, Bytes value) {
  if (written) set_text(map, key, printable(value));
}

/// Fields that are not in it stay as the server makes them.
Value reply_value(const ReplyPlan& plan) {
  Value::Map element;
  if (plan.siaddr) set_text(element, "siaddr", ipv4_text(*plan.siaddr));
  set_field(element, "sname", plan.writes_sname, plan.sname.view());
  set_field(element, "file", plan.writes_file, plan.file.view());
  Value::List options;
  for (const OptionEdit& edit : plan.options) {
    Value::Map option;
    set_number(option, "code", edit.code);
    set_text(option, "action", name_of(edit.edit));
    if (edit.edit == Edit::write) {
      set_text(option, "hex", hex(edit.value.view()));
      set_text(option, "text", printable(edit.value.view()));
    }
    options.push_back(Value(std::move(option)));
  }
  set(element, "options", Value(std::move(options)));
  return Value(std::move(element));
}

}  // namespace

Value boot_client_value(const Facts& facts) {
  const BootSign sign = facts.is_readable_request() ? boot_sign(facts) : BootSign::none;
  Value::Map element;
  set(element, "is", Value(sign != BootSign::none));
  set_text(element, "why", boot_sign_text(sign));
  return Value(std::move(element));
}

Value explanation(const Facts& facts, const Surroundings& around, const Policy& policy,
                  const std::vector<std::string>& assumed) {
  Value::Map answer;
  set(answer, "facts", facts_value(facts));
  set(answer, "boot-client", boot_client_value(facts));
  set(answer, "surroundings", surroundings_value(around));
  set(answer, "assumed", texts_value(assumed));
  Trace trace;
  const Decision decision = decide(facts, around, policy, &trace);
  set(answer, "tried", tried_value(trace));
  if (trace.not_shown() != 0) set_number(answer, "tried-not-shown", trace.not_shown());
  set_text(answer, "rule", decision.full_name());
  set_text(answer, "outcome", name_of(decision.outcome));
  if (decision.outcome == Outcome::boot || decision.outcome == Outcome::denied) {
    // No reply of the server's exists here, so none of its own options is assumed to be in it.
    set(answer, "reply", reply_value(plan_reply(facts, decision, {})));
  }
  set_text(answer, "text", decision_text(facts, decision));
  return Value(std::move(answer));
}

}  // namespace chainload::core
