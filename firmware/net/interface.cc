// SPDX-License-Identifier: MPL-2.0
#include "net/interface.h"

#include "base/debug.h"
#include "wire/icmp.h"

namespace net {
namespace {

constexpr std::size_t ip_at = wire::EthernetRepr::size;
constexpr std::size_t ip_payload_at = ip_at + wire::Ipv4Repr::size;

}  // namespace

base::Ipv4Address mask_of_class(base::Ipv4Address address) {
  if (address.value >> 31 == 0) return {0xff000000U};
  return {address.value >> 30 == 2 ? 0xffff0000U : 0xffffff00U};
}

Interface::Interface(platform::Nic& nic) : nic_(nic), mac_(nic.mac()), mtu_(0) {
  configure({});
}

void Interface::configure(const Ipv4Config& config) {
  config_ = config;
  if (config_.netmask.is_any()) config_.netmask = mask_of_class(config_.address);
  mtu_ = nic_.mtu() < max_frame - ip_at ? nic_.mtu() : max_frame - ip_at;
  if (config.mtu >= least_mtu && config.mtu < mtu_) mtu_ = config.mtu;
  arp_.forget();
  DEBUG_LINE(ip, log, "we are {}/{} gw {}, MTU {}", config_.address, config_.netmask, config_.gateway, mtu_);
}

bool Interface::is_broadcast(base::Ipv4Address address) const {
  if (address == base::Ipv4Address::broadcast()) return true;
  // A network of one or two addresses has no broadcast address [rfc3021].
  const std::uint32_t host = ~config_.netmask.value;
  return is_configured() && host > 1 && address.value == (config_.address.value | host);
}

/// As long as we are nobody, everything that reached our MAC may be an answer to our DISCOVER
/// [rfc1542 4.1.2].
bool Interface::is_ours(base::Ipv4Address destination) const {
  if (is_broadcast(destination)) return true;
  return is_configured() ? destination == config_.address
                         : !destination.is_multicast() && !destination.is_loopback();
}

/// [rfc1122 3.2.1.3] addresses that stand for no single host, and our own.
bool Interface::is_valid_source(base::Ipv4Address source) const {
  if (source.is_any() || source.is_multicast() || source.is_loopback() || is_broadcast(source)) return false;
  return !is_configured() || source != config_.address;
}

std::optional<wire::Ipv4View> Interface::receive(base::Bytes frame, base::Instant now) {
  ++counters_.received;
  const auto ethernet = wire::EthernetView::parse(frame);
  if (!ethernet) {
    ++counters_.malformed;
    return std::nullopt;
  }
  const base::MacAddress destination = ethernet->destination();
  if (destination != mac_ && destination != base::MacAddress::broadcast()) {
    ++counters_.not_for_us;
    return std::nullopt;
  }
  if (ethernet->type() == wire::EtherType::arp) {
    receive_arp(ethernet->payload(), now);
    return std::nullopt;
  }
  if (ethernet->type() != wire::EtherType::ipv4) {
    ++counters_.not_for_us;
    return std::nullopt;
  }
  // A TTL of 0 or 1 is no reason to drop what has already arrived [rfc1122 3.2.1.7].
  auto packet = wire::Ipv4View::parse(ethernet->payload());
  if (packet) {
    DEBUG_LINE(ip, io, "from {} to {}: protocol {}, {} bytes", packet->source(), packet->destination(),
               static_cast<unsigned>(packet->protocol()), packet->payload().size());
  }
  if (!packet || !is_valid_source(packet->source())) {
    DEBUG_LINE(ip, extra, "a packet of {} bytes is dropped: it is malformed, or from nobody", frame.size());
    ++counters_.malformed;
  } else if (!packet->checksum_ok()) {
    DEBUG_LINE(ip, extra, "a packet from {} is dropped: its checksum is wrong", packet->source());
    ++counters_.bad_checksum;
  } else if (!is_ours(packet->destination())) {
    ++counters_.not_for_us;
  } else {
    if (packet->is_fragment()) {
      ++counters_.fragments;
      packet = reassembly_.add(*packet, now);
      if (!packet) return packet;
    }
    if (packet->protocol() == wire::IpProtocol::udp || packet->protocol() == wire::IpProtocol::tcp ||
        (packet->protocol() == wire::IpProtocol::icmp && !receive_echo(*packet, now))) {
      return packet;
    }
    ++counters_.not_for_us;
  }
  return std::nullopt;
}

void Interface::receive_arp(base::Bytes packet, base::Instant now) {
  const auto arp = wire::ArpRepr::parse(packet);
  if (!arp) {
    ++counters_.malformed;
    return;
  }
  if (!is_configured()) return;
  if (arp->sender_ip == config_.address) {
    DEBUG_LINE(arp, log, "{} says that {}, which is ours, is its own", arp->sender_mac, arp->sender_ip);
    if (arp->sender_mac != mac_) ++counters_.address_conflicts;
    return;
  }
  arp_.process(*arp, now);
  if (arp->operation != wire::ArpRepr::Operation::request || arp->target_ip != config_.address) return;
  // Also the answer to a probe [rfc5227 2.1.1]: whoever wants our address learns that it is taken.
  if (!can_send()) {
    ++counters_.unsendable;
    return;
  }
  const wire::ArpRepr reply{wire::ArpRepr::Operation::reply, mac_, config_.address, arp->sender_mac,
                            arp->sender_ip};
  reply.emit(base::MutBytes(frame_).subspan(ip_at));
  send_frame(arp->sender_mac, wire::EtherType::arp, wire::ArpRepr::size);
}

bool Interface::receive_echo(const wire::Ipv4View& packet, base::Instant now) {
  const auto echo = wire::IcmpEchoRepr::parse(packet.payload());
  if (!echo) return false;
  if (echo->type == wire::IcmpEchoRepr::Type::reply) {
    last_echo_ = {packet.source(), echo->identifier, echo->sequence, echo->body.size()};
    return true;
  }
  // No answer to a broadcast: one request would bring as many replies as there are hosts [rfc1122 3.2.2.6].
  if (packet.destination() != config_.address || echo->size() > mtu_ - wire::Ipv4Repr::size) return true;
  if (!can_send()) {
    ++counters_.unsendable;
    return true;
  }
  wire::IcmpEchoRepr reply = *echo;
  reply.type = wire::IcmpEchoRepr::Type::reply;
  reply.emit(base::MutBytes(frame_).subspan(ip_payload_at));
  send_ipv4({config_.address, packet.source(), wire::IpProtocol::icmp, reply.size()}, now);
  return true;
}

void Interface::send_echo(base::Ipv4Address destination, std::uint16_t identifier, std::uint16_t sequence,
                          std::size_t size, base::Instant now) {
  const wire::IcmpEchoRepr request{wire::IcmpEchoRepr::Type::request, identifier, sequence, {}};
  const std::size_t payload_size = request.size() + size;
  if (!can_send() || payload_size > mtu_ - wire::Ipv4Repr::size) {
    ++counters_.unsendable;
    return;
  }
  std::memset(&frame_[ip_payload_at], 0, payload_size);
  request.emit(base::MutBytes(frame_).subspan(ip_payload_at));  // zeros behind it leave its sum as it is
  send_ipv4({config_.address, destination, wire::IpProtocol::icmp, payload_size}, now);
}

bool Interface::transmit(base::Instant now) {
  bool sent = false;
  if (waiting_size_ != 0) {
    if (!nic_.transmit(base::Bytes(frame_).first(waiting_size_))) return false;
    ++counters_.transmitted;
    waiting_size_ = 0;
    sent = true;
  }
  while (can_send()) {
    const auto released = arp_.take_released();
    if (!released) break;
    std::memcpy(frame_.data() + ip_at, released->packet.data(), released->packet.size());
    send_frame(released->mac, wire::EtherType::ipv4, released->packet.size());
    sent = true;
  }
  while (can_send()) {
    const auto neighbour = arp_.transmit(now);
    if (!neighbour) break;
    const wire::ArpRepr question{wire::ArpRepr::Operation::request, mac_, config_.address, {}, *neighbour};
    question.emit(base::MutBytes(frame_).subspan(ip_at));
    send_frame(base::MacAddress::broadcast(), wire::EtherType::arp, wire::ArpRepr::size);
    sent = true;
  }
  return sent;
}

base::MutBytes Interface::udp_payload_room() {
  return base::MutBytes(frame_).subspan(ip_payload_at + wire::UdpRepr::size,
                                        mtu_ - wire::Ipv4Repr::size - wire::UdpRepr::size);
}

void Interface::send_udp(const UdpOutgoing& datagram, base::Instant now) {
  const base::Ipv4Address source = datagram.source.is_any() ? config_.address : datagram.source;
  if (datagram.payload_size > udp_payload_room().size()) {
    ++counters_.unsendable;
    return;
  }
  const std::size_t size = wire::UdpRepr::size + datagram.payload_size;
  wire::UdpRepr{datagram.source_port, datagram.destination_port, datagram.payload_size}.emit(
      base::MutBytes(frame_).subspan(ip_payload_at, size), source, datagram.destination);
  send_ipv4({source, datagram.destination, wire::IpProtocol::udp, size}, now);
}

void Interface::send_tcp(const wire::TcpRepr& segment, base::Ipv4Address source,
                         base::Ipv4Address destination, base::Instant now) {
  const std::size_t size = segment.size();
  if (size > mtu_ - wire::Ipv4Repr::size) {
    ++counters_.unsendable;
    return;
  }
  segment.emit(base::MutBytes(frame_).subspan(ip_payload_at, size), source, destination);
  send_ipv4({source, destination, wire::IpProtocol::tcp, size}, now);
}

void Interface::send_ipv4(const wire::Ipv4Repr& header, base::Instant now) {
  header.emit(base::MutBytes(frame_).subspan(ip_at));
  const std::size_t size = wire::Ipv4Repr::size + header.payload_size;
  if (is_broadcast(header.destination)) {
    send_frame(base::MacAddress::broadcast(), wire::EtherType::ipv4, size);
    return;
  }
  if (header.destination.is_multicast()) {  // [rfc1112 6.4]
    base::MacAddress group{{0x01, 0x00, 0x5e}};
    const std::uint32_t low = header.destination.value & 0x7fffff;
    for (unsigned i = 0; i < 3; ++i) group.octets[3 + i] = static_cast<std::uint8_t>(low >> (16 - 8 * i));
    send_frame(group, wire::EtherType::ipv4, size);
    return;
  }
  const base::Ipv4Address hop = next_hop(header.destination);
  DEBUG_LINE(ip, io, "to {} by {}: protocol {}, {} bytes", header.destination, hop,
             static_cast<unsigned>(header.protocol), header.payload_size);
  if (hop.is_any()) {
    DEBUG_LINE(ip, log, "no way to {}", header.destination);
    ++counters_.unsendable;
    return;
  }
  if (const auto mac = arp_.find(hop, now)) {
    send_frame(*mac, wire::EtherType::ipv4, size);
  } else {
    arp_.hold(hop, base::Bytes(frame_).subspan(ip_at, size));
  }
}

// Short frames are filled up with zeros, so that nothing of an earlier frame leaves with them.
void Interface::send_frame(const base::MacAddress& destination, wire::EtherType type,
                           std::size_t payload_size) {
  constexpr std::size_t least_frame = 60;
  wire::EthernetRepr{destination, mac_, type}.emit(frame_);
  std::size_t size = ip_at + payload_size;
  if (size < least_frame) {
    std::memset(frame_.data() + size, 0, least_frame - size);
    size = least_frame;
  }
  if (nic_.transmit(base::Bytes(frame_).first(size))) {
    ++counters_.transmitted;
  } else {
    waiting_size_ = size;
  }
}

bool Interface::is_unreachable(base::Ipv4Address destination) const {
  const base::Ipv4Address hop = next_hop(destination);
  return hop.is_any() || arp_.has_failed(hop);
}

base::Ipv4Address Interface::next_hop(base::Ipv4Address destination) const {
  if (!is_configured() || destination.is_multicast() || destination.is_loopback()) return {};
  if (((destination.value ^ config_.address.value) & config_.netmask.value) == 0) return destination;
  base::Ipv4Address hop = config_.gateway;
  std::uint32_t longest = 0;
  for (const Route& route : config_.routes) {
    if (route.netmask.value <= longest ||
        ((destination.value ^ route.network.value) & route.netmask.value) != 0)
      continue;
    longest = route.netmask.value;
    hop = route.router.is_any() ? destination : route.router;
  }
  return hop;
}

}  // namespace net
