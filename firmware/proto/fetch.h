// SPDX-License-Identifier: MPL-2.0
// One download, whatever the scheme: tftp://server/path and http://server[:port]/path?query.
#pragma once

#include "net/loop.h"
#include "proto/http_request.h"
#include "proto/sink.h"

namespace proto {

struct FetchTimeouts {
  base::Duration connect = base::Duration::seconds(20);
  base::Duration http_stall =
      base::Duration::seconds(30);  // no byte for so long: scripts on servers may think
  base::Duration tftp_stall = base::Duration::seconds(15);
};

/// The connection that the last HTTP download left open, for the next one to the same server.
class KeptConnection {
 public:
  KeptConnection() = default;
  KeptConnection(const KeptConnection&) = delete;
  KeptConnection& operator=(const KeptConnection&) = delete;
  ~KeptConnection() { drop(); }

  /// The kept connection when it leads there and still stands; the caller then owns it.
  net::TcpConnection* take(base::Ipv4Address server, std::uint16_t port);
  /// Takes over `connection`.
  void keep(net::Loop& loop, net::TcpConnection& connection);
  void drop();

 private:
  net::Loop* loop_ = nullptr;
  net::TcpConnection* connection_ = nullptr;
};

/// What downloads share. Lives as long as its user likes; its end closes the kept connection.
struct FetchContext {
  net::Loop& loop;
  std::span<const base::Ipv4Address> dns_servers;
  std::string_view search_domain;
  base::Bytes search_list{};  // DHCP option 119
  FetchTimeouts timeouts{};
  KeptConnection kept{};
  HttpLogin login{};        // for the server that asked last
  unsigned tftp_window = 8;  // blocks; fewer after losses
  std::string_view form{};  // what an HTTP download sends; its server is asked by POST then
};

struct Fetched {
  Uri final_uri;  // after redirects
  std::uint64_t bytes = 0;
  bool is_gzip_encoded = false;  // by the server, for the way: the document is what comes out
};

/// Downloads `uri` into `sink`. Ctrl-C ends it with ErrorCode::cancelled.
base::Result<Fetched> fetch(FetchContext& context, const Uri& uri, Sink sink);

/// The address of `host`: as it stands when it is one, else by DNS.
base::Result<base::Ipv4Address> resolve_host(FetchContext& context, std::string_view host);

}  // namespace proto
