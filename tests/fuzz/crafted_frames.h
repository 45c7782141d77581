// SPDX-License-Identifier: MPL-2.0
// Frames that a fuzz target sends to the firmware, and what it must be able to rely on in those that come
// back.
#pragma once

#include <algorithm>

#include "fuzz_target.h"
#include "wire/arp.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"
#include "wire/udp.h"

namespace fuzz {

using Octets = std::vector<std::uint8_t>;

inline constexpr std::size_t ip_at = wire::EthernetRepr::size, payload_at = ip_at + wire::Ipv4Repr::size;

/// Who sends crafted frames to whom.
struct Ends {
  base::MacAddress our_mac, peer_mac;  // ours: the firmware's
  base::Ipv4Address us, peer;
};

/// What our last TCP segment said.
struct SeenSegment {
  std::uint16_t port = 0;
  wire::TcpSequence end, acknowledgment;
};

/// Looks closely at a frame that the firmware sends: sizes and checksums are right.
struct SeenFrame {
  bool is_arp = false;
  std::optional<wire::UdpView> udp;
  std::optional<SeenSegment> tcp;

  SeenFrame(base::Bytes frame, const base::MacAddress& our_mac, std::size_t largest) {
    require(frame.size() >= 60 && frame.size() <= largest);
    const auto ethernet = wire::EthernetView::parse(frame);
    require(ethernet->source() == our_mac);
    is_arp = ethernet->type() == wire::EtherType::arp;
    if (is_arp) {
      require(wire::ArpRepr::parse(ethernet->payload()).has_value());
      return;
    }
    const auto packet = wire::Ipv4View::parse(ethernet->payload());
    require(packet && packet->checksum_ok());
    if (packet->protocol() == wire::IpProtocol::udp) {
      udp = wire::UdpView::parse(packet->payload());
      require(udp && udp->checksum_ok(packet->source(), packet->destination()));
    } else if (packet->protocol() == wire::IpProtocol::tcp) {
      const auto segment = wire::TcpView::parse(packet->payload());
      require(segment && segment->checksum_ok(packet->source(), packet->destination()));
      tcp = SeenSegment{segment->source_port(),
                        segment->sequence() + (segment->payload().size() + (segment->flags().syn ? 1 : 0)),
                        segment->acknowledgment()};
    }
  }
};

/// Headers around `payload`, with right lengths and checksums.
inline Octets ipv4_frame(const Ends& ends, wire::IpProtocol protocol, base::Bytes payload) {
  Octets frame(payload_at + payload.size());
  wire::EthernetRepr{ends.our_mac, ends.peer_mac, wire::EtherType::ipv4}.emit(frame);
  wire::Ipv4Repr{ends.peer, ends.us, protocol, payload.size()}.emit(base::MutBytes(frame).subspan(ip_at));
  std::copy(payload.begin(), payload.end(), frame.begin() + payload_at);
  return frame;
}

inline Octets udp_frame(const Ends& ends, std::uint16_t from, std::uint16_t to, base::Bytes payload) {
  Octets datagram(wire::UdpRepr::size + payload.size());
  std::copy(payload.begin(), payload.end(), datagram.begin() + wire::UdpRepr::size);
  wire::UdpRepr{from, to, payload.size()}.emit(datagram, ends.peer, ends.us);
  return ipv4_frame(ends, wire::IpProtocol::udp, datagram);
}

/// A segment near where the connection stands: numbers are small distances from the right ones.
inline Octets tcp_frame(const Ends& ends, const SeenSegment& ours, Reader& reader) {
  const std::uint8_t flags = reader.number();
  const auto near = [&reader](wire::TcpSequence from) {
    const auto distance = static_cast<std::size_t>(static_cast<std::int8_t>(reader.number()));
    return from + distance * (std::size_t{1} << (reader.number() % 24));
  };
  wire::TcpRepr header;
  header.source_port = 80;
  header.destination_port = ours.port;
  header.sequence = near(ours.acknowledgment);
  header.acknowledgment = near(ours.end);
  header.flags = wire::TcpFlags::from_byte(flags);
  const std::uint8_t window = reader.number();
  header.window = static_cast<std::uint16_t>(window << (reader.number() % 9));
  const base::Bytes options = reader.piece((reader.number() % 11) * std::size_t{4});
  const Octets payload(reader.number() * std::size_t{6}, 0x41);
  Octets segment(header.header_size());
  header.emit(segment, ends.peer, ends.us);
  segment.insert(segment.end(), options.begin(), options.end());
  segment.resize((segment.size() + 3) / 4 * 4);
  segment[12] = static_cast<std::uint8_t>(segment.size() / 4 << 4);
  segment.insert(segment.end(), payload.begin(), payload.end());
  base::store_be16(segment.data() + 16, 0);
  wire::Checksum sum;
  sum.add_pseudo_header(ends.peer, ends.us, static_cast<std::uint8_t>(wire::IpProtocol::tcp), segment.size());
  sum.add(segment);
  base::store_be16(segment.data() + 16, sum.finish());
  return ipv4_frame(ends, wire::IpProtocol::tcp, segment);
}

}  // namespace fuzz
