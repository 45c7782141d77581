// SPDX-License-Identifier: MPL-2.0
// A client as rules see it: what it says, what the server knows, and what follows from the two.
#pragma once

#include "core/facts/boot_client.h"
#include "core/facts/relay_agent.h"
#include "core/rules/surroundings.h"

namespace chainload::core {

/// Borrows the facts and the surroundings.
struct Client {
  Client(const Facts& said, const Surroundings& known, bool boots)
      : facts(said), around(known), is_boot_client(boots) {
    if (is_boot_client) kind = client_kind(facts);
    architectures = client_architectures(facts);
  }

  std::optional<Bytes> circuit_id() const { return relay_value(relay_option::circuit_id); }
  std::optional<Bytes> remote_id() const { return relay_value(relay_option::remote_id); }

  /// The UUID's 16 octets, where option 97 holds one of the only registered type.
  std::optional<Bytes> uuid() const {
    const auto& option = facts.client_uuid;
    if (!option || option->size() != 17 || option->front() != 0) return std::nullopt;
    return option->subspan(1);
  }

  const Facts& facts;
  const Surroundings& around;
  bool is_boot_client;
  ClientKind kind = ClientKind::other;
  ClientArchitectures architectures;

 private:
  std::optional<Bytes> relay_value(std::uint8_t code) const {
    return facts.relay_agent ? relay_sub_option(*facts.relay_agent, code) : std::nullopt;
  }
};

}  // namespace chainload::core
