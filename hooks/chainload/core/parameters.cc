// SPDX-License-Identifier: MPL-2.0
// The parameters that are no part of a scope; the others are read as those of every scope.
#include "parameters.h"

#include <array>

#include "core/facts/text.h"
#include "core/rules/reading.h"

namespace chainload::core {
namespace {

/// Keys that read_scope() does not know.
constexpr std::array<std::string_view, 7> own_keys = {"allowed-servers", "host-lookup", "log-decisions",
                                                      "loop-fallback",   "loop-guard",  "management",
                                                      "state-directory"};

constexpr std::array logs = {LogDecisions::none, LogDecisions::boot, LogDecisions::all};
constexpr std::array managements = {Management::read_only, Management::overrides, Management::full};

/// The one of `choices` with that name.
template <class Choice, std::size_t n>
void read_choice(const Reading& at, const std::array<Choice, n>& choices, Choice& chosen) {
  const auto text = at.string();
  if (!text) return;
  std::string names;
  for (std::size_t i = 0; i < n; ++i) {
    if (*text == name_of(choices[i])) {
      chosen = choices[i];
      return;
    }
    names += (i == 0 ? "" : i + 1 == n ? " and " : ", ") + in_quotes(name_of(choices[i]));
  }
  at.fail(in_quotes(*text) + " is none of " + names + ": write one of them");
}

void read_allowed_servers(const Reading& at, AllowedServers& allowed) {
  const bool is_list = at.each([&](const Reading& item) {
    const auto text = item.string();
    if (text && !allowed.add(*text)) {
      item.fail(in_quotes(*text) +
                " is no server: write an address such as \"192.0.2.10\", a network such as \"192.0.2.0/24\" "
                "or a host name");
    }
  });
  if (is_list) allowed.close();
}

void read_state_directory(const Reading& at, std::string& directory) {
  const auto path = at.string();
  if (!path) return;
  if (!is_plain_absolute_path(*path)) {
    at.fail(in_quotes(*path) +
            " is no plain absolute path: write one such as \"/var/lib/kea/chainload/main\", without . or .. "
            "and without a final /");
    return;
  }
  directory = *path;
}

/// Those that read_scope() knows.
Value scope_part(const Value& map) {
  if (map.map() == nullptr) return map;
  Value::Map part;
  for (const Value::Member& member : *map.map()) {
    if (std::find(own_keys.begin(), own_keys.end(), member.key) == own_keys.end()) part.push_back(member);
  }
  Value value(std::move(part));
  value.place = map.place;
  return value;
}

}  // namespace

std::string_view name_of(LogDecisions log) {
  constexpr std::array<std::string_view, logs.size()> names = {"none", "boot", "all"};
  return names[static_cast<std::size_t>(log)];
}

std::string_view name_of(Management management) {
  constexpr std::array<std::string_view, managements.size()> names = {"read-only", "overrides", "full"};
  return names[static_cast<std::size_t>(management)];
}

bool is_plain_absolute_path(std::string_view path) {
  if (path.size() < 2 || path.front() != '/' || path.back() == '/') return false;
  if (path.find('\0') != std::string_view::npos) return false;
  const std::string closed = std::string(path) + "/";
  return closed.find("//") == std::string::npos && closed.find("/./") == std::string::npos &&
         closed.find("/../") == std::string::npos;
}

Parameters read_parameters(const Value& map, Problems& problems) {
  Parameters parameters;
  const auto read = [&](std::string_view key, auto&& reader) {
    if (const Value* const value = map.find(key)) reader(Reading(*value, std::string(key), problems));
  };
  read("log-decisions", [&](const Reading& at) { read_choice(at, logs, parameters.log_decisions); });
  read("management", [&](const Reading& at) { read_choice(at, managements, parameters.management); });
  read("allowed-servers", [&](const Reading& at) { read_allowed_servers(at, parameters.allowed_servers); });
  read("state-directory", [&](const Reading& at) { read_state_directory(at, parameters.state_directory); });
  read("host-lookup", [&](const Reading& at) { parameters.host_lookup = at.boolean().value_or(false); });
  parameters.loop_guard =
      machines::read_loop_guard(map.find("loop-guard"), map.find("loop-fallback"), problems);
  parameters.settings = read_scope(scope_part(map), ScopeKind::parameters, "", problems);
  return parameters;
}

}  // namespace chainload::core
