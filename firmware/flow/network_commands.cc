// SPDX-License-Identifier: MPL-2.0
// The commands about the card and the network. There is one card: the one we were started over.
#include "flow/autoboot.h"
#include "flow/command_functions.h"
#include "flow/pxe_menu.h"

namespace flow {

using base::Error;
using base::ErrorCode;
using base::Status;
using script::Call;

namespace {

Status check_cards(script::Words names) {
  for (const std::string_view name : names) {
    if (name.empty() || name == "net0" || name == "netX") continue;
    return Error(ErrorCode::not_found,
                 "There is no network card \"{}\": this firmware uses the one it was started over, net0",
                 name);
  }
  return base::Done{};
}

}  // namespace

Status dhcp(void* context, const Call& call) {
  Status status = check_cards(call.words);
  if (call.has(0) && call.options[0] != "dhcp") {
    status = Error(ErrorCode::unsupported, "There is no configurator \"{}\": this firmware knows dhcp",
                   call.options[0]);
  }
  std::uint32_t milliseconds = 0;
  if (!call.read_number(1, milliseconds)) return wrong_usage(session_of(context), call);
  return status.ok() ? session_of(context).dhcp(nullptr, milliseconds) : status;
}

Status ifopen(void* context, const Call& call) {
  static_cast<void>(session_of(context).fetching());  // an address that was set by hand counts now
  return check_cards(call.words);                           // it is open as long as we run
}

Status ifclose(void* context, const Call& call) {
  Status status = check_cards(call.words);
  if (!status.ok()) return status;
  session_of(context).store().set_packets({}, {});
  session_of(context).loop().interface().configure({});
  return status;
}

Status ifstat(void* context, const Call& call) {
  Status status = check_cards(call.words);
  if (!status.ok()) return status;
  Session& session = session_of(context);
  const net::Interface& interface = session.loop().interface();
  const net::InterfaceCounters& counters = interface.counters();
  session.console().print("net0: {} on {}\n  [TX:{} TXE:{} RX:{} RXE:{}]\n", interface.mac(),
                          session.platform().nic().description(), counters.transmitted, counters.unsendable,
                          counters.received, counters.malformed + counters.bad_checksum);
  return base::Done{};
}

Status pxebs(void* context, const Call& call) {
  std::uint32_t type = 0;
  if (!script::parse_number(call.word(1), type) || type > 0xffff)
    return wrong_usage(session_of(context), call);
  Status status = check_cards(call.words.first(1));
  return status.ok() ? ask_boot_servers(session_of(context), static_cast<std::uint16_t>(type)) : status;
}

Status route(void* context, const Call&) {
  Session& session = session_of(context);
  session.print_address();
  return base::Done{};
}

Status nslookup(void* context, const Call& call) {
  Session& session = session_of(context);
  auto address = proto::resolve_host(session.fetching(), call.word(1));
  if (!address.ok()) return address.error();
  base::Text<16> text;
  text.print("{}", *address);
  return session.store().set(call.word(0), text);
}

namespace {

/// [rfc4330 5] one question and its answer: the seconds since 1900.
class NtpClient {
 public:
  NtpClient(base::Ipv4Address server, std::uint16_t port, std::uint32_t cookie)
      : server_(server), port_(port), cookie_(cookie) {}

  void process(const net::UdpDatagram& datagram, base::Instant) {
    constexpr std::size_t origin = 24, transmitted = 40;
    if (datagram.source != server_ || datagram.source_port != ntp_port || datagram.payload.size() < size ||
        (datagram.payload[0] & 7) != mode_server || base::load_be32(&datagram.payload[origin]) != cookie_) {
      return;
    }
    seconds_ = base::load_be32(&datagram.payload[transmitted]);
  }
  std::optional<net::UdpOutgoing> transmit(base::MutBytes payload, base::Instant now) {
    if (now < send_at_ || payload.size() < size) return std::nullopt;
    send_at_ = now + base::Duration::seconds(1);
    std::memset(payload.data(), 0, size);
    payload[0] = 4 << 3 | mode_client;
    // Our transmit time, which the answer repeats: any number will do, and nobody can guess this one.
    base::store_be32(&payload[40], cookie_);
    return net::UdpOutgoing{{}, server_, port_, ntp_port, size};
  }
  base::Instant poll_at() const { return send_at_; }
  std::uint32_t seconds() const { return seconds_; }

 private:
  static constexpr std::size_t size = 48;
  static constexpr std::uint16_t ntp_port = 123;
  static constexpr std::uint8_t mode_client = 3, mode_server = 4;

  base::Ipv4Address server_;
  std::uint16_t port_;
  std::uint32_t cookie_;
  std::uint32_t seconds_ = 0;
  base::Instant send_at_;
};

}  // namespace

Status ntp(void* context, const Call& call) {
  constexpr std::uint32_t unix_epoch = 2'208'988'800;  // in seconds since 1900
  Session& session = session_of(context);
  net::Loop& loop = session.loop();
  auto server = proto::resolve_host(session.fetching(), call.word(0));
  if (!server.ok()) return server.error();
  const std::uint16_t port = loop.ephemeral_port();
  NtpClient client(*server, port, loop.entropy().next_u32());
  net::UdpEndpoint endpoint(port, client);
  if (!loop.attach(endpoint)) return Error(ErrorCode::no_memory, "No room for another conversation");
  const net::Wait wait = net::poll_until(
      loop, [&] { return client.seconds() != 0; }, loop.now() + base::Duration::seconds(5));
  loop.detach(endpoint);
  if (wait == net::Wait::cancelled) return Error(ErrorCode::cancelled, "ntp was ended by Ctrl-C");
  if (wait != net::Wait::done) {
    return Error(ErrorCode::timed_out, "{} tells no time: is an NTP server there?", *server);
  }
  base::Text<16> text;
  text.print("{}", client.seconds() - unix_epoch);
  return session.store().set("unixtime", text);
}

Status autoboot(void* context, const Call& call) {
  Status status = check_cards(call.words);
  return status.ok() ? autoboot(session_of(context)) : status;
}

}  // namespace flow
