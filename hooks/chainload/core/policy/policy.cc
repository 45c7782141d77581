// SPDX-License-Identifier: MPL-2.0
// Making a policy of the parameters, and the text that its hash is taken of.
#include "policy.h"

#include "core/facts/text.h"

namespace chainload::core {
namespace {

std::string canonical_text(const BuiltInTable& table) {
  std::string text = "next-server " + table.next_server_text + "\n";
  if (table.script) text += "script " + table.script->text() + "\n";
  std::vector<std::string> classes = *table.user_classes;
  std::sort(classes.begin(), classes.end());
  classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
  for (const std::string& name : classes) text += "user-class " + hex(name) + "\n";
  for (std::uint16_t i = 0; i < architecture_count; ++i) {
    const auto& name = (*table.firmware)[i];
    if (name) text += "firmware " + std::to_string(i) + " " + name->text() + "\n";
  }
  return text;
}

void require_short_form(const ScopeSettings& parameters, Problems& problems) {
  const auto is_missing = [](const std::optional<std::string>& text) { return !text || text->empty(); };
  if (is_missing(parameters.short_form.next_server)) {
    problems.add(
        "next-server", parameters.place,
        "it is missing or empty: write the IPv4 address of the boot server, such as \"192.0.2.10\", or "
        "give rules");
  }
  if (is_missing(parameters.short_form.script)) {
    problems.add("script", parameters.place,
                 "it is missing or empty: write the URL of the boot script, such as "
                 "\"http://192.0.2.10/boot.php\", or give rules");
  }
}

}  // namespace

MadePolicy make_policy(ScopeSettings parameters) {
  MadePolicy made;
  if (!parameters.has_rules) require_short_form(parameters, made.problems);
  if (!made.problems.empty()) return made;
  Policy policy;
  policy.enabled = parameters.enabled.value_or(true);
  parameters.enabled.reset();  // of the parameters it is a default, not a word about them
  policy.parameters = std::make_shared<const ScopePolicy>(std::string(static_source), std::move(parameters),
                                                          ShortForm{}, nullptr, std::string(), made.problems);
  policy.reach = policy.parameters->reach();
  if (made.problems.empty()) made.policy = std::move(policy);
  return made;
}

Policy with_managed(Policy policy, std::shared_ptr<const LayeredRules> managed) {
  const bool is_empty = managed == nullptr || managed->size() == 0;
  policy.managed = is_empty ? nullptr : std::move(managed);
  if (policy.managed) policy.reach |= policy.managed->reach();
  return policy;
}

std::string canonical_text(const ScopePolicy& scope) {
  std::string text;
  if (scope.enabled()) text += "enabled " + std::to_string(*scope.enabled()) + "\n";
  if (!scope.next_server_text().empty()) text += "server " + scope.next_server_text() + "\n";
  if (scope.rules() != nullptr) {
    for (const Rule& rule : scope.rules()->rules()) text += canonical_text(rule);
  }
  if (scope.table() != nullptr) text += canonical_text(*scope.table());
  return text;
}

std::string canonical_text(const Policy& policy) {
  std::string text = "enabled " + std::to_string(policy.enabled) + "\n";
  if (policy.parameters) text += canonical_text(*policy.parameters);
  if (policy.managed) {
    text += "managed\n";
    policy.managed->each([&](const Rule& rule) {
      text += canonical_text(rule);
      return true;
    });
  }
  return text;
}

}  // namespace chainload::core
