// SPDX-License-Identifier: MPL-2.0
#include "net/loop.h"

#include "base/debug.h"

namespace net {
namespace {

constexpr base::Duration farewell = base::Duration::seconds(2);  // for a released connection's last segments
constexpr base::Duration gathering_interval = base::Duration::seconds(10);
constexpr unsigned most_per_turn = 64;  // packets of one machine; none of ours has as much to say
constexpr platform::Key ctrl_c = 3;

base::Instant earlier(base::Instant a, base::Instant b) {
  return a < b ? a : b;
}

}  // namespace

Loop::Loop(platform::Platform& platform, base::EntropyPool& entropy, base::MutBytes tcp_receive_buffer)
    : platform_(platform),
      entropy_(entropy),
      interface_(platform.nic()),
      receive_window_(platform.nic().receive_burst()),
      tcp_receive_buffer_(tcp_receive_buffer) {
  entropy_.mix(interface_.mac().octets);
  platform_.gather_entropy(entropy_);
  next_gathering_ = platform_.now() + gathering_interval;
  sequence_key_ = entropy_.draw_key();
}

bool Loop::step() {
  const base::Instant now = platform_.now();
  const std::span<const base::Bytes> frames = interface_.nic().poll();
  bool busy = interface_.transmit(now);  // what waited goes before what the frames will bring
  for (base::Bytes frame : frames) {
    const auto packet = interface_.receive(frame, now);
    if (!packet) continue;
    if (packet->protocol() == wire::IpProtocol::udp) {
      process_udp(*packet, now);
    } else if (packet->protocol() == wire::IpProtocol::icmp) {
      process_icmp_error(*packet);
    } else {
      process_tcp(*packet, now);
    }
  }
  if (!frames.empty()) {
    busy = true;
    // When frames come is known to no one else; later in a long download once in a while is enough.
    if (batches_ < 64 || batches_ % 64 == 0) entropy_.mix(static_cast<std::uint64_t>(now.us()));
    ++batches_;
  }
  if (next_gathering_ <= now) {
    platform_.gather_entropy(entropy_);
    next_gathering_ = now + gathering_interval;
  }
  read_keys();
  return transmit(now) || busy;
}

void Loop::process_udp(const wire::Ipv4View& packet, base::Instant now) {
  const auto datagram = wire::UdpView::parse(packet.payload());
  if (!datagram || datagram->source_port() == 0) {
    ++interface_.counters().malformed;
    return;
  }
  if (!datagram->checksum_ok(packet.source(), packet.destination())) {
    ++interface_.counters().bad_checksum;
    return;
  }
  for (UdpEndpoint* endpoint : endpoints_) {
    if (endpoint == nullptr || endpoint->local_port() != datagram->destination_port()) continue;
    endpoint->process({packet.source(), packet.destination(), datagram->source_port(),
                       datagram->destination_port(), datagram->payload()},
                      now);
    return;
  }
  ++interface_.counters().no_listener;
}

void Loop::process_tcp(const wire::Ipv4View& packet, base::Instant now) {
  const auto segment = wire::TcpView::parse(packet.payload());
  if (!segment) {
    ++interface_.counters().malformed;
    return;
  }
  if (!segment->checksum_ok(packet.source(), packet.destination())) {
    ++interface_.counters().bad_checksum;
    return;
  }
  for (Slot& slot : slots_) {
    const TcpEnds& ends = slot.connection.ends();
    if (slot.connection.is_over() || ends.local_port != segment->destination_port() ||
        ends.remote_port != segment->source_port() || ends.remote != packet.source() ||
        ends.local != packet.destination()) {
      continue;
    }
    DEBUG_LINE(tcp, io, "from {} port {}: {} bytes at {}, ack {}, window {}{}{}{}", packet.source(), segment->source_port(),
               segment->payload().size(), segment->sequence().value, segment->acknowledgment().value, segment->window(),
               segment->flags().syn ? ", SYN" : "", segment->flags().fin ? ", FIN" : "",
               segment->flags().rst ? ", RST" : "");
    slot.connection.process(*segment, now);
    return;
  }
  ++interface_.counters().no_listener;
  refuse(packet, *segment, now);
}

/// Only what speaks of a packet that we can have sent, exactly [rfc5927 4].
void Loop::process_icmp_error(const wire::Ipv4View& packet) {
  const auto error = wire::IcmpError::parse(packet.payload());
  if (error) {
    DEBUG_LINE(ip, log, "{} reports type {} code {} about {}", packet.source(), static_cast<unsigned>(error->type),
               error->code, error->destination);
  }
  if (!error || error->source != interface_.config().address) return;
  const IcmpReport report{*error, packet.source()};
  if (error->protocol == wire::IpProtocol::udp) {
    for (UdpEndpoint* endpoint : endpoints_) {
      if (endpoint != nullptr && endpoint->local_port() == error->source_port) endpoint->report(report);
    }
  } else if (error->protocol == wire::IpProtocol::tcp) {
    for (Slot& slot : slots_) slot.connection.process_icmp(report);
  }
}

base::Error IcmpReport::sentence() const {
  const std::string_view reason =
      error.type == wire::IcmpError::unreachable && (error.code == 3 || error.code == 2)
          ? "nothing listens there; start the server, or correct the port"
      : error.is_final() ? "a firewall forbids it"
                         : "there is no way to it; check that the machine is on, and the routes";
  return base::Error(error.is_final() ? base::ErrorCode::refused : base::ErrorCode::unreachable,
                     "{} port {} cannot be reached: {} says that {}", error.destination,
                     error.destination_port, reporter, reason);
}

/// [rfc9293 3.10.7.1] tells a server that still holds a connection we gave up.
void Loop::refuse(const wire::Ipv4View& packet, const wire::TcpView& segment, base::Instant now) {
  const wire::TcpFlags flags = segment.flags();
  if (flags.rst || packet.destination() != interface_.config().address || !interface_.can_send()) return;
  wire::TcpRepr reset;
  reset.source_port = segment.destination_port();
  reset.destination_port = segment.source_port();
  reset.flags.rst = true;
  if (flags.ack) {
    reset.sequence = segment.acknowledgment();
  } else {
    reset.flags.ack = true;
    reset.acknowledgment =
        segment.sequence() + (segment.payload().size() + (flags.syn ? 1 : 0) + (flags.fin ? 1 : 0));
  }
  interface_.send_tcp(reset, packet.destination(), packet.source(), now);
}

void Loop::read_keys() {
  while (const auto key = platform_.read_key()) {
    if (*key == ctrl_c || *key == second_cancel_key_) {
      cancelled_by_ = *key;
    } else if (key_count_ < keys_.size()) {
      keys_[key_count_++] = *key;
    }
  }
}

std::optional<platform::Key> Loop::take_key() {
  if (key_count_ == 0) return std::nullopt;
  const platform::Key first = keys_[0];
  --key_count_;
  for (std::size_t i = 0; i < key_count_; ++i) keys_[i] = keys_[i + 1];
  return first;
}

bool Loop::transmit(base::Instant now) {
  bool sent = false;
  for (Slot& slot : slots_) sent |= transmit_slot(slot, now);
  for (UdpEndpoint* endpoint : endpoints_) {
    if (endpoint == nullptr) continue;
    for (unsigned i = 0; i < most_per_turn && interface_.can_send(); ++i) {
      const auto datagram = endpoint->transmit(interface_.udp_payload_room(), now);
      if (!datagram) break;
      interface_.send_udp(*datagram, now);
      sent = true;
    }
  }
  return interface_.transmit(now) || sent;  // the questions to ARP that all this has raised
}

bool Loop::transmit_slot(Slot& slot, base::Instant now) {
  TcpConnection& connection = slot.connection;
  if (connection.is_over()) return false;
  if (!slot.in_use && slot.give_up <= now) connection.abort(nullptr);
  bool sent = false;
  for (unsigned i = 0; i < most_per_turn && interface_.can_send(); ++i) {
    const auto segment = connection.transmit(now);
    if (!segment) break;
    DEBUG_LINE(tcp, io, "to port {}: {} bytes at {}, ack {}, window {}{}{}{}", segment->destination_port,
               segment->payload.size(), segment->sequence.value, segment->acknowledgment.value, segment->window,
               segment->flags.syn ? ", SYN" : "", segment->flags.fin ? ", FIN" : "", segment->flags.rst ? ", RST" : "");
    interface_.send_tcp(*segment, connection.ends().local, connection.ends().remote, now);
    sent = true;
  }
  if (connection.is_connecting() && interface_.is_unreachable(connection.ends().remote)) {
    const base::Ipv4Address remote = connection.ends().remote;
    const base::Error error(
        base::ErrorCode::unreachable,
        "{} cannot be reached: {} does not answer ARP; check the address and that the machine is on", remote,
        interface_.next_hop(remote));
    connection.abort(&error);
  }
  return sent;
}

base::Instant Loop::poll_at() const {
  base::Instant at = interface_.poll_at();
  for (const Slot& slot : slots_) at = earlier(at, slot.connection.poll_at());
  for (const UdpEndpoint* endpoint : endpoints_) {
    if (endpoint != nullptr) at = earlier(at, endpoint->poll_at());
  }
  return at;
}

bool Loop::attach(UdpEndpoint& endpoint) {
  UdpEndpoint** free = nullptr;
  for (UdpEndpoint*& entry : endpoints_) {
    if (entry == nullptr) {
      if (free == nullptr) free = &entry;
    } else if (entry->local_port() == endpoint.local_port()) {
      return false;
    }
  }
  if (free == nullptr) return false;
  *free = &endpoint;
  return true;
}

void Loop::detach(UdpEndpoint& endpoint) {
  for (UdpEndpoint*& entry : endpoints_) {
    if (entry == &endpoint) entry = nullptr;
  }
}

bool Loop::is_port_used(std::uint16_t port) const {
  for (const UdpEndpoint* endpoint : endpoints_) {
    if (endpoint != nullptr && endpoint->local_port() == port) return true;
  }
  for (const Slot& slot : slots_) {
    if (!slot.connection.is_over() && slot.connection.ends().local_port == port) return true;
  }
  return false;
}

std::uint16_t Loop::ephemeral_port() {
  std::uint16_t port;
  do {
    port = static_cast<std::uint16_t>(0x8000 | entropy_.below(0x8000));  // [rfc6056 3.3.1]
  } while (is_port_used(port));
  return port;
}

base::MutBytes Loop::ring_of(const Slot& slot) const {
  const std::size_t share = tcp_receive_buffer_.size() / max_connections;
  return tcp_receive_buffer_.subspan(static_cast<std::size_t>(&slot - slots_.data()) * share, share);
}

base::Result<TcpConnection*> Loop::connect(base::Ipv4Address server, std::uint16_t port) {
  if (interface_.next_hop(server).is_any()) {
    return base::Error(
        base::ErrorCode::unreachable,
        interface_.is_configured()
            ? "{} cannot be reached: it is not on this network and there is no gateway; check DHCP options 3 and 121"
            : "{} cannot be reached: we have no address yet; run dhcp first",
        server);
  }
  Slot* taken = nullptr;
  for (Slot& slot : slots_) {
    if (!slot.in_use && (taken == nullptr || slot.connection.is_over())) taken = &slot;
  }
  if (taken == nullptr) {
    return base::Error(base::ErrorCode::no_memory, "cannot connect to {}: all {} connections are in use",
                       server, max_connections);
  }
  const TcpEnds ends{interface_.config().address, server, ephemeral_port(), port};
  const base::Instant now = platform_.now();

  // [rfc6528 3] a clock of 4 us plus a keyed hash of both ends.
  std::uint8_t name[12];
  base::store_be32(name, ends.local.value);
  base::store_be32(name + 4, ends.remote.value);
  base::store_be16(name + 8, ends.local_port);
  base::store_be16(name + 10, ends.remote_port);
  const wire::TcpSequence initial{static_cast<std::uint32_t>((static_cast<std::uint64_t>(now.us()) >> 2) +
                                                             base::siphash(sequence_key_, name))};

  taken->in_use = true;
  const std::size_t fits = interface_.mtu() - wire::Ipv4Repr::size - sizeof(wire::TcpLayout);
  taken->connection.open(ends, initial, fits < most_segment_ ? fits : most_segment_, ring_of(*taken),
                         receive_window_);
  return &taken->connection;
}

void Loop::release(TcpConnection& connection) {
  for (Slot& slot : slots_) {
    if (&slot.connection != &connection) continue;
    slot.in_use = false;
    slot.give_up = platform_.now() + farewell;
    if (!connection.is_closing()) connection.abort(nullptr);
  }
}

Wait poll_until(Loop& loop, bool (*condition)(void* context), void* context, base::Instant deadline) {
  for (;;) {
    if (condition(context)) return Wait::done;
    if (loop.cancelled()) return Wait::cancelled;
    const base::Instant now = loop.now();
    if (deadline <= now) return Wait::timed_out;
    if (!loop.step() && now < loop.poll_at()) loop.platform().pause();
  }
}

}  // namespace net
