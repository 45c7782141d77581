// SPDX-License-Identifier: MPL-2.0
// Types and keys are checked here, values by core/.
#include "configuration.h"

#include <cryptolink/crypto_hash.h>
#include <cryptolink/cryptolink.h>

#include <algorithm>
#include <array>

#include "compat.h"
#include "core/text.h"
#include "state.h"

namespace chainload::kea {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;

constexpr std::array<std::string_view, 7> known_keys = {"default-enabled", "firmware", "log-decisions",
                                                        "next-server",     "script",   "state-directory",
                                                        "user-classes"};

/// `file:line:column`, or nothing for an element that came from no file: Kea then says `<wire>` and counts
/// octets.
std::string position_of(const Element& element) {
  const Element::Position& position = element.getPosition();
  if (position.file_.empty() || position.file_.front() == '<') return {};
  return " (" + position.str() + ")";
}

[[noreturn]] void fail(const std::string& key, const Element& at, const std::string& sentence) {
  throw BadParameters("parameter \"" + key + "\"" + position_of(at) + ": " + sentence);
}

std::string read_string(const std::string& key, const Element& value) {
  if (value.getType() != Element::string) {
    fail(key, value, "it is " + kind_text(value) + ": write a string in quotes");
  }
  return value.stringValue();
}

bool read_bool(const std::string& key, const Element& value) {
  if (value.getType() != Element::boolean) {
    fail(key, value, "it is " + kind_text(value) + ": write true or false, without quotes");
  }
  return value.boolValue();
}

std::vector<std::string> read_strings(const std::string& key, const Element& value) {
  if (value.getType() != Element::list) {
    fail(key, value, "it is " + kind_text(value) + ": write a list, such as [ \"gPXE\" ]");
  }
  std::vector<std::string> strings;
  for (std::size_t i = 0; i < value.size(); ++i) {
    strings.push_back(read_string(key + "[" + std::to_string(i) + "]", *value.get(static_cast<int>(i))));
  }
  return strings;
}

std::vector<std::pair<std::string, std::string>> read_firmware(const Element& value) {
  if (value.getType() != Element::map) {
    fail("firmware", value,
         "it is " + kind_text(value) +
             ": write a map of architectures to files, such as { \"x86-bios\": \"undionly.kpxe\" }");
  }
  std::vector<std::pair<std::string, std::string>> firmware;
  for (const auto& [name, file] : value.mapValue()) {
    firmware.emplace_back(name, read_string("firmware." + core::printable(name), *file));
  }
  return firmware;
}

LogDecisions read_log_decisions(const Element& value) {
  const std::string text = read_string("log-decisions", value);
  for (const LogDecisions log : {LogDecisions::none, LogDecisions::boot, LogDecisions::all}) {
    if (text == name_of(log)) return log;
  }
  fail("log-decisions", value,
       "\"" + core::printable(text) + "\" is none of \"none\", \"boot\" and \"all\": write one of them");
}

/// Nothing relative, and no way round: the path means what it says.
bool is_plain_absolute_path(const std::string& path) {
  if (path.size() < 2 || path.front() != '/' || path.back() == '/') return false;
  if (path.find('\0') != std::string::npos) return false;
  const std::string closed = path + "/";
  return closed.find("//") == std::string::npos && closed.find("/./") == std::string::npos &&
         closed.find("/../") == std::string::npos;
}

std::string read_state_directory(const Element& value) {
  const std::string path = read_string("state-directory", value);
  if (!is_plain_absolute_path(path)) {
    fail("state-directory", value,
         "\"" + core::printable(path) +
             "\" is no plain absolute path: write one such as "
             "\"/var/lib/kea/chainload/main\", without . or .. and without a final /");
  }
  return path;
}

void check_keys(const Element& parameters) {
  for (const auto& [key, value] : parameters.mapValue()) {
    if (std::find(known_keys.begin(), known_keys.end(), key) != known_keys.end()) continue;
    std::string known;
    for (const std::string_view name : known_keys) known += (known.empty() ? "" : ", ") + std::string(name);
    fail(core::printable(key), *value,
         "there is no such parameter: remove it or correct its name; known are " + known);
  }
}

/// Where a value that core/ found wrong stands: `firmware.x86-bios` is looked up step by step.
ConstElementPtr element_at(const ConstElementPtr& parameters, const std::string& key) {
  ConstElementPtr at = parameters;
  std::string_view rest = key;
  while (at && at->getType() == Element::map && !rest.empty()) {
    const std::size_t dot = rest.find('.');
    const ConstElementPtr next = at->get(std::string(rest.substr(0, dot)));
    if (!next) break;
    at = next;
    rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
  }
  return at;
}

std::string sha256_hex(const std::string& text) {
  isc::util::OutputBuffer digest(32);
  isc::cryptolink::digest(text.data(), text.size(), isc::cryptolink::SHA256, digest);
  return core::hex(core::Bytes(static_cast<const std::uint8_t*>(digest.getData()), digest.getLength()));
}

}  // namespace

Configuration make_configuration(const ConstElementPtr& parameters) {
  if (!parameters || parameters->getType() != Element::map) {
    throw BadParameters(
        "parameter \"next-server\": the library has no parameters: write at least "
        "\"parameters\": { \"next-server\": \"192.0.2.10\", \"script\": \"http://192.0.2.10/boot.php\" }");
  }
  check_keys(*parameters);

  Configuration configuration;
  core::ScopeSettings settings;
  if (const auto value = parameters->get("next-server"))
    settings.short_form.next_server = read_string("next-server", *value);
  if (const auto value = parameters->get("script"))
    settings.short_form.script = read_string("script", *value);
  if (const auto value = parameters->get("user-classes"))
    settings.short_form.user_classes = read_strings("user-classes", *value);
  if (const auto value = parameters->get("firmware")) settings.short_form.firmware = read_firmware(*value);
  if (const auto value = parameters->get("default-enabled"))
    settings.enabled = read_bool("default-enabled", *value);
  if (const auto value = parameters->get("log-decisions"))
    configuration.log_decisions = read_log_decisions(*value);
  const auto directory = parameters->get("state-directory");
  configuration.state_directory = directory ? read_state_directory(*directory) : default_state_directory();

  core::MadePolicy made = core::make_policy(settings);
  if (!made.policy) {
    const core::Problem& problem = made.problems.list().front();
    fail(problem.path, *element_at(parameters, problem.path), problem.sentence);
  }
  configuration.policy = std::move(*made.policy);
  configuration.hash = sha256_hex(core::canonical_text(configuration.policy));
  configuration.parameters = parameters;
  return configuration;
}

std::string state_directory_of(const ConstElementPtr& parameters) {
  if (parameters && parameters->getType() == Element::map) {
    const auto value = parameters->get("state-directory");
    if (value && value->getType() == Element::string && is_plain_absolute_path(value->stringValue())) {
      return value->stringValue();
    }
  }
  return default_state_directory();
}

std::string_view name_of(LogDecisions log) {
  switch (log) {
    case LogDecisions::none:
      return "none";
    case LogDecisions::boot:
      return "boot";
    case LogDecisions::all:
      return "all";
  }
  return "none";
}

}  // namespace chainload::kea
