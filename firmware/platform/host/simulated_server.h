// SPDX-License-Identifier: MPL-2.0
// A host on a simulated network that answers ARP and echo, and UDP and TCP services that a test hangs into
// it.
#pragma once

#include <memory>

#include "platform/host/simulated_stream.h"
#include "wire/arp.h"
#include "wire/udp.h"

namespace platform::host {

class SimulatedServer {
 public:
  struct Datagram {
    base::MacAddress source_mac;
    base::Ipv4Address source, destination;
    std::uint16_t source_port = 0, destination_port = 0;
    base::Bytes payload;
  };
  using UdpService = std::function<void(const Datagram&)>;
  using TcpService = std::function<void(SimulatedStream&)>;

  SimulatedServer(SimulatedNetwork& network, base::MacAddress mac, base::Ipv4Address address,
                  LinkQuality to_us = {}, LinkQuality from_us = {});

  base::Ipv4Address address() const { return address_; }
  const base::MacAddress& mac() const { return mac_; }
  SimulatedNetwork& network() { return network_; }
  SimulatedNetwork::PortNumber port() const { return port_; }
  /// Another address that this host answers for, such as a gateway's.
  void also_is(base::Ipv4Address address) { more_addresses_.push_back(address); }
  void be_silent(bool silent) { silent_ = silent; }
  /// From now on UDP to a shut port, and TCP to any that has no service, is answered by ICMP "unreachable"
  /// with this code.
  void report_unreachable(std::uint8_t code) { unreachable_code_ = code; }
  /// Such an answer to a packet of ours, from whoever the test pretends to be.
  void send_icmp_error(std::uint8_t type, std::uint8_t code, const wire::Ipv4View& about);

  void serve_udp(std::uint16_t port, UdpService service) { udp_services_[port] = std::move(service); }
  /// `service` is called for every new connection and hangs its handlers into the stream.
  void serve_tcp(std::uint16_t port, TcpService service, const TcpBehaviour& behaviour = {});

  /// To a machine we have heard from, or to everybody when `destination` is the broadcast address.
  void send_udp(std::uint16_t source_port, base::Ipv4Address destination, std::uint16_t destination_port,
                base::Bytes payload);
  /// The answer to `request`, from the port it came to.
  void reply(const Datagram& request, base::Bytes payload);
  /// A datagram to a machine that has no address yet, or from an address that is not ours.
  void send_udp_from(base::Ipv4Address source, std::uint16_t source_port, const base::MacAddress& mac,
                     base::Ipv4Address destination, std::uint16_t destination_port, base::Bytes payload);
  /// An IPv4 packet with a right header around `payload`.
  void send_ipv4(const base::MacAddress& mac, base::Ipv4Address source, base::Ipv4Address destination,
                 wire::IpProtocol protocol, base::Bytes payload);
  void send_frame(base::Bytes frame) { network_.send(port_, frame); }
  void send_arp(const wire::ArpRepr& packet, const base::MacAddress& destination);

  const std::vector<std::unique_ptr<SimulatedStream>>& streams() const { return streams_; }
  SimulatedStream& stream(std::size_t i = 0) { return *streams_[i]; }
  /// The MAC of the machine that last used `address`; zero when none did.
  base::MacAddress mac_of(base::Ipv4Address address) const;
  std::size_t arp_requests() const { return arp_requests_; }
  std::size_t echo_replies() const { return echo_replies_; }
  const std::vector<std::uint8_t>& last_echo() const { return last_echo_; }
  void ping(base::Ipv4Address target, std::size_t body_size);

 private:
  struct TcpListener {
    TcpService service;
    TcpBehaviour behaviour;
  };
  void receive(base::Bytes frame);
  void receive_arp(base::Bytes packet);
  void receive_udp(const wire::Ipv4View& packet, const base::MacAddress& from);
  void receive_tcp(const wire::Ipv4View& packet);
  bool is_us(base::Ipv4Address address) const;

  SimulatedNetwork& network_;
  base::MacAddress mac_;
  base::Ipv4Address address_;
  SimulatedNetwork::PortNumber port_;
  std::vector<base::Ipv4Address> more_addresses_;
  std::map<std::uint32_t, base::MacAddress> neighbours_;
  std::map<std::uint16_t, UdpService> udp_services_;
  std::map<std::uint16_t, TcpListener> tcp_listeners_;
  std::vector<std::unique_ptr<SimulatedStream>> streams_;
  bool silent_ = false;
  std::optional<std::uint8_t> unreachable_code_;
  std::size_t arp_requests_ = 0, echo_replies_ = 0;
  std::vector<std::uint8_t> last_echo_;
};

}  // namespace platform::host
