// SPDX-License-Identifier: MPL-2.0
// From a server's name to its IPv4 address [rfc1034 5.3, rfc1035 7].
#pragma once

#include <optional>

#include "base/entropy.h"
#include "base/result.h"
#include "net/udp.h"
#include "wire/dns.h"

namespace proto {

/// A machine on a random port. Asks each server in turn, three times around.
class DnsResolver {
 public:
  static constexpr unsigned max_rounds = 3;  // waiting 1, 2 and 4 s for each server
  static constexpr unsigned max_aliases = 8;
  static constexpr unsigned max_search_domains = 8;
  static constexpr unsigned last_candidate = max_search_domains + 2;

  /// A name without a dot is looked for in the search domains first, one with a dot afterwards; one that ends
  /// with a dot only as it is. The domains are those of DHCP option 119, compressed as they came, and then
  /// the other one. `servers` and the texts outlive the resolver.
  DnsResolver(std::string_view name, base::Bytes search_list, std::string_view search_domain,
              std::span<const base::Ipv4Address> servers, std::uint16_t local_port,
              base::EntropyPool& entropy, base::Instant now);

  void process(const net::UdpDatagram& datagram, base::Instant now);
  /// A server that is not there makes way for the next at once.
  void process_icmp(const net::IcmpReport& report, base::Instant now);
  std::optional<net::UdpOutgoing> transmit(base::MutBytes payload, base::Instant now);
  base::Instant poll_at() const { return is_finished() ? base::Instant::never() : send_at_; }

  bool is_finished() const { return address_ || failure_; }
  std::optional<base::Ipv4Address> address() const { return address_; }
  const base::Error* failure() const { return failure_ ? &*failure_ : nullptr; }

 private:
  bool compose(unsigned candidate);
  void ask_next_candidate(base::Instant now);
  void ask(base::Instant now);
  void fail_with_servers();

  std::string_view name_, search_domain_;
  base::Bytes search_list_;
  std::span<const base::Ipv4Address> servers_;
  std::uint16_t local_port_;
  base::EntropyPool& entropy_;

  unsigned candidate_ = 0;  // the next to be composed
  wire::DnsName question_;
  std::uint16_t id_ = 0;
  unsigned tries_ = 0;  // questions sent for question_, to server tries_ % count
  unsigned aliases_ = 0;
  std::optional<wire::DnsCode> last_code_;  // of a server that could not answer
  std::optional<net::IcmpReport> report_;   // about one that is not there
  base::Ipv4Address denier_;                // who said that the name does not exist
  base::Instant send_at_;
  std::optional<base::Ipv4Address> address_;
  std::optional<base::Error> failure_;
};

}  // namespace proto
