// SPDX-License-Identifier: MPL-2.0
// Answers of name servers. The question is always for "host.test".
#include <algorithm>

#include "fuzz_target.h"
#include "wire/dns.h"

FUZZ_TARGET(dns_message) {
  const auto message = wire::DnsMessage::parse(input);
  if (!message) return;
  wire::DnsName name;
  fuzz::require(wire::normalise_dns_name("host.test", name));
  static_cast<void>(message->answers(name));
  static_cast<void>(message->is_response() && message->is_truncated());
  base::Ipv4Address address;
  const auto found = message->find_address(name, address);
  fuzz::note(std::uint64_t{address.value} << 8 | static_cast<std::uint8_t>(found));
  if (found == wire::DnsMessage::Found::malformed) return;
  fuzz::note(name.view());
  wire::DnsName again;
  fuzz::require(wire::normalise_dns_name(name, again));
  fuzz::require(again.view() == name.view());
}
