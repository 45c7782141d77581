// SPDX-License-Identifier: MPL-2.0
// From the JSON of a scope to its settings: types and keys.
#include "core/facts/text.h"
#include "core/rules/read_rules.h"
#include "core/rules/reading.h"
#include "scope_policy.h"

namespace chainload::core {
namespace {

std::vector<std::string> read_user_classes(const Reading& at) {
  std::vector<std::string> classes;
  at.each([&](const Reading& item) {
    if (const auto name = item.string()) classes.push_back(*name);
  });
  return classes;
}

std::vector<std::pair<std::string, std::string>> read_firmware(const Reading& at, ShortForm& form) {
  std::vector<std::pair<std::string, std::string>> firmware;
  at.each_member([&](const std::string& name, const Reading& file) {
    form.places.emplace_back("firmware." + printable(name), file.place());
    if (const auto text = file.string()) firmware.emplace_back(name, *text);
  });
  return firmware;
}

/// The parameters are also read by the adapter, which takes out what is its own.
std::string known_keys(ScopeKind kind) {
  if (kind == ScopeKind::context) return "enabled, firmware, next-server, rules, script, user-classes";
  return "allowed-servers, default-enabled, firmware, host-lookup, log-decisions, loop-fallback, loop-guard, "
         "management, next-server, rules, script, state-directory, user-classes";
}

}  // namespace

ScopeSettings read_scope(const Value& map, ScopeKind kind, const std::string& path, Problems& problems) {
  ScopeSettings settings;
  settings.place = map.place;
  settings.short_form.places.emplace_back(std::string(), map.place);
  ShortForm& form = settings.short_form;
  const std::string_view enabled_key = kind == ScopeKind::parameters ? "default-enabled" : "enabled";
  const Reading whole(map, path, problems);
  whole.each_member([&](const std::string& key, const Reading& value) {
    if (key == enabled_key) {
      settings.enabled = value.boolean();
    } else if (key == "rules") {
      settings.rules = read_rules(value.value(), value.path(), problems);
      settings.has_rules = true;
    } else if (key == "next-server") {
      form.next_server = value.string();
    } else if (key == "script") {
      form.script = value.string();
    } else if (key == "user-classes") {
      form.user_classes = read_user_classes(value);
    } else if (key == "firmware") {
      form.firmware = read_firmware(value, form);
    } else {
      value.fail("there is no such key: remove it or correct its name; known are " + known_keys(kind));
    }
    form.places.emplace_back(key, value.place());
  });
  return settings;
}

}  // namespace chainload::core
