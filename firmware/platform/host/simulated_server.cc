// SPDX-License-Identifier: MPL-2.0
#include "platform/host/simulated_server.h"

#include "wire/icmp.h"

namespace platform::host {

SimulatedServer::SimulatedServer(SimulatedNetwork& network, base::MacAddress mac, base::Ipv4Address address,
                                 LinkQuality to_us, LinkQuality from_us)
    : network_(network),
      mac_(mac),
      address_(address),
      port_(network.attach([this](base::Bytes frame) { receive(frame); }, to_us, from_us)) {}

void SimulatedServer::serve_tcp(std::uint16_t port, TcpService service, const TcpBehaviour& behaviour) {
  tcp_listeners_[port] = {std::move(service), behaviour};
}

bool SimulatedServer::is_us(base::Ipv4Address address) const {
  if (address == address_ || address == base::Ipv4Address::broadcast()) return true;
  for (base::Ipv4Address other : more_addresses_) {
    if (address == other) return true;
  }
  return false;
}

base::MacAddress SimulatedServer::mac_of(base::Ipv4Address address) const {
  const auto found = neighbours_.find(address.value);
  return found == neighbours_.end() ? base::MacAddress{} : found->second;
}

void SimulatedServer::receive(base::Bytes frame) {
  const auto ethernet = wire::EthernetView::parse(frame);
  if (!ethernet || silent_) return;
  if (ethernet->destination() != mac_ && !ethernet->destination().is_group()) return;
  if (ethernet->type() == wire::EtherType::arp) {
    receive_arp(ethernet->payload());
    return;
  }
  if (ethernet->type() != wire::EtherType::ipv4) return;
  const auto packet = wire::Ipv4View::parse(ethernet->payload());
  if (!packet || !packet->checksum_ok()) return;
  if (!packet->source().is_any()) neighbours_[packet->source().value] = ethernet->source();
  // A router takes what is addressed to its MAC, wherever it goes: the services see the real destination.
  if (packet->protocol() == wire::IpProtocol::udp) receive_udp(*packet, ethernet->source());
  if (packet->protocol() == wire::IpProtocol::tcp) receive_tcp(*packet);
  if (packet->protocol() == wire::IpProtocol::icmp && is_us(packet->destination())) {
    const auto echo = wire::IcmpEchoRepr::parse(packet->payload());
    if (echo && echo->type == wire::IcmpEchoRepr::Type::reply) {
      ++echo_replies_;
      last_echo_.assign(echo->body.begin(), echo->body.end());
    } else if (echo) {
      wire::IcmpEchoRepr answer = *echo;
      answer.type = wire::IcmpEchoRepr::Type::reply;
      std::vector<std::uint8_t> bytes(answer.size());
      answer.emit(bytes);
      send_ipv4(ethernet->source(), packet->destination(), packet->source(), wire::IpProtocol::icmp, bytes);
    }
  }
}

void SimulatedServer::receive_arp(base::Bytes packet) {
  const auto arp = wire::ArpRepr::parse(packet);
  if (!arp) return;
  neighbours_[arp->sender_ip.value] = arp->sender_mac;
  if (arp->operation != wire::ArpRepr::Operation::request || !is_us(arp->target_ip)) return;
  ++arp_requests_;
  send_arp({wire::ArpRepr::Operation::reply, mac_, arp->target_ip, arp->sender_mac, arp->sender_ip},
           arp->sender_mac);
}

void SimulatedServer::receive_udp(const wire::Ipv4View& packet, const base::MacAddress& from) {
  const auto datagram = wire::UdpView::parse(packet.payload());
  if (!datagram || !datagram->checksum_ok(packet.source(), packet.destination()) ||
      !is_us(packet.destination()))
    return;
  const auto service = udp_services_.find(datagram->destination_port());
  if (service == udp_services_.end()) {
    if (unreachable_code_ && packet.destination() == address_) send_icmp_error(3, *unreachable_code_, packet);
    return;
  }
  service->second({from, packet.source(), packet.destination(), datagram->source_port(),
                   datagram->destination_port(), datagram->payload()});
}

void SimulatedServer::receive_tcp(const wire::Ipv4View& packet) {
  const auto segment = wire::TcpView::parse(packet.payload());
  if (!segment || !segment->checksum_ok(packet.source(), packet.destination())) return;
  for (auto& stream : streams_) {
    const SimulatedStream::Ends& ends = stream->ends();
    if (!stream->is_closed() && ends.remote == packet.source() && ends.local == packet.destination() &&
        ends.remote_port == segment->source_port() && ends.local_port == segment->destination_port()) {
      stream->process(*segment);
      return;
    }
  }
  const auto listener = tcp_listeners_.find(segment->destination_port());
  const wire::TcpFlags flags = segment->flags();
  if (!is_us(packet.destination()) || flags.rst) return;
  const base::Ipv4Address us = packet.destination(), client = packet.source();
  const auto send = [this, us, client](const wire::TcpRepr& repr) {
    std::vector<std::uint8_t> bytes(repr.size());
    repr.emit(bytes, us, client);
    send_ipv4(mac_of(client), us, client, wire::IpProtocol::tcp, bytes);
  };
  if (listener == tcp_listeners_.end() && unreachable_code_)
    return send_icmp_error(3, *unreachable_code_, packet);
  if (listener == tcp_listeners_.end() || !flags.syn || flags.ack) {
    wire::TcpRepr reset;
    reset.source_port = segment->destination_port();
    reset.destination_port = segment->source_port();
    reset.flags.rst = true;
    if (flags.ack) {
      reset.sequence = segment->acknowledgment();
    } else {
      reset.flags.ack = true;
      reset.acknowledgment = segment->sequence() + (segment->payload().size() + (flags.syn ? 1 : 0));
    }
    send(reset);
    return;
  }
  streams_.push_back(std::make_unique<SimulatedStream>(
      network_, SimulatedStream::Ends{us, client, segment->destination_port(), segment->source_port()},
      listener->second.behaviour, send));
  listener->second.service(*streams_.back());
  streams_.back()->process(*segment);
}

void SimulatedServer::send_udp(std::uint16_t source_port, base::Ipv4Address destination,
                               std::uint16_t destination_port, base::Bytes payload) {
  const bool to_all = destination == base::Ipv4Address::broadcast();
  send_udp_from(address_, source_port, to_all ? base::MacAddress::broadcast() : mac_of(destination),
                destination, destination_port, payload);
}

void SimulatedServer::reply(const Datagram& request, base::Bytes payload) {
  const base::Ipv4Address from =
      is_us(request.destination) && request.destination != base::Ipv4Address::broadcast()
          ? request.destination
          : address_;
  send_udp_from(from, request.destination_port, request.source_mac, request.source, request.source_port,
                payload);
}

void SimulatedServer::send_udp_from(base::Ipv4Address source, std::uint16_t source_port,
                                    const base::MacAddress& mac, base::Ipv4Address destination,
                                    std::uint16_t destination_port, base::Bytes payload) {
  std::vector<std::uint8_t> bytes(wire::UdpRepr::size + payload.size());
  std::copy(payload.begin(), payload.end(), bytes.begin() + wire::UdpRepr::size);
  wire::UdpRepr{source_port, destination_port, payload.size()}.emit(bytes, source, destination);
  send_ipv4(mac, source, destination, wire::IpProtocol::udp, bytes);
}

void SimulatedServer::send_ipv4(const base::MacAddress& mac, base::Ipv4Address source,
                                base::Ipv4Address destination, wire::IpProtocol protocol,
                                base::Bytes payload) {
  constexpr std::size_t ip_at = wire::EthernetRepr::size, payload_at = ip_at + wire::Ipv4Repr::size;
  std::vector<std::uint8_t> frame(payload_at + payload.size());
  wire::EthernetRepr{mac, mac_, wire::EtherType::ipv4}.emit(frame);
  wire::Ipv4Repr{source, destination, protocol, payload.size()}.emit(base::MutBytes(frame).subspan(ip_at));
  std::copy(payload.begin(), payload.end(), frame.begin() + payload_at);
  send_frame(frame);
}

void SimulatedServer::send_icmp_error(std::uint8_t type, std::uint8_t code, const wire::Ipv4View& about) {
  // [rfc792] the header and the first 8 bytes behind it.
  std::vector<std::uint8_t> message(8 + wire::Ipv4Repr::size + 8);
  message[0] = type;
  message[1] = code;
  wire::Ipv4Repr{about.source(), about.destination(), about.protocol(), about.payload().size()}.emit(
      base::MutBytes(message).subspan(8));
  std::copy_n(about.payload().begin(), std::min<std::size_t>(8, about.payload().size()),
              message.begin() + 28);
  wire::Checksum sum;
  sum.add(message);
  base::store_be16(&message[2], sum.finish());
  send_ipv4(mac_of(about.source()), address_, about.source(), wire::IpProtocol::icmp, message);
}

void SimulatedServer::send_arp(const wire::ArpRepr& packet, const base::MacAddress& destination) {
  std::vector<std::uint8_t> frame(60);
  wire::EthernetRepr{destination, mac_, wire::EtherType::arp}.emit(frame);
  packet.emit(base::MutBytes(frame).subspan(wire::EthernetRepr::size));
  send_frame(frame);
}

void SimulatedServer::ping(base::Ipv4Address target, std::size_t body_size) {
  std::vector<std::uint8_t> body(body_size);
  for (std::size_t i = 0; i < body_size; ++i) body[i] = static_cast<std::uint8_t>(i);
  const wire::IcmpEchoRepr echo{wire::IcmpEchoRepr::Type::request, 1, 1, body};
  std::vector<std::uint8_t> bytes(echo.size());
  echo.emit(bytes);
  send_ipv4(mac_of(target), address_, target, wire::IpProtocol::icmp, bytes);
}

}  // namespace platform::host
