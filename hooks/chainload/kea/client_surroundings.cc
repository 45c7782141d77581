// SPDX-License-Identifier: MPL-2.0
// Classes, subnet, scopes, host name and time of one client.
#include "client_surroundings.h"

#include <chrono>

#include "core/facts/dhcp.h"

namespace chainload::kea {
namespace {

constexpr std::uint8_t hostname_option = 12;

/// The text of option 12, or nothing.
std::string hostname_in(const isc::dhcp::Pkt4& packet) {
  const auto found = packet.options_.find(hostname_option);
  if (found == packet.options_.end() || !found->second) return {};
  const auto octets = found->second->toBinary();
  return {octets.begin(), octets.end()};
}

}  // namespace

void ClientSurroundings::put_first(std::string_view source, const core::Rule* rule) {
  around_.first_source = source;
  around_.first = rule;
  if (rule == nullptr) return;
  for (const auto* text : {&rule->boot.boot_file, &rule->boot.server_hostname}) {
    if (*text) core::add_template(reach_, **text);
  }
}

void ClientSurroundings::see(const isc::dhcp::Pkt4& query, const isc::dhcp::Pkt4& reply) {
  if (reach_.client_classes || now_.scopes->has_class_scopes()) {
    const auto& classes = query.getClasses();
    const auto count = static_cast<std::size_t>(std::distance(classes.begin(), classes.end()));
    if (count > few_classes_.size()) many_classes_.resize(count);
    std::string_view* at = count > few_classes_.size() ? many_classes_.data() : few_classes_.data();
    around_.client_classes = std::span<const std::string_view>(at, count);
    for (const std::string& name : classes) *at++ = name;
  }
  // A DHCPINFORM is answered with an ACK without yiaddr: the client has its address already.
  const auto given = core::Ipv4{reply.getYiaddr().toUint32()};
  find_scopes(given == core::Ipv4::unset ? facts_.client_address : given, nullptr);
  if (reach_.hostname && around_.hostname.empty()) {
    hostname_ = hostname_in(reply);
    if (hostname_.empty()) hostname_ = hostname_in(query);
    around_.hostname = hostname_;
  }
  tell_time();
}

void ClientSurroundings::see(const KnownOfClient& known) {
  many_classes_.assign(known.classes.begin(), known.classes.end());
  around_.client_classes = many_classes_;
  find_scopes(known.address, known.subnet);
  if (!known.hostname.empty()) around_.hostname = known.hostname;
  tell_time();
}

void ClientSurroundings::find_scopes(core::Ipv4 address, const core::Subnet* subnet) {
  around_.your_address = address;
  core::Place place = now_.scopes->networks().place_of(address);
  if (subnet != nullptr && subnet != place.subnet) place = {subnet, nullptr};
  if (place.subnet != nullptr) subnet_id_ = place.subnet->id;
  if (now_.scopes->empty() && !reach_.network && !reach_.hostname && !now_.hosts) return;
  now_.scopes->find_in(place, facts_, address, found_, around_);
  if (found_.reservation != nullptr) {
    around_.hostname = found_.reservation->hostname;
  } else if (now_.hosts && place.subnet != nullptr) {
    look_up_host();
  }
}

void ClientSurroundings::look_up_host() {
  FoundHost host = now_.hosts->find(*now_.scopes, found_.place, core::Identifiers(facts_));
  host_scope_ = std::move(host.scope);
  around_.reservation = host_scope_.get();
  hostname_ = std::move(host.hostname);
  around_.hostname = hostname_;
}

void ClientSurroundings::tell_time() {
  if (!reach_.clock) return;
  around_.now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace chainload::kea
