// SPDX-License-Identifier: MPL-2.0
// Compiling one scope.
#include "scope_policy.h"

namespace chainload::core {
namespace {

/// Built-in tables answer what has always been answered.
Reach reach_of(const BuiltInTable& table) {
  Reach reach;
  reach.messages = message_bit::usual;
  if (table.script) add_template(reach, *table.script);
  for (const auto& name : *table.firmware) {
    if (name) add_template(reach, *name);
  }
  return reach;
}

}  // namespace

ScopePolicy::ScopePolicy(std::string name, ScopeSettings settings, const ShortForm& outer,
                         const BuiltInTable* outer_table, const std::string& path, Problems& problems)
    : name_(std::move(name)), enabled_(settings.enabled), short_form_(inherit(settings.short_form, outer)) {
  const ShortForm& own = settings.short_form;
  if (!own.empty()) {
    const bool same_firmware = !own.next_server && !own.firmware;
    table_ = make_built_in_table(short_form_, path, same_firmware ? outer_table : nullptr, problems);
    if (table_) reach_ |= reach_of(*table_);
  }
  short_form_.places.clear();
  if (short_form_.next_server) {
    next_server_ = parse_ipv4(*short_form_.next_server).value_or(Ipv4::unset);
    if (next_server_ != Ipv4::unset) next_server_text_ = *short_form_.next_server;
  }
  if (!settings.rules.empty()) {
    rules_ = std::make_unique<const RuleSet>(std::move(settings.rules));
    reach_ |= rules_->reach();
  }
}

}  // namespace chainload::core
