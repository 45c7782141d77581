// SPDX-License-Identifier: MPL-2.0
// What the server knows of one client, gathered for one decision and only as far as the policy looks at it.
#pragma once

#include <dhcp/pkt4.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "configuration.h"
#include "core/explain/known.h"

namespace chainload::kea {

using core::KnownOfClient;

/// Borrows the configuration and the facts, which must outlive it. Not to be copied: the view points into it.
class ClientSurroundings {
 public:
  ClientSurroundings(const Configuration& now, const core::Facts& facts)
      : now_(now), facts_(facts), reach_(now.policy.reach) {}
  ClientSurroundings(const ClientSurroundings&) = delete;
  ClientSurroundings& operator=(const ClientSurroundings&) = delete;

  /// From a query and the reply that the server made to it.
  void see(const isc::dhcp::Pkt4& query, const isc::dhcp::Pkt4& reply);

  /// From what a person says. `known` must outlive this object.
  void see(const KnownOfClient& known);

  const core::Surroundings& view() const { return around_; }

  /// The subnet that the client is in, also where no rule looks at it.
  std::optional<std::uint32_t> subnet_id() const { return subnet_id_; }

  /// This rule answers before every source. It must outlive this object; what it looks at is seen when it
  /// comes before see(). Null: none.
  void put_first(std::string_view source, const core::Rule* rule);

 private:
  static constexpr std::size_t classes_without_heap = 24;

  void find_scopes(core::Ipv4 address, const core::Subnet* subnet);
  void look_up_host();
  void tell_time();

  const Configuration& now_;
  const core::Facts& facts_;
  core::Reach reach_;  // what is looked at
  core::Surroundings around_;
  std::optional<std::uint32_t> subnet_id_;
  core::ClientScopes found_;
  std::array<std::string_view, classes_without_heap> few_classes_;
  std::vector<std::string_view> many_classes_;
  std::shared_ptr<const core::ScopePolicy> host_scope_;
  std::string hostname_;
};

}  // namespace chainload::kea
