// SPDX-License-Identifier: MPL-2.0
#include "proto/fetch.h"

#include <algorithm>

#include "base/features.h"
#include "proto/dns_resolver.h"
#include "proto/fetch_schemes.h"
#include "proto/tftp_transfer.h"

namespace proto {

using base::ErrorCode;

namespace {

constexpr unsigned max_tftp_tries = 3;

struct Scheme {
  std::string_view name;
  base::Result<Fetched> (*fetch)(FetchContext&, const Uri&, Sink);
};

template <const base::Feature& feature>
base::Result<Fetched> left_out(FetchContext&, const Uri& uri, Sink) {
  return feature.missing(uri.text().substr(0, 100));
}

namespace features = base::features;
constexpr Scheme schemes[] = {{"http", features::http.is_built ? fetch_http : left_out<features::http>},
                              {"tftp", features::tftp.is_built ? fetch_tftp : left_out<features::tftp>}};

/// Keeps a machine in the loop for as long as it is waited for.
class Attached {
 public:
  Attached(net::Loop& loop, net::UdpEndpoint& endpoint)
      : loop_(loop), endpoint_(endpoint), ok_(loop.attach(endpoint)) {}
  Attached(const Attached&) = delete;
  Attached& operator=(const Attached&) = delete;
  ~Attached() {
    if (ok_) loop_.detach(endpoint_);
  }
  bool ok() const { return ok_; }

 private:
  net::Loop& loop_;
  net::UdpEndpoint& endpoint_;
  bool ok_;
};

base::Error no_endpoint() {
  return base::Error(ErrorCode::no_memory, "no UDP port is free: too much is going on at once");
}

}  // namespace

base::Error cancelled_by_user() {
  return base::Error(ErrorCode::cancelled, "cancelled by Ctrl-C");
}

void tell_of_silence(FetchContext& context, base::Ipv4Address server, base::Duration lasted) {
  context.loop.platform().console().print("\nNothing from {} for {} s, trying on...\n", server,
                                          static_cast<std::uint32_t>(lasted.us()) / 1'000'000);
}

base::Status check_route(FetchContext& context, base::Ipv4Address server) {
  net::Interface& interface = context.loop.interface();
  if (!interface.is_configured()) {
    return base::Error(ErrorCode::unreachable, "{} cannot be reached: we have no address yet; run dhcp first",
                       server);
  }
  if (interface.next_hop(server).is_any()) {
    return base::Error(
        ErrorCode::unreachable,
        "{} cannot be reached: it is not on this network and there is no gateway; check DHCP options 3 and 121",
        server);
  }
  return base::Done{};
}

base::Error nobody_answers_arp(FetchContext& context, base::Ipv4Address server) {
  return base::Error(
      ErrorCode::unreachable,
      "{} cannot be reached: {} does not answer ARP; check the address and that the machine is on", server,
      context.loop.interface().next_hop(server));
}

base::Result<base::Ipv4Address> resolve_host(FetchContext& context, std::string_view host) {
  base::Ipv4Address address;
  if (base::parse_ipv4(host, address)) return address;
  if constexpr (!features::dns.is_built) return features::dns.missing(host.substr(0, 100));
  net::Loop& loop = context.loop;
  const std::uint16_t port = loop.ephemeral_port();
  DnsResolver resolver(host, context.search_list, context.search_domain, context.dns_servers, port,
                       loop.entropy(), loop.now());
  net::UdpEndpoint endpoint(port, resolver);
  const Attached attached(loop, endpoint);
  if (!attached.ok()) return no_endpoint();
  const net::Wait wait = net::poll_until(
      loop,
      [&] {
        if (const auto report = endpoint.take_report()) resolver.process_icmp(*report, loop.now());
        return resolver.is_finished();
      },
      base::Instant::never());
  if (wait == net::Wait::cancelled) return cancelled_by_user();
  if (resolver.failure() != nullptr) return *resolver.failure();
  return *resolver.address();
}

namespace {

/// One transfer from its first block to its end.
base::Status transfer_by_tftp(FetchContext& context, const TftpTransfer::Request& request, Sink sink, std::uint64_t& bytes) {
  net::Loop& loop = context.loop;
  const std::uint16_t port = loop.ephemeral_port();
  TftpTransfer transfer(request, port, sink, loop.now());
  net::UdpEndpoint endpoint(port, transfer);
  const Attached attached(loop, endpoint);
  if (!attached.ok()) return no_endpoint();
  base::Duration silent;
  net::Wait wait;
  for (;;) {
    bytes = transfer.bytes();
    wait = net::poll_until(
        loop,
        [&] {
          if (const auto report = endpoint.take_report()) transfer.process_icmp(*report);
          return transfer.is_finished() || loop.interface().is_unreachable(request.server);
        },
        loop.now() + silence);
    if (wait != net::Wait::timed_out) break;
    silent = bytes == transfer.bytes() ? silent + silence : base::Duration();
    if (silent != base::Duration()) tell_of_silence(context, request.server, silent);
  }
  bytes = transfer.bytes();
  context.tftp_window = transfer.proven_window();
  if (wait == net::Wait::cancelled) return cancelled_by_user();
  if (transfer.failure() != nullptr) return *transfer.failure();
  if (!transfer.is_finished()) return nobody_answers_arp(context, request.server);
  return base::Done{};
}

}  // namespace

base::Result<Fetched> fetch_tftp(FetchContext& context, const Uri& uri, Sink sink) {
  auto server = resolve_host(context, uri.host());
  if (!server) return server.error();
  if (auto status = check_route(context, *server); !status) return status.error();

  // [rfc3617 3] the file's name begins behind the slash; a second slash is the name's own.
  std::string_view path = uri.path();
  if (path.starts_with('/')) path.remove_prefix(1);
  char room[Uri::max_length];
  const auto file = percent_decode(path, room);
  if (!file || file->empty()) {
    return base::Error(ErrorCode::invalid, "{}: this names no file on a TFTP server",
                       uri.text().substr(0, 120));
  }

  TftpTransfer::Request request;
  request.server = *server;
  request.server_port = uri.port_or(wire::tftp_port);
  request.file = *file;
  request.stall = context.timeouts.tftp_stall;
  for (unsigned tries = max_tftp_tries;;) {
    request.window_size = static_cast<unsigned>(
        std::clamp<std::size_t>(context.loop.interface().nic().receive_burst(), 1, context.tftp_window));
    std::uint64_t bytes = 0;
    const base::Status status = transfer_by_tftp(context, request, sink, bytes);
    if (status) return Fetched{uri, bytes};
    // A server that had begun and then fell silent, perhaps because it was started anew, may know more next time.
    if (--tries == 0 || bytes == 0 || status.error().code() != ErrorCode::timed_out) return status.error();
    context.loop.platform().console().print("\n{}\nFrom the start again...", status.error().sentence());
    sink.rewind(sink.self);
  }
}

base::Result<Fetched> fetch(FetchContext& context, const Uri& uri, Sink sink) {
  for (const Scheme& scheme : schemes) {
    if (!uri.has_scheme(scheme.name)) continue;
    if (uri.host().empty()) {
      return base::Error(ErrorCode::invalid, "{}: this names no server; write {}://server/file",
                         uri.text().substr(0, 120), scheme.name);
    }
    return scheme.fetch(context, uri, sink);
  }
  if (!uri.is_absolute()) {
    return base::Error(ErrorCode::invalid,
                       "{}: this is no full address; write http://server/file or tftp://server/file",
                       uri.text().substr(0, 100));
  }
  return base::Error(ErrorCode::unsupported, "{}: this firmware fetches by http and tftp, not by {}",
                     uri.text().substr(0, 100), uri.scheme().substr(0, 20));
}

}  // namespace proto
