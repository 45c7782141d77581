// SPDX-License-Identifier: MPL-2.0
// The HTTP conversation: connections, logins, redirects, broken downloads that go on, and when to give up.
#include <algorithm>

#include "base/debug.h"
#include "proto/fetch_schemes.h"
#include "proto/http_transfer.h"
#include "wire/http.h"
#include "wire/http_challenge.h"

namespace proto {
namespace {

using base::ErrorCode;

constexpr unsigned max_redirects = 8;
/// In a row, none of which brought more of the document than was there before.
constexpr unsigned max_retries = 3;
constexpr base::Duration retry_pause = base::Duration::seconds(1);

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

/// As poll_until(), for `most`; every now and then it is said that nothing has come.
net::Wait wait_for(Visit& visit, base::Duration most, bool (*condition)(void* context), void* context) {
  base::Duration lasted;
  for (;;) {
    const base::Duration step = std::min(silence, most - lasted);
    const net::Wait wait = net::poll_until(visit.loop(), condition, context, visit.loop().now() + step);
    lasted = lasted + step;
    if (wait != net::Wait::timed_out || lasted == most) return wait;
    tell_of_silence(visit.context, visit.server, lasted);
  }
}
template <class Condition>
net::Wait wait_for(Visit& visit, base::Duration most, Condition condition) {
  return wait_for(
      visit, most, [](void* context) -> bool { return (*static_cast<Condition*>(context))(); }, &condition);
}

base::Status connect(Visit& visit) {
  auto opened = visit.loop().connect(visit.server, visit.port());
  if (!opened) return opened.error();
  visit.connection = *opened;
  const net::TcpConnection& connection = **opened;
  const net::Wait wait = wait_for(visit, visit.context.timeouts.connect, [&] {
    return connection.is_connected() || connection.failure() != nullptr;
  });
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
    const net::Wait wait = wait_for(visit, stall, [&] {
      return !connection.readable().empty() || connection.is_finished() || connection.failure() != nullptr ||
             (!unsent.empty() && connection.is_sent());
    });
    if (wait == net::Wait::cancelled) return cancelled_by_user();
    if (wait == net::Wait::timed_out) {
      visit.loop().doubt_path();
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
base::Status visit_server(FetchContext& context, const Uri& uri, std::string_view form, const HttpResume& resume,
                          HttpTransfer& transfer) {
  auto server = resolve_host(context, uri.host());
  if (!server) return server.error();
  HttpRequestRoom room;
  const bool has_asked = context.login.server.view() == uri.server();
  const std::string_view request = compose_http_request({.uri = uri,
                                                         .form_size = form.size(),
                                                         .login = has_asked ? &context.login : nullptr,
                                                         .chance = context.loop.entropy().next_u32(),
                                                         .resume = resume.at != 0 ? &resume : nullptr},
                                                        room);

  DEBUG_LINE(http, log, "{} port {}: {}", *server, uri.port_or(wire::http_port), request.substr(0, request.find('\r')));
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
  DEBUG_LINE(http, extra, "goes on over the kept connection to {} port {}", server, port);
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

namespace {

/// A login as the server wants it may help where `attempts` without have not.
bool learn_login(HttpLogin& login, const Uri& uri, const HttpTransfer& transfer, unsigned attempts) {
  const wire::HttpChallenge challenge = wire::parse_http_challenge(transfer.challenge());
  if (challenge.scheme == wire::HttpChallenge::Scheme::none || uri.user_info().empty()) return false;
  if (attempts > (challenge.is_stale ? 2U : 0U)) return false;
  login.server.assign(uri.server());
  login.challenge.assign(transfer.challenge());
  login.next_nonce.clear();
  login.uses = 0;
  return true;
}

/// After `status` ended a download midway: where it goes on. False when it is given up.
bool try_again(FetchContext& context, const base::Status& status, const HttpTransfer& transfer, HttpResume& resume,
               Sink sink) {
  // While a server starts anew it refuses connections, or has no answer yet.
  const ErrorCode code = status.error().code();
  const bool is_broken = code == ErrorCode::interrupted || code == ErrorCode::timed_out ||
                         (!transfer.has_begun() && code != ErrorCode::cancelled);
  if (!is_broken || (transfer.bytes() == 0 && resume.at == 0)) return false;
  if (transfer.has_head() && !(transfer.start() != 0 && transfer.validator().empty())) {
    resume.validator.assign(transfer.validator());
  }
  resume.at = transfer.bytes();
  base::Console& console = context.loop.platform().console();
  console.print("\n{}\n", status.error().sentence());
  if (resume.validator.empty()) {
    sink.rewind(sink.self);
    resume.at = 0;
  }
  console.print("Going on from byte {}...", resume.at);
  const net::Wait wait = net::poll_until(
      context.loop, [] { return false; }, context.loop.now() + retry_pause);
  return wait != net::Wait::cancelled;
}

}  // namespace

base::Result<Fetched> fetch_http(FetchContext& context, const Uri& first, Sink sink) {
  Uri uri = first;
  std::string_view form = context.form;
  HttpResume resume;
  bool is_gzip_encoded = false;
  std::uint64_t most = 0;  // bytes that ever were here
  unsigned redirects = 0, logins = 0, retries = 0;
  for (;;) {
    HttpTransfer transfer(uri.host(), sink, &resume);
    const base::Status status = visit_server(context, uri, form, resume, transfer);
    is_gzip_encoded = transfer.is_gzip_encoded() || (is_gzip_encoded && transfer.start() != 0);
    if (!transfer.next_nonce().empty() && context.login.server.view() == uri.server()) {
      context.login.next_nonce.assign(transfer.next_nonce());
      context.login.uses = 0;
    }
    if (!status) {
      if (transfer.bytes() > most) {
        most = transfer.bytes();
        retries = 0;
      }
      if (learn_login(context.login, uri, transfer, logins)) {
        ++logins;
      } else if (!form.empty() || retries++ == max_retries ||
                 !try_again(context, status, transfer, resume, sink)) {
        return status.error();
      }
      continue;
    }
    if (!transfer.location().empty()) DEBUG_LINE(http, log, "redirected to {}", transfer.location());
    if (transfer.location().empty()) return Fetched{uri, transfer.bytes(), is_gzip_encoded};
    auto next = uri.resolve(transfer.location());
    if (!next) return next.error();
    if (!next->has_scheme("http") || next->host().empty()) {
      return base::Error(ErrorCode::unsupported,
                         "the web server {} redirects to {}, which this firmware does not follow",
                         uri.host().substr(0, 64), next->text().substr(0, 80));
    }
    // The same server written out in full: the login goes with it; to another it does not.
    if (next->server() == uri.server() && next->user_info().empty() && next->path().starts_with('/') &&
        !next->path().starts_with("//")) {
      const std::string_view all = next->text();
      next = uri.resolve(all.substr(static_cast<std::size_t>(next->path().data() - all.data())));
      if (!next) return next.error();
    }
    if (redirects++ == max_redirects) {
      return base::Error(ErrorCode::invalid, "the web server {} redirects without end: {} times, at last to {}",
                         first.host().substr(0, 64), max_redirects, next->text().substr(0, 80));
    }
    uri = *next;
    logins = 0;
    if (!transfer.repeats_form()) form = {};
  }
}

}  // namespace proto
