// SPDX-License-Identifier: MPL-2.0
// The one place that asks Kea's host manager.
#include "host_scopes.h"

#include <dhcpsrv/host_mgr.h>

#include "log.h"
#include "value_of_element.h"

namespace chainload::kea {
namespace {

using core::IdentifierKind;
using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::dhcp::ConstHostPtr;
using isc::dhcp::Host;
using isc::dhcp::HostMgr;

Host::IdentifierType type_of(IdentifierKind kind) {
  switch (kind) {
    case IdentifierKind::hardware_address:
      return Host::IDENT_HWADDR;
    case IdentifierKind::duid:
      return Host::IDENT_DUID;
    case IdentifierKind::circuit_id:
      return Host::IDENT_CIRCUIT_ID;
    case IdentifierKind::client_id:
      return Host::IDENT_CLIENT_ID;
    case IdentifierKind::flexible:
      break;
  }
  return Host::IDENT_FLEX;
}

ConstHostPtr host_in(std::uint32_t subnet_id, const core::Networks& networks,
                     const core::Identifiers& client) {
  for (const IdentifierKind kind : networks.identifier_order()) {
    const core::Bytes identifier = client.of(kind);  // empty for a flexible one, which is not known here
    if (identifier.empty()) continue;
    const ConstHostPtr host =
        HostMgr::instance().get4(subnet_id, type_of(kind), identifier.data(), identifier.size());
    if (host) return host;
  }
  return ConstHostPtr();
}

}  // namespace

HostScopes::Compiled HostScopes::compiled(const ConstElementPtr& context, const core::OuterScope& around) {
  // What is inherited lives as long as the configuration, and this with it.
  const std::string key =
      std::to_string(reinterpret_cast<std::uintptr_t>(around.short_form.get())) + context->str();
  const std::lock_guard lock(mutex_);
  if (const auto known = kept_.find(key); known != kept_.end()) return known->second;

  core::Problems problems;
  Compiled scope;
  try {
    core::ScopeSettings settings =
        core::read_scope(value_of(context), core::ScopeKind::context, "reservation", problems);
    scope = std::make_shared<const core::ScopePolicy>("reservation", std::move(settings), *around.short_form,
                                                      around.table, "reservation", problems);
  } catch (const NestedTooDeep& error) {
    problems.add("reservation", "", error.what());
  }
  if (!problems.empty()) {
    LOG_WARN(logger, CHAINLOAD_HOST_CONTEXT_REFUSED).arg(problems.text());
    scope.reset();
  }
  if (kept_.size() >= kept_max) kept_.clear();
  kept_.emplace(key, scope);
  return scope;
}

FoundHost HostScopes::find(const core::Scopes& scopes, const core::Place& place,
                           const core::Identifiers& client) {
  const core::Subnet& subnet = *place.subnet;
  ConstHostPtr host;
  if (subnet.honours_its_reservations) host = host_in(subnet.id, scopes.networks(), client);
  if (!host && subnet.honours_global_reservations) {
    host = host_in(isc::dhcp::SUBNET_ID_GLOBAL, scopes.networks(), client);
  }
  FoundHost found;
  if (!host) return found;
  found.hostname = host->getHostname();
  const ConstElementPtr context = host->getContext();
  if (!context || context->getType() != Element::map) return found;
  if (const ConstElementPtr ours = context->get("chainload")) {
    found.scope = compiled(ours, scopes.around_reservation(place));
  }
  return found;
}

}  // namespace chainload::kea
