// SPDX-License-Identifier: MPL-2.0
// The parameters are checked by core/; here they meet the server.
#include "configuration.h"

#include <cryptolink/crypto_hash.h>
#include <cryptolink/cryptolink.h>

#include "compat.h"
#include "core/facts/text.h"
#include "state.h"
#include "value_of_element.h"

namespace chainload::kea {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;

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

void read_parameters(const ConstElementPtr& element, Configuration& configuration) {
  core::Problems problems;
  core::Parameters parameters = core::read_parameters(value_of(element), problems);
  if (!problems.empty()) fail("parameter", problems);
  configuration.log_decisions = parameters.log_decisions;
  configuration.management = parameters.management;
  configuration.allowed_servers = std::move(parameters.allowed_servers);
  configuration.loop_guard = std::move(parameters.loop_guard);
  configuration.state_directory =
      parameters.state_directory.empty() ? default_state_directory() : std::move(parameters.state_directory);
  if (parameters.host_lookup) configuration.hosts = std::make_shared<HostScopes>();
  configuration.outermost.short_form =
      std::make_shared<const core::ShortForm>(parameters.settings.short_form);
  core::MadePolicy made = core::make_policy(std::move(parameters.settings));
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
    read_parameters(parameters, *configuration);
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
    if (value && value->getType() == Element::string && core::is_plain_absolute_path(value->stringValue())) {
      return value->stringValue();
    }
  }
  return default_state_directory();
}

}  // namespace chainload::kea
