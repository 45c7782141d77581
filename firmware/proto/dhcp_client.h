// SPDX-License-Identifier: MPL-2.0
// Asking the network who we are and what to boot: DHCP with PXE's ProxyDHCP, as gPXE speaks it [rfc2131,
// pxe 2.2].
#pragma once

#include <optional>

#include "base/entropy.h"
#include "base/result.h"
#include "net/interface.h"
#include "wire/pxe.h"

namespace proto {

/// What we say of ourselves. The spans and views outlive the client.
struct DhcpIdentity {
  base::MacAddress mac;
  std::uint16_t client_architecture = 0;  // [rfc4578 2.1]
  std::uint8_t undi_major = 2;            // [rfc4578 2.2]
  std::uint8_t undi_minor = 1;
  base::Bytes uuid;  // 16 bytes as SMBIOS has them, or empty
  struct PciId {
    std::uint16_t vendor, device;
  };
  std::optional<PciId> pci;
  std::string_view user_class = "gPXE";
};

struct DhcpTiming {
  base::Duration total = base::Duration::seconds(60);      // until an address is ours
  base::Duration first_wait = base::Duration::seconds(1);  // doubled with each unanswered DISCOVER or REQUEST
  base::Duration longest_wait = base::Duration::seconds(10);
  base::Duration proxy_wait =
      base::Duration::seconds(2);  // for a ProxyDHCP server, only where the offers lack a file
  base::Duration boot_server_wait = base::Duration::seconds(10);  // for the server of a boot menu's item
  unsigned max_requests = 4;       // of one offer; then it is looked for again
  unsigned max_refusals = 3;       // DHCPNAKs that are taken
  bool always_broadcast = false;
};

/// A BOOTP payload as it came.
struct StoredPacket {
  static constexpr std::size_t capacity =
      1472;  // what option 57 asks for, and all that fits an Ethernet frame

  std::array<std::uint8_t, capacity> bytes;
  std::size_t size = 0;

  bool is_empty() const { return size == 0; }
  base::Bytes view() const { return base::Bytes(bytes).first(size); }
  bool store(base::Bytes packet);
};

/// What the settings are read from.
struct DhcpOutcome {
  StoredPacket ack;    // DHCPACK, or a BOOTP reply
  StoredPacket proxy;  // what a ProxyDHCP or boot server said last; often empty
};

/// A machine on port 68.
class DhcpClient {
 public:
  /// With `servers` only they are asked, from `our_address`; the answer becomes outcome.proxy.
  DhcpClient(const DhcpIdentity& identity, const DhcpTiming& timing, base::EntropyPool& entropy,
             DhcpOutcome& outcome, base::Instant now, const wire::PxeBootServers* servers = nullptr,
             base::Ipv4Address our_address = {});

  void process(const net::UdpDatagram& datagram, base::Instant now);
  std::optional<net::UdpOutgoing> transmit(base::MutBytes payload, base::Instant now);
  base::Instant poll_at() const;

  /// The address is ours: the interface should take config() and interface_is_up() be called.
  bool has_lease() const { return phase_ >= Phase::bound && phase_ != Phase::failed; }
  net::Ipv4Config config() const;
  /// From here on packets may come from our address, as ProxyDHCP servers on port 4011 want them.
  void interface_is_up(base::Instant now);
  bool is_finished() const { return phase_ == Phase::done || phase_ == Phase::failed; }
  const base::Error* failure() const { return failure_ ? &*failure_ : nullptr; }

 private:
  enum class Phase : std::uint8_t { discovering, requesting, bound, asking_proxy, done, failed };
  struct Offer {
    base::Ipv4Address server;   // option 54
    base::Ipv4Address address;  // yiaddr
    std::int8_t priority = 0;   // option 175.1
    bool is_bootp = false;      // it is the answer itself; nothing is to be requested
    bool has_file = false;      // or a boot menu
    bool no_proxy = false;  // option 175.176
    bool is_pxe = false;    // option 60 begins PXEClient: this server may know more on port 4011

    bool is_complete() const { return has_file || no_proxy; }
    bool is_better_than(const Offer& other) const {
      return priority != other.priority ? priority > other.priority : is_complete() && !other.is_complete();
    }
  };

  void process_offer(const wire::DhcpPacket& packet, base::Bytes raw, base::Instant now);
  void process_answer(const wire::DhcpPacket& packet, base::Bytes raw, base::Instant now);
  void process_proxy_answer(const wire::DhcpPacket& packet, base::Bytes raw, base::Ipv4Address source);
  void discover_anew(base::Instant when);
  void request(base::Instant now);
  void take_lease(base::Bytes raw);
  void expire(base::Instant now);
  void fail();
  std::size_t write(base::MutBytes payload) const;

  const DhcpIdentity& identity_;
  const DhcpTiming& timing_;
  base::EntropyPool& entropy_;
  DhcpOutcome& outcome_;

  Phase phase_ = Phase::discovering;
  std::uint32_t xid_ = 0;
  std::uint16_t secs_ = 0;  // of the last DISCOVER
  unsigned discovers_ = 0;  // sent since the start
  unsigned tries_ = 0;      // sent in this phase
  unsigned refusals_ = 0;
  unsigned useless_replies_ = 0;
  base::Instant start_;
  base::Instant give_up_;                              // when the whole ends without an address
  base::Instant send_at_;                              // when the next packet is due
  base::Instant phase_ends_ = base::Instant::never();  // the wait for ProxyDHCP
  base::Duration wait_;
  std::optional<Offer> offer_;  // the best so far, then the one requested
  std::optional<Offer> proxy_;
  wire::PxeBootServers servers_;  // asked on port 4011, or by a broadcast on 67
  base::Ipv4Address our_address_;
  std::optional<base::Error> failure_;
};

}  // namespace proto
