// SPDX-License-Identifier: MPL-2.0
// Echoes asked of a host, one after the other.
#include "flow/command_functions.h"
#include "proto/fetch_schemes.h"

namespace flow {

using base::Duration;
using base::Error;
using base::ErrorCode;
using base::Instant;

base::Status ping(void* context, const script::Call& call) {
  enum Option : std::uint8_t { count, size, timeout, quiet };
  Session& session = session_of(context);
  net::Loop& loop = session.loop();
  std::uint32_t left = 0, bytes = 56, timeout_ms = 1000;
  if (!call.read_number(count, left) ||
      !call.read_number(size, bytes) || !call.read_number(timeout, timeout_ms)) {
    return wrong_usage(session, call);
  }
  auto host = proto::resolve_host(session.fetching(), call.word(0));
  if (!host.ok()) return host.error();
  base::Status status = proto::check_route(session.fetching(), *host);
  if (!status.ok()) return status;
  net::Interface& interface = loop.interface();
  const std::size_t most = interface.mtu() - 28;  // headers of IPv4 and ICMP
  if (bytes > most)
    return Error(ErrorCode::invalid, "{} bytes are too many: {} fit into a packet", bytes, most);
  const auto identifier = static_cast<std::uint16_t>(loop.entropy().next());
  unsigned answers = 0;
  for (std::uint16_t sequence = 1;; ++sequence) {
    const Instant sent = loop.now();
    interface.send_echo(*host, identifier, sequence, bytes, sent);
    const net::Interface::EchoReply& reply = interface.last_echo();
    const auto wait_for = [&](bool answer, std::uint32_t milliseconds) {
      return net::poll_until(
          loop,
          [&] {
            return answer && reply.source == *host && reply.identifier == identifier && reply.sequence == sequence;
          },
          sent + Duration::milliseconds(milliseconds));
    };
    net::Wait wait = wait_for(true, timeout_ms);
    const bool is_answered = wait == net::Wait::done;
    if (is_answered) ++answers;
    if (wait != net::Wait::cancelled && !call.has(quiet)) {
      session.console().print("{} bytes from {}: seq={}{}\n", is_answered ? reply.size : 0, *host, sequence,
                              is_answered ? "" : " (no answer)");
    }
    if (--left == 0) break;  // 0 from the start: no end
    wait = wait_for(false, 1000);
    if (wait == net::Wait::cancelled) return proto::cancelled_by_user();
  }
  if (answers != 0) return base::Done{};
  return Error(ErrorCode::timed_out, "{} does not answer: it is off, or drops pings", *host);
}

}  // namespace flow
