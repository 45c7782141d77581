// SPDX-License-Identifier: MPL-2.0
// What the server knows of a query besides its octets. core/ asks nobody: whoever calls fills this in, and
// only as far as Policy::reach says it is looked at.
#pragma once

#include <span>

#include "rule.h"

namespace chainload::core {

class ScopePolicy;

/// The names of the sources of Surroundings::first.
inline constexpr std::string_view override_source = "override";
inline constexpr std::string_view loop_guard_source = "loop-guard";

/// Everything is borrowed and must outlive the decision made with it.
struct Surroundings {
  std::span<const std::string_view> client_classes;  // in evaluation order
  Ipv4 your_address{};                               // yiaddr of the reply
  std::optional<std::uint32_t> subnet_id;
  std::string_view subnet_prefix;   // `192.0.2.0/24`, as the server writes it
  std::string_view shared_network;  // empty: none
  std::string_view hostname;        // that the server has for the client, else the one it sent; empty: none
  Instant now{};

  /// The `chainload` contexts that concern this client; null where there is none.
  const ScopePolicy* reservation = nullptr;
  const ScopePolicy* pool = nullptr;
  const ScopePolicy* subnet = nullptr;
  const ScopePolicy* shared_network_scope = nullptr;
  std::span<const ScopePolicy* const> classes;  // of the client's classes, in evaluation order

  /// Answers before every source and whatever is switched off, whoever asks; its match is not looked at.
  /// Null: none.
  const Rule* first = nullptr;
  std::string_view first_source;  // `override`, `loop-guard`
};

/// What a policy looks at, so that nothing is fetched for nothing.
struct Reach {
  std::uint16_t messages = 0;  // bits of the message types that some rule answers
  bool any_client = false;     // some rule speaks of others than boot clients
  bool client_classes = false;
  bool network = false;  // subnet or shared network
  bool hostname = false;
  bool clock = false;

  Reach& operator|=(const Reach& other) {
    messages |= other.messages;
    any_client |= other.any_client;
    client_classes |= other.client_classes;
    network |= other.network;
    hostname |= other.hostname;
    clock |= other.clock;
    return *this;
  }
};

/// A template looks at the network or the host name too.
inline void add_template(Reach& reach, const Template& text) {
  reach.network |= text.uses(Variable::subnet) || text.uses(Variable::shared_network);
  reach.hostname |= text.uses(Variable::hostname);
}

}  // namespace chainload::core
