// SPDX-License-Identifier: MPL-2.0
// The keys of this adapter are checked here, all others by core/.
#include "configuration.h"

#include <cryptolink/crypto_hash.h>
#include <cryptolink/cryptolink.h>

#include <algorithm>
#include <array>

#include "compat.h"
#include "core/text.h"
#include "state.h"
#include "value_of_element.h"

namespace chainload::kea {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;

/// Keys that core/ does not read.
constexpr std::array<std::string_view, 7> own_keys = {"allowed-servers", "host-lookup", "log-decisions",
                                                      "loop-fallback",   "loop-guard",  "management",
                                                      "state-directory"};

[[noreturn]] void fail(const std::string& key, const Element& at, const std::string& sentence) {
  const std::string place = place_of(at);
  throw BadParameters("parameter \"" + key + "\"" + (place.empty() ? std::string() : " (" + place + ")") +
                      ": " + sentence);
}

/// Everything that is wrong in one text: what holds the keys is named before each path.
[[noreturn]] void fail(const std::string& holder, const core::Problems& problems) {
  std::string text;
  for (const core::Problem& problem : problems.list()) {
    text += (text.empty() ? "" : "; ") + holder + " \"" + problem.path + "\"" +
            (problem.place.empty() ? std::string() : " (" + problem.place + ")") + ": " + problem.sentence;
  }
  const std::size_t more = problems.seen() - problems.list().size();
  throw BadParameters(text + (more == 0 ? std::string() : "; and " + std::to_string(more) + " more"));
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

LogDecisions read_log_decisions(const Element& value) {
  const std::string text = read_string("log-decisions", value);
  for (const LogDecisions log : {LogDecisions::none, LogDecisions::boot, LogDecisions::all}) {
    if (text == name_of(log)) return log;
  }
  fail("log-decisions", value,
       "\"" + core::printable(text) + "\" is none of \"none\", \"boot\" and \"all\": write one of them");
}

Management read_management(const Element& value) {
  const std::string text = read_string("management", value);
  for (const Management each : {Management::read_only, Management::overrides, Management::full}) {
    if (text == name_of(each)) return each;
  }
  fail("management", value,
       "\"" + core::printable(text) +
           "\" is none of \"read-only\", \"overrides\" and \"full\": write one of them");
}

AllowedServers read_allowed_servers(const Element& value) {
  if (value.getType() != Element::list) {
    fail("allowed-servers", value,
         "it is " + kind_text(value) + ": write a list, such as [ \"192.0.2.10\", \"boot.example.org\" ]");
  }
  AllowedServers allowed;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string key = core::joined("allowed-servers", i);
    const auto item = value.get(static_cast<int>(i));
    const std::string text = read_string(key, *item);
    if (!allowed.add(text)) {
      fail(key, *item,
           "\"" + core::printable(text) +
               "\" is no server: write an address such as \"192.0.2.10\", a network such as "
               "\"192.0.2.0/24\" or a host name");
    }
  }
  allowed.close();
  return allowed;
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

/// The parameters without those that core/ does not know.
core::Value rules_part(const Element& parameters) {
  const auto part = Element::createMap(parameters.getPosition());
  for (const auto& [key, value] : parameters.mapValue()) {
    if (std::find(own_keys.begin(), own_keys.end(), key) == own_keys.end()) part->set(key, value);
  }
  return value_of(part);
}

core::machines::LoopGuard loop_guard_of(const Element& parameters, core::Problems& problems) {
  const auto value = [&](const char* key) {
    const auto element = parameters.get(key);
    return element ? std::optional(value_of(element)) : std::nullopt;
  };
  const auto action = value("loop-guard");
  const auto fallback = value("loop-fallback");
  return core::machines::read_loop_guard(action ? &*action : nullptr, fallback ? &*fallback : nullptr,
                                         problems);
}

/// What the fallback's names look at is fetched for everyone: who will be in a loop is not known before.
void add_reach(const core::machines::LoopGuard& guard, core::Reach& reach) {
  if (!guard.fallback) return;
  for (const auto& text : {guard.fallback->boot.boot_file, guard.fallback->boot.server_hostname}) {
    if (text) core::add_template(reach, *text);
  }
}

std::string sha256_hex(const std::string& text) {
  isc::util::OutputBuffer digest(32);
  isc::cryptolink::digest(text.data(), text.size(), isc::cryptolink::SHA256, digest);
  return core::hex(core::Bytes(static_cast<const std::uint8_t*>(digest.getData()), digest.getLength()));
}

std::string hash_of(const Configuration& configuration) {
  std::string text = core::canonical_text(configuration.policy);
  for (const auto& scope : configuration.scopes->policies()) {
    text += "scope " + core::hex(scope->name()) + "\n" + core::canonical_text(*scope);
  }
  return sha256_hex(text);
}

constexpr std::size_t findings_kept = 100;

void note_findings(const core::ScopePolicy& source, Configuration& configuration) {
  for (core::Finding& finding : core::lint(source)) {
    ++configuration.finding_count;
    if (configuration.findings.size() < findings_kept) {
      configuration.findings.push_back({source.name(), std::move(finding)});
    }
  }
}

void read_parameters(const Element& parameters, Configuration& configuration) {
  if (const auto value = parameters.get("log-decisions"))
    configuration.log_decisions = read_log_decisions(*value);
  if (const auto value = parameters.get("management")) configuration.management = read_management(*value);
  if (const auto value = parameters.get("allowed-servers")) {
    configuration.allowed_servers = read_allowed_servers(*value);
  }
  const auto directory = parameters.get("state-directory");
  configuration.state_directory = directory ? read_state_directory(*directory) : default_state_directory();
  const auto lookup = parameters.get("host-lookup");
  if (lookup && read_bool("host-lookup", *lookup)) configuration.hosts = std::make_shared<HostScopes>();

  core::Problems problems;
  configuration.loop_guard = loop_guard_of(parameters, problems);
  core::ScopeSettings settings =
      core::read_scope(rules_part(parameters), core::ScopeKind::parameters, "", problems);
  if (!problems.empty()) fail("parameter", problems);
  configuration.outermost.short_form = std::make_shared<const core::ShortForm>(settings.short_form);
  core::MadePolicy made = core::make_policy(std::move(settings));
  if (!made.policy) fail("parameter", made.problems);
  configuration.policy = std::move(*made.policy);
  add_reach(configuration.loop_guard, configuration.policy.reach);
  configuration.outermost.table = configuration.policy.table();
  if (configuration.policy.parameters) note_findings(*configuration.policy.parameters, configuration);
}

}  // namespace

std::unique_ptr<const Configuration> make_configuration(const ConstElementPtr& parameters) {
  if (!parameters || parameters->getType() != Element::map) {
    throw BadParameters(
        "parameter \"next-server\": the library has no parameters: write at least "
        "\"parameters\": { \"next-server\": \"192.0.2.10\", \"script\": \"http://192.0.2.10/boot.php\" }");
  }
  auto configuration = std::make_unique<Configuration>();
  try {
    read_parameters(*parameters, *configuration);
  } catch (const NestedTooDeep& error) {
    throw BadParameters(error.what());
  }
  configuration->hash = hash_of(*configuration);
  configuration->parameters = parameters;
  return configuration;
}

std::unique_ptr<const Configuration> with_scopes(const Configuration& parameters,
                                                 const ConstElementPtr& networks) {
  auto configuration = std::make_unique<Configuration>();
  configuration->policy = parameters.policy;
  configuration->outermost = parameters.outermost;
  if (parameters.hosts) configuration->hosts = std::make_shared<HostScopes>();
  configuration->log_decisions = parameters.log_decisions;
  configuration->management = parameters.management;
  configuration->allowed_servers = parameters.allowed_servers;
  configuration->loop_guard = parameters.loop_guard;
  configuration->state_directory = parameters.state_directory;
  configuration->parameters = parameters.parameters;
  configuration->networks = networks;
  configuration->findings = parameters.findings;
  configuration->finding_count = parameters.finding_count;
  core::Problems problems;
  try {
    configuration->scopes = std::make_shared<const core::Scopes>(
        core::read_scopes(value_of(networks), configuration->outermost, problems));
  } catch (const NestedTooDeep& error) {
    throw BadParameters(error.what());
  }
  if (!problems.empty()) fail("the user-context \"chainload\" of", problems);
  configuration->policy.reach |= configuration->scopes->reach();
  for (const auto& scope : configuration->scopes->policies()) note_findings(*scope, *configuration);
  configuration->hash = configuration->scopes->empty() ? parameters.hash : hash_of(*configuration);
  return configuration;
}

std::shared_ptr<const Configuration> with_managed(const Configuration& configuration,
                                                  std::shared_ptr<const core::LayeredRules> managed,
                                                  const std::string& digest) {
  auto changed = std::make_shared<Configuration>(configuration);
  changed->policy = core::with_managed(configuration.policy, std::move(managed));
  // The digest stands for the rules' text, which may be long.
  if (changed->policy.managed) changed->hash = sha256_hex(configuration.hash + "\nmanaged " + digest + "\n");
  return changed;
}

std::string SourceFinding::text() const {
  const std::string name = finding.rule.empty() ? source : source + "/" + core::printable(finding.rule);
  return name + (finding.place.empty() ? std::string() : " (" + finding.place + ")") + ": " +
         finding.sentence;
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

std::string_view name_of(Management management) {
  switch (management) {
    case Management::read_only:
      return "read-only";
    case Management::overrides:
      return "overrides";
    case Management::full:
      return "full";
  }
  return "read-only";
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
