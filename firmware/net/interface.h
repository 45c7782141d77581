// SPDX-License-Identifier: MPL-2.0
// Our one place on the network: Ethernet, ARP, IPv4 and echo over the platform's card.
#pragma once

#include "net/arp_cache.h"
#include "net/reassembly.h"
#include "net/udp.h"
#include "platform/platform.h"
#include "wire/tcp.h"
#include "wire/udp.h"

namespace net {

struct Route {
  base::Ipv4Address network, netmask;
  base::Ipv4Address router;  // any(): the network is on our own cable
};

struct Ipv4Config {
  static constexpr std::size_t max_routes = 16;

  base::Ipv4Address address;
  base::Ipv4Address netmask;  // any(): the one of the address's class
  base::Ipv4Address gateway;  // any(): none
  std::uint16_t mtu = 0;      // 0: the card's
  /// Besides our own network, which no route can take away, and the gateway. An empty netmask: no route.
  std::array<Route, max_routes> routes{};
};

/// Frames and packets since the start; what was dropped is counted under the reason.
struct InterfaceCounters {
  std::uint32_t received = 0;
  std::uint32_t transmitted = 0;
  std::uint32_t not_for_us = 0;  // another's address, or a protocol we do not speak
  std::uint32_t malformed = 0;   // lengths, versions and addresses that cannot be
  std::uint32_t bad_checksum = 0;
  std::uint32_t fragments = 0;          // pieces of datagrams, whatever became of them
  std::uint32_t no_listener = 0;        // no machine on that port
  std::uint32_t address_conflicts = 0;  // another machine said that our address is its own
  std::uint32_t unsendable = 0;         // no route, or the card's queue was full
};

/// [rfc791 3.2] the netmask that an address had before there were netmasks.
base::Ipv4Address mask_of_class(base::Ipv4Address address);

class Interface {
 public:
  static constexpr std::size_t max_frame = 1514;
  static constexpr std::size_t least_mtu = 576;

  explicit Interface(platform::Nic& nic);
  Interface(const Interface&) = delete;
  Interface& operator=(const Interface&) = delete;

  const base::MacAddress& mac() const { return mac_; }
  platform::Nic& nic() { return nic_; }
  /// Largest IP packet that is sent.
  std::size_t mtu() const { return mtu_; }

  /// From now on we are `config.address`; a default Ipv4Config makes us nobody again.
  void configure(const Ipv4Config& config);
  const Ipv4Config& config() const { return config_; }
  bool is_configured() const { return !config_.address.is_any(); }

  const InterfaceCounters& counters() const { return counters_; }
  InterfaceCounters& counters() { return counters_; }

  /// One frame from the card. ARP and echo requests are answered at once; a UDP, TCP or other ICMP packet for
  /// us comes back, put together where it came in pieces, and is good until the next frame.
  std::optional<wire::Ipv4View> receive(base::Bytes frame, base::Instant now);
  /// Offers the card what it had no room for, ARP's questions and the packets that ARP has set free.
  /// True when anything was sent.
  bool transmit(base::Instant now);
  base::Instant poll_at() const { return arp_.poll_at(); }

  /// False while a frame waits for the card: then nothing else may be sent.
  bool can_send() const { return waiting_size_ == 0; }
  /// Where a UDP payload is written before send_udp(): no copy is made.
  base::MutBytes udp_payload_room();
  void send_udp(const UdpOutgoing& datagram, base::Instant now);
  void send_tcp(const wire::TcpRepr& segment, base::Ipv4Address source, base::Ipv4Address destination,
                base::Instant now);

  /// Asks `destination` for an echo of `size` bytes; last_echo() tells what came back.
  void send_echo(base::Ipv4Address destination, std::uint16_t identifier, std::uint16_t sequence,
                 std::size_t size, base::Instant now);
  struct EchoReply {
    base::Ipv4Address source;
    std::uint16_t identifier = 0, sequence = 0;
    std::size_t size = 0;
  };
  const EchoReply& last_echo() const { return last_echo_; }

  /// True when the one who would carry packets to `destination` answers no ARP.
  bool is_unreachable(base::Ipv4Address destination) const;
  /// The neighbour that packets to `destination` go to; any() when there is none.
  base::Ipv4Address next_hop(base::Ipv4Address destination) const;
  bool is_broadcast(base::Ipv4Address address) const;
  /// True when a packet to `destination` could leave at once; otherwise its neighbour is being asked for.
  bool knows_way(base::Ipv4Address destination, base::Instant now) {
    const base::Ipv4Address hop = next_hop(destination);
    return !hop.is_any() && arp_.find(hop, now);
  }

 private:
  void receive_arp(base::Bytes packet, base::Instant now);
  /// True when it was an echo, or is no concern of ours.
  bool receive_echo(const wire::Ipv4View& packet, base::Instant now);
  bool is_ours(base::Ipv4Address destination) const;
  bool is_valid_source(base::Ipv4Address source) const;
  /// The IPv4 payload stands in frame_; puts the headers before it and sends it, or leaves it with ARP.
  void send_ipv4(const wire::Ipv4Repr& header, base::Instant now);
  void send_frame(const base::MacAddress& destination, wire::EtherType type, std::size_t payload_size);

  platform::Nic& nic_;
  base::MacAddress mac_;
  Ipv4Config config_;
  std::size_t mtu_;
  ArpCache arp_;
  InterfaceCounters counters_;
  Reassembly reassembly_;
  EchoReply last_echo_;
  std::size_t waiting_size_ = 0;  // of the frame in frame_ that the card had no room for
  std::array<std::uint8_t, max_frame> frame_{};
};

}  // namespace net
