// SPDX-License-Identifier: MPL-2.0
// The library's parameters and the contexts of the server's configuration, from Kea's elements to a checked
// policy.
#pragma once

#include <cc/data.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "core/lint/lint.h"
#include "core/parameters.h"
#include "core/policy/policy.h"
#include "core/policy/scopes.h"
#include "host_scopes.h"

namespace chainload::kea {

/// Names the parameter or the context, where it stands, its value and what to write instead.
class BadParameters : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What lint found, and in which source: `static`, `subnet[1]`.
struct SourceFinding {
  std::string source;
  core::Finding finding;

  /// `static/NAME (kea.conf:12:5): …`
  std::string text() const;
};

using core::AllowedServers;
using core::LogDecisions;
using core::Management;

/// Immutable once made, but for what `hosts` remembers. Copies share all that is large.
struct Configuration {
  core::Policy policy;         // its reach is that of the scopes too
  core::OuterScope outermost;  // what scopes inherit from the parameters
  std::shared_ptr<const core::Scopes> scopes = std::make_shared<const core::Scopes>();
  std::shared_ptr<HostScopes> hosts;  // null unless host-lookup is true
  LogDecisions log_decisions = LogDecisions::boot;
  Management management = Management::read_only;
  AllowedServers allowed_servers;
  core::machines::LoopGuard loop_guard;
  std::string state_directory;
  std::string hash;                       // SHA-256 of all that answers depend on, in hex
  std::vector<SourceFinding> findings;    // the first few
  std::size_t finding_count = 0;          // all of them
  isc::data::ConstElementPtr parameters;  // as given
  isc::data::ConstElementPtr
      networks;  // network_part() of the Dhcp4 map; null before the server is configured
};

/// Without scopes. Throws BadParameters. `parameters` may be null: a library listed without any.
std::unique_ptr<const Configuration> make_configuration(const isc::data::ConstElementPtr& parameters);

/// The same parameters, with the scopes of network_part(). Throws BadParameters.
std::unique_ptr<const Configuration> with_scopes(const Configuration& parameters,
                                                 const isc::data::ConstElementPtr& networks);

/// One without managed rules, with these. `digest` is that of the rules, in hex.
std::shared_ptr<const Configuration> with_managed(const Configuration& configuration,
                                                  std::shared_ptr<const core::LayeredRules> managed,
                                                  const std::string& digest);

/// The state directory that parameters name, if they name a usable one, else the default: for parameters that
/// are otherwise wrong.
std::string state_directory_of(const isc::data::ConstElementPtr& parameters);

}  // namespace chainload::kea
