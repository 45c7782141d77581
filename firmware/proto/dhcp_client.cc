// SPDX-License-Identifier: MPL-2.0
#include "proto/dhcp_client.h"

#include <algorithm>

#include "base/debug.h"
#include "proto/dhcp_config.h"

#include "base/features.h"

namespace proto {
namespace {

namespace option = wire::dhcp_option;
namespace etherboot = wire::etherboot_option;
using base::Duration;
using base::Instant;
using wire::DhcpMessageType;

/// gPXE's thirteen, in its order.
/// Deviation: gPXE asks for no more; we go on with MTU, NTP servers, domain search and routes, which scripts
/// and our own interface read, and which servers leave out when they are not asked.
constexpr std::uint8_t requested_options[] = {
    option::subnet_mask,        option::router,
    option::domain_name_server, option::log_server,
    option::host_name,          option::domain_name,
    option::root_path,          option::vendor_encapsulated,
    option::vendor_class,       option::tftp_server_name,
    option::boot_file_name,     option::etherboot_encapsulated,
    option::initiator_iqn,      option::interface_mtu,
    option::ntp_server,         option::domain_search,
    option::classless_routes,   option::microsoft_routes,
};

/// "major.minor.patch" as the three bytes of option 175.235.
consteval std::array<std::uint8_t, 3> version_bytes(std::string_view text) {
  std::array<std::uint8_t, 3> bytes{};
  std::size_t part = 0;
  for (char c : text) {
    if (c == '.') {
      ++part;
    } else if (c >= '0' && c <= '9' && part < bytes.size()) {
      bytes[part] = static_cast<std::uint8_t>(bytes[part] * 10 + (c - '0'));
    } else {
      break;
    }
  }
  return bytes;
}
constexpr auto version = version_bytes(CHAINLOAD_VERSION);

/// What stands in option 175 behind the bus-id, in gPXE's order (that of its linker).
/// Deviation: only what this build can do is listed, and 235 is our version, not gPXE's.
struct FeatureList {
  std::uint8_t bytes[20];
  std::size_t size = 0;

  consteval void add(std::uint8_t code, bool is_built = true) {
    if (!is_built) return;
    for (std::uint8_t byte : {code, std::uint8_t{1}, std::uint8_t{1}}) bytes[size++] = byte;
  }
  consteval FeatureList() : bytes{} {
    add(etherboot::feature_bzimage);
    add(etherboot::feature_pxe);
    add(etherboot::feature_http, base::features::http.is_built);
    for (std::uint8_t byte : {std::uint8_t{etherboot::version}, std::uint8_t{3}, version[0], version[1], version[2]}) bytes[size++] = byte;
    add(etherboot::feature_dns, base::features::dns.is_built);
    add(etherboot::feature_tftp, base::features::tftp.is_built);
  }
};
constexpr FeatureList feature_list;

/// Everything that stands between the message type and the server's identifier, the same in each packet.
void add_identity(wire::DhcpBuilder& builder, const DhcpIdentity& identity) {
  builder.add_u16(option::maximum_message_size, StoredPacket::capacity);
  builder.add_u16(option::client_architecture, identity.client_architecture);
  const std::uint8_t undi[] = {1, identity.undi_major, identity.undi_minor};
  builder.add(option::client_undi_version, undi);
  // [pxe 2.2, table 2-1] "PXEClient:Arch:xxxxx:UNDI:yyyzzz", decimal
  char vendor_class[] = "PXEClient:Arch:00000:UNDI:000000";
  const auto put_decimal = [&](std::size_t last, unsigned value) {
    for (; value != 0; value /= 10) vendor_class[last--] = static_cast<char>('0' + value % 10);
  };
  put_decimal(19, identity.client_architecture);
  put_decimal(28, identity.undi_major);
  put_decimal(31, identity.undi_minor);
  builder.add(option::vendor_class, base::as_bytes({vendor_class, sizeof vendor_class - 1}));
  builder.add(option::user_class,
              base::as_bytes(identity.user_class));  // raw, as gPXE has it: no RFC 3004 length
  builder.add(option::parameter_request_list, requested_options);

  std::uint8_t encapsulated[7 + sizeof feature_list.bytes];
  wire::DhcpBuilder inner(encapsulated);
  if (identity.pci) {
    std::uint8_t bus_id[5] = {1};  // PCI
    base::store_be16(bus_id + 1, identity.pci->vendor);
    base::store_be16(bus_id + 3, identity.pci->device);
    inner.add(etherboot::bus_id, bus_id);
  }
  const std::size_t bus_id_size = inner.written().size();
  std::copy_n(feature_list.bytes, feature_list.size, encapsulated + bus_id_size);
  builder.add(option::etherboot_encapsulated, base::Bytes(encapsulated).first(bus_id_size + feature_list.size));

  std::uint8_t client_id[7] = {1};  // Ethernet
  std::copy(identity.mac.octets.begin(), identity.mac.octets.end(), client_id + 1);
  builder.add(option::client_identifier, client_id);
  if (identity.uuid.size() == 16) {
    std::uint8_t uuid[17] = {0};  // [rfc4578 2.3] type 0
    std::copy(identity.uuid.begin(), identity.uuid.end(), uuid + 1);
    builder.add(option::client_uuid, uuid);
  }
}

bool is_pxe_server(const wire::DhcpPacket& packet) {
  std::uint8_t scratch[64];
  const auto vendor_class = packet.options().find(option::vendor_class, scratch);
  return vendor_class && base::as_text(*vendor_class).starts_with("PXEClient");
}

bool says_what_to_boot(const wire::DhcpPacket& packet) {
  std::uint8_t scratch[StoredPacket::capacity];
  return !packet.boot_file(scratch).empty() || wire::PxeOptions(packet, scratch).has_menu();
}

}  // namespace

bool StoredPacket::store(base::Bytes packet) {
  if (packet.size() > capacity) return false;
  std::copy(packet.begin(), packet.end(), bytes.begin());
  size = packet.size();
  return true;
}

DhcpClient::DhcpClient(const DhcpIdentity& identity, const DhcpTiming& timing, base::EntropyPool& entropy,
                       DhcpOutcome& outcome, Instant now, const wire::PxeBootServers* servers,
                       base::Ipv4Address our_address)
    : identity_(identity),
      timing_(timing),
      entropy_(entropy),
      outcome_(outcome),
      start_(now),
      give_up_(now + timing.total),
      our_address_(our_address) {
  if (servers == nullptr) {
    discover_anew(now);
  } else {
    servers_ = *servers;
    xid_ = entropy.next_u32();
    phase_ = Phase::bound;
  }
}

void DhcpClient::discover_anew(Instant when) {
  phase_ = Phase::discovering;
  // Deviation: gPXE takes the end of the MAC address in every session, which others can foretell and servers
  // mix up.
  xid_ = entropy_.next_u32();
  offer_.reset();
  proxy_.reset();
  outcome_.ack.size = outcome_.proxy.size = 0;
  tries_ = 0;
  wait_ = timing_.first_wait;
  send_at_ = when;
  phase_ends_ = Instant::never();
}

void DhcpClient::process(const net::UdpDatagram& datagram, Instant now) {
  const bool from_boot_server =
      phase_ == Phase::asking_proxy && datagram.source_port == wire::pxe_boot_server_port;
  if (datagram.source_port != wire::dhcp_server_port && !from_boot_server) return;
  if (datagram.payload.size() > StoredPacket::capacity) return;
  const auto packet = wire::DhcpPacket::parse(datagram.payload);
  if (!packet) return;
  const wire::BootpHeader& header = packet->header();
  if (header.op != wire::bootp_op_reply || header.xid != xid_ || header.hlen != identity_.mac.octets.size() ||
      !std::equal(identity_.mac.octets.begin(), identity_.mac.octets.end(), header.chaddr.begin())) {
    DEBUG_LINE(dhcp, extra, "a packet from {} is not for us: op {}, xid {}", datagram.source, header.op,
               base::Hex{header.xid, 8});
    return;
  }
  switch (phase_) {
    case Phase::discovering:
      return process_offer(*packet, datagram.payload, now);
    case Phase::requesting:
      return process_answer(*packet, datagram.payload, now);
    case Phase::asking_proxy:
      return process_proxy_answer(*packet, datagram.payload, datagram.source);
    case Phase::bound:
    case Phase::done:
    case Phase::failed:
      return;
  }
}

void DhcpClient::process_offer(const wire::DhcpPacket& packet, base::Bytes raw, Instant now) {
  const auto type = packet.message_type();
  const bool is_bootp = !packet.options().contains(option::message_type);
  if (!is_bootp && type != DhcpMessageType::offer) return;
  const auto server = packet.options().find_ipv4(option::server_identifier);
  std::uint8_t scratch[256];
  const wire::DhcpOptions extra = packet.options().find_encapsulated(option::etherboot_encapsulated, scratch);
  Offer offer;
  offer.server = server.value_or(base::Ipv4Address::any());
  offer.address = packet.yiaddr();
  offer.priority = static_cast<std::int8_t>(extra.find_u8(etherboot::priority).value_or(0));
  offer.is_bootp = is_bootp;
  offer.has_file = says_what_to_boot(packet);
  offer.no_proxy = extra.find_u8(etherboot::no_proxy_dhcp).value_or(0) != 0;
  offer.is_pxe = server.has_value() && is_pxe_server(packet);
  DEBUG_LINE(dhcp, log, "offer of {} from {}: priority {},{}{}{}{} {} bytes", offer.address, offer.server, offer.priority,
             offer.is_bootp ? " BOOTP," : "", offer.has_file ? " with a boot file," : "",
             offer.no_proxy ? " no-pxedhcp," : "", offer.is_pxe ? " PXEClient," : "", raw.size());

  if (is_host_address(offer.address) && (is_bootp || server)) {
    if (!offer_) phase_ends_ = now + timing_.proxy_wait;
    if (!offer_ || offer.is_better_than(*offer_)) {
      offer_ = offer;
      outcome_.ack.size = 0;
      if (is_bootp) outcome_.ack.store(raw);
    }
  } else if (offer.address.is_any() && offer.is_pxe) {
    if (!proxy_ || offer.is_better_than(*proxy_)) {
      proxy_ = offer;
      outcome_.proxy.store(raw);
    }
  } else {
    ++useless_replies_;
  }
  // gPXE waits 2 s for every answer it can get. We wait only while nobody has said what to boot, or who
  // knows.
  if (offer_ && (offer_->is_complete() || offer_->is_pxe || proxy_)) request(now);
}

void DhcpClient::request(Instant now) {
  DEBUG_LINE(dhcp, log, "takes {} from {}", offer_->address, offer_->server);
  phase_ends_ = Instant::never();
  if (offer_->no_proxy) {
    proxy_.reset();
    outcome_.proxy.size = 0;
  }
  if (offer_->is_bootp) return take_lease(outcome_.ack.view());
  phase_ = Phase::requesting;
  tries_ = 0;
  wait_ = timing_.first_wait;
  send_at_ = now;
}

void DhcpClient::process_answer(const wire::DhcpPacket& packet, base::Bytes raw, Instant now) {
  const auto server = packet.options().find_ipv4(option::server_identifier);
  if (server && *server != offer_->server) return;
  const auto type = packet.message_type();
  DEBUG_LINE(dhcp, log, "{} from {}: {}, next-server {}, {} bytes", type == DhcpMessageType::ack ? "ACK" : "NAK or other",
             offer_->server, packet.yiaddr(), packet.siaddr(), raw.size());
  if (type == DhcpMessageType::ack && packet.yiaddr() == offer_->address) {
    outcome_.ack.store(raw);
    return take_lease(raw);
  }
  if (type == DhcpMessageType::nak) {
    if (++refusals_ >= timing_.max_refusals) {
      const base::Ipv4Address by = offer_->server;
      failure_.emplace(
          base::ErrorCode::refused,
          "DHCP: the server {} refused {} times the addresses it had offered; look into its log for DHCPNAK",
          by, refusals_);
      phase_ = Phase::failed;
      return;
    }
    discover_anew(now + timing_.first_wait);
  }
}

void DhcpClient::take_lease(base::Bytes raw) {
  phase_ = Phase::done;
  DEBUG_LINE(dhcp, profile, "{} DISCOVERs, {} tries of the last packet", discovers_, tries_);
  const auto packet = wire::DhcpPacket::parse(raw);
  std::uint8_t scratch[256];
  const auto extra = packet->options().find_encapsulated(option::etherboot_encapsulated, scratch);
  const bool no_proxy = offer_->no_proxy || extra.find_u8(etherboot::no_proxy_dhcp).value_or(0) != 0;
  our_address_ = packet->yiaddr();
  if (no_proxy || says_what_to_boot(*packet) || (proxy_ && proxy_->has_file)) return;
  // [pxe 2.2.3] Nobody has named a file yet: the one who said PXEClient is asked on port 4011.
  if (proxy_ || offer_->is_pxe) {
    servers_ = {};
    servers_.add(proxy_ ? proxy_->server : offer_->server);
    phase_ = Phase::bound;
  }
}

void DhcpClient::interface_is_up(Instant now) {
  if (phase_ != Phase::bound) return;
  phase_ = Phase::asking_proxy;
  tries_ = 0;
  wait_ = timing_.first_wait / 2;
  send_at_ = now;
  phase_ends_ = now + (servers_.item ? timing_.boot_server_wait : timing_.proxy_wait);
}

void DhcpClient::process_proxy_answer(const wire::DhcpPacket& packet, base::Bytes raw,
                                      base::Ipv4Address source) {
  // Some boot servers leave their identifier out.
  const auto server = packet.options().find_ipv4(option::server_identifier);
  if (packet.message_type() != DhcpMessageType::ack) return;
  if (servers_.item) {
    std::uint8_t scratch[StoredPacket::capacity];
    const auto item = wire::PxeOptions(packet, scratch).boot_item();
    if ((servers_.only_listed && !servers_.holds(server.value_or(source))) ||
        (item && *item != *servers_.item) || packet.boot_file(scratch).empty()) {
      return;
    }
  } else if (server && *server != servers_.addresses[0]) {
    return;
  }
  DEBUG_LINE(dhcp, log, "the boot server {} answers, {} bytes", source, raw.size());
  outcome_.proxy.store(raw);
  phase_ = Phase::done;
}

void DhcpClient::expire(Instant now) {
  if (phase_ == Phase::discovering || phase_ == Phase::requesting) {
    if (now >= give_up_) return fail();
    if (phase_ == Phase::discovering && now >= phase_ends_) request(now);
    if (phase_ == Phase::requesting && tries_ == timing_.max_requests && now >= send_at_) discover_anew(now);
  }
  if (phase_ == Phase::asking_proxy && now >= phase_ends_) {
    phase_ = Phase::done;
    if (servers_.item) fail();
  }
}

void DhcpClient::fail() {
  const std::int64_t seconds = timing_.total.us() / 1'000'000;
  if (servers_.item) {
    failure_.emplace(
        base::ErrorCode::timed_out,
        "PXE: no boot server answered for type {} in {} s; is the one that the menu means running, and "
        "does it know this type?",
        *servers_.item, timing_.boot_server_wait.us() / 1'000'000);
  } else if (phase_ == Phase::requesting) {
    failure_.emplace(base::ErrorCode::timed_out,
                     "DHCP: the server {} offered {} but did not confirm it in {} s; look into its log for "
                     "our DHCPREQUEST",
                     offer_->server, offer_->address, seconds);
  } else if (proxy_ || useless_replies_ != 0) {
    failure_.emplace(
        base::ErrorCode::timed_out,
        "DHCP: servers answered, but none offered an address in {} s; has the server a free address for {}?",
        seconds, identity_.mac);
  } else {
    failure_.emplace(base::ErrorCode::timed_out,
                     "DHCP: no answer to {} requests in {} s; check the cable, the switch port (spanning "
                     "tree can block it "
                     "for 50 s) and that a DHCP server serves this network",
                     discovers_, seconds);
  }
  phase_ = Phase::failed;
}

std::size_t DhcpClient::write(base::MutBytes payload) const {
  wire::BootpHeader header;
  header.xid = xid_;
  // Deviation: gPXE always says 0. Servers in pairs tell by it which clients nobody answers. The DHCPREQUEST
  // repeats the DHCPDISCOVER's value [rfc2131 4.4.1].
  header.secs = secs_;
  // Deviation: gPXE never sets the flag; from the third unanswered try we do, for networks that lose unicast
  // replies.
  const bool broadcast = timing_.always_broadcast || discovers_ >= 3;
  header.flags = broadcast && phase_ != Phase::asking_proxy ? wire::dhcp_flag_broadcast : std::uint16_t{0};
  std::copy(identity_.mac.octets.begin(), identity_.mac.octets.end(), header.chaddr.begin());
  if (phase_ == Phase::asking_proxy) header.ciaddr = our_address_.value;

  wire::DhcpBuilder builder(payload, header);
  builder.add_u8(option::message_type,
                 static_cast<std::uint8_t>(phase_ == Phase::discovering ? DhcpMessageType::discover
                                                                        : DhcpMessageType::request));
  add_identity(builder, identity_);
  if (phase_ == Phase::requesting) {
    builder.add_u32(option::server_identifier, offer_->server.value);
    builder.add_u32(option::requested_address, offer_->address.value);
  } else if (phase_ == Phase::asking_proxy && servers_.item) {
    std::uint8_t item[] = {
        wire::pxe_option::boot_item, 4, 0, 0, 0, 0, option::end};  // type, layer 0: the boot file
    base::store_be16(item + 2, *servers_.item);
    builder.add(option::vendor_encapsulated, item);
  } else if (phase_ == Phase::asking_proxy) {
    builder.add_u32(option::server_identifier, servers_.addresses[0].value);
  }
  return builder.finish();
}

std::optional<net::UdpOutgoing> DhcpClient::transmit(base::MutBytes payload, Instant now) {
  expire(now);
  if ((phase_ != Phase::discovering && phase_ != Phase::requesting && phase_ != Phase::asking_proxy) ||
      now < send_at_) {
    return std::nullopt;
  }
  const std::size_t turn = tries_++;
  if (phase_ == Phase::discovering) {
    ++discovers_;
    secs_ = static_cast<std::uint16_t>(std::min<std::int64_t>((now - start_).us() / 1'000'000, 0xffff));
  }
  // All boot servers are asked at once, and then waited for.
  if (phase_ != Phase::asking_proxy || tries_ % servers_.count == 0) {
    send_at_ = now + wait_;
    wait_ = std::min(wait_ * 2, timing_.longest_wait);
  }

  net::UdpOutgoing outgoing;
  outgoing.destination = base::Ipv4Address::broadcast();
  outgoing.source_port = wire::dhcp_client_port;
  outgoing.destination_port = wire::dhcp_server_port;
  if (phase_ == Phase::asking_proxy) {
    outgoing.destination = servers_.addresses[turn % servers_.count];
    if (outgoing.destination != base::Ipv4Address::broadcast())
      outgoing.destination_port = wire::pxe_boot_server_port;
  }
  outgoing.payload_size = write(payload);
  if (outgoing.payload_size == 0) return std::nullopt;
  DEBUG_LINE(dhcp, log, "{} to {} port {}: xid {}, secs {}, try {}, {} bytes; waits {} ms",
             phase_ == Phase::discovering ? "DISCOVER" : "REQUEST", outgoing.destination, outgoing.destination_port,
             base::Hex{xid_, 8}, secs_, tries_, outgoing.payload_size, (send_at_ - now).ms());
  return outgoing;
}

Instant DhcpClient::poll_at() const {
  switch (phase_) {
    case Phase::discovering:
      return std::min({send_at_, phase_ends_, give_up_});
    case Phase::requesting:
      return std::min(send_at_, give_up_);
    case Phase::asking_proxy:
      return std::min(send_at_, phase_ends_);
    default:
      return Instant::never();
  }
}

net::Ipv4Config DhcpClient::config() const {
  return ipv4_config(outcome_.ack.view());
}

}  // namespace proto
