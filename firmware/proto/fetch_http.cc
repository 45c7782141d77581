// SPDX-License-Identifier: MPL-2.0
// The HTTP conversation: connections, redirects, and when to give up.
#include "proto/fetch_schemes.h"
#include "proto/http_transfer.h"
#include "wire/http.h"

namespace proto {
namespace {

using base::ErrorCode;

constexpr unsigned max_redirects = 8;

/// What must be known to talk to one server once.
struct Visit {
  FetchContext& context;
  const Uri& uri;
  base::Ipv4Address server;
  net::TcpConnection* connection = nullptr;

  net::Loop& loop() { return context.loop; }
  std::uint16_t port() const { return uri.port_or(wire::http_port); }
  /// `politely` when the server has nothing more to send; otherwise it is told to stop.
  void leave(bool politely) {
    if (connection == nullptr) return;
    if (politely || connection->is_finished()) connection->close();
    loop().release(*connection);
    connection = nullptr;
  }
};

base::Status connect(Visit& visit) {
  auto opened = visit.loop().connect(visit.server, visit.port());
  if (!opened) return opened.error();
  visit.connection = *opened;
  const net::TcpConnection& connection = **opened;
  const net::Wait wait = net::poll_until(
      visit.loop(), [&] { return connection.is_connected() || connection.failure() != nullptr; },
      visit.loop().now() + visit.context.timeouts.connect);
  if (wait == net::Wait::cancelled) return cancelled_by_user();
  if (connection.failure() != nullptr) return *connection.failure();
  if (wait == net::Wait::timed_out) {
    return base::Error(
        ErrorCode::timed_out,
        "no connection to {} port {} in {} s; check that the web server runs and that no firewall stands "
        "between",
        visit.server, visit.port(), visit.context.timeouts.connect.us() / 1'000'000);
  }
  return base::Done{};
}

/// Sends the request and receives until the answer is over, or an error ends it.
base::Status exchange(Visit& visit, std::string_view request, std::string_view form, HttpTransfer& transfer) {
  net::TcpConnection& connection = *visit.connection;
  const base::Duration stall = visit.context.timeouts.http_stall;
  base::Bytes unsent = base::as_bytes(request);
  while (!transfer.is_over()) {
    if (!unsent.empty()) unsent = unsent.subspan(connection.send(unsent));
    if (unsent.empty() && !form.empty()) {
      unsent = base::as_bytes(form);
      form = {};
      continue;
    }
    const base::Bytes piece = connection.readable();
    if (!piece.empty()) {
      connection.consume(transfer.receive(piece));
      continue;
    }
    if (connection.is_finished() || connection.failure() != nullptr) {
      if (connection.failure() != nullptr && transfer.has_begun()) return *connection.failure();
      transfer.end_of_stream();
      break;
    }
    const net::Wait wait = net::poll_until(
        visit.loop(),
        [&] {
          return !connection.readable().empty() || connection.is_finished() ||
                 connection.failure() != nullptr || (!unsent.empty() && connection.is_sent());
        },
        visit.loop().now() + stall);
    if (wait == net::Wait::cancelled) return cancelled_by_user();
    if (wait == net::Wait::timed_out) {
      return base::Error(
          ErrorCode::timed_out,
          "the web server {} fell silent: nothing for {} s after {} bytes; try again, or look into its log",
          visit.uri.host().substr(0, 64), stall.us() / 1'000'000, transfer.bytes());
    }
  }
  if (transfer.failure() != nullptr) return *transfer.failure();
  return base::Done{};
}

/// One request to one server, over the kept connection if it leads there.
base::Status visit_server(FetchContext& context, const Uri& uri, std::string_view form,
                          HttpTransfer& transfer) {
  auto server = resolve_host(context, uri.host());
  if (!server) return server.error();
  HttpRequestRoom room;
  const std::string_view request = compose_http_request(uri, form.size(), room);

  Visit visit{context, uri, *server};
  // A form is sent once: a connection that turns out closed would leave open whether it was received.
  if (form.empty()) visit.connection = context.kept.take(*server, visit.port());
  bool is_old = visit.connection != nullptr;
  base::Status status = base::Done{};
  for (;;) {
    if (!is_old) status = connect(visit);
    if (status) status = exchange(visit, request, form, transfer);
    // A server may close an idle connection at the moment we use it: then nothing of an answer has come.
    const bool was_stale = is_old && !transfer.has_begun() && !status &&
                           status.error().code() != ErrorCode::cancelled &&
                           status.error().code() != ErrorCode::timed_out;
    if (!was_stale) break;
    visit.leave(false);
    transfer.start_over();
    is_old = false;
    status = base::Done{};
  }
  const bool is_kept = transfer.is_over() && transfer.keeps_connection() && visit.connection != nullptr &&
                       visit.connection->is_connected() && visit.connection->readable().empty();
  if (is_kept) {
    context.kept.keep(context.loop, *visit.connection);
  } else {
    visit.leave(status.ok() && transfer.location().empty());
  }
  return status;
}

}  // namespace

net::TcpConnection* KeptConnection::take(base::Ipv4Address server, std::uint16_t port) {
  if (connection_ == nullptr) return nullptr;
  const net::TcpEnds& ends = connection_->ends();
  const bool fits = ends.remote == server && ends.remote_port == port && connection_->is_connected() &&
                    connection_->failure() == nullptr && !connection_->is_finished() &&
                    connection_->readable().empty();
  if (!fits) {
    drop();
    return nullptr;
  }
  net::TcpConnection* const taken = connection_;
  connection_ = nullptr;
  return taken;
}

void KeptConnection::keep(net::Loop& loop, net::TcpConnection& connection) {
  drop();
  loop_ = &loop;
  connection_ = &connection;
}

void KeptConnection::drop() {
  if (connection_ == nullptr) return;
  connection_->close();
  loop_->release(*connection_);
  connection_ = nullptr;
}

base::Result<Fetched> fetch_http(FetchContext& context, const Uri& first, Sink sink) {
  Uri uri = first;
  std::string_view form = context.form;
  for (unsigned redirects = 0; redirects <= max_redirects; ++redirects) {
    HttpTransfer transfer(uri.host(), sink);
    if (auto status = visit_server(context, uri, form, transfer); !status) return status.error();
    if (transfer.location().empty()) return Fetched{uri, transfer.bytes()};
    auto next = uri.resolve(transfer.location());
    if (!next) return next.error();
    if (!next->has_scheme("http") || next->host().empty()) {
      return base::Error(ErrorCode::unsupported,
                         "the web server {} redirects to {}, which this firmware does not follow",
                         uri.host().substr(0, 64), next->text().substr(0, 80));
    }
    uri = *next;
    if (!transfer.repeats_form()) form = {};
  }
  return base::Error(ErrorCode::invalid, "the web server {} redirects without end: {} times, at last to {}",
                     first.host().substr(0, 64), max_redirects, uri.text().substr(0, 80));
}

}  // namespace proto
