// SPDX-License-Identifier: MPL-2.0
// Contexts of reservations kept in a database, for `host-lookup: true`: asked for at each boot request,
// compiled once.
#pragma once

#include <cc/data.h>

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "core/policy/scopes.h"

namespace chainload::kea {

/// A reservation found through the server.
struct FoundHost {
  std::shared_ptr<const core::ScopePolicy> scope;  // null: it has no context, or a wrong one
  std::string hostname;
};

class HostScopes {
 public:
  /// Asks the server's host manager as the server itself does: the subnet's reservations, identifier by
  /// identifier in the configured order, then the global ones. May wait for the database. A wrong context is
  /// logged and counts as none. `place` holds a subnet.
  FoundHost find(const core::Scopes& scopes, const core::Place& place, const core::Identifiers& client);

 private:
  using Compiled = std::shared_ptr<const core::ScopePolicy>;

  Compiled compiled(const isc::data::ConstElementPtr& context, const core::OuterScope& around);

  static constexpr std::size_t kept_max = 1024;

  std::mutex mutex_;
  std::unordered_map<std::string, Compiled> kept_;  // by what is inherited and the context's text
};

}  // namespace chainload::kea
