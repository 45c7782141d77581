// SPDX-License-Identifier: MPL-2.0
// What the console shows, told to a log server as well.
#pragma once

#include "net/udp.h"

namespace flow {

class Session;

/// A machine [rfc3164 4.1, 5.4]: each line of the console's log is one datagram "<30>HOST chainload: TEXT" to the
/// server that ${syslog} names; what came before there was one follows once there is. `<30>`: a daemon's information.
/// HOST is our name, or our address. Without time: the server knows it better.
class Syslog {
 public:
  static constexpr std::uint16_t port = 514;

  explicit Syslog(Session& session) : session_(session) {}

  void process(const net::UdpDatagram&, base::Instant) {}
  std::optional<net::UdpOutgoing> transmit(base::MutBytes payload, base::Instant now);
  base::Instant poll_at() const { return base::Instant::never(); }

 private:
  static constexpr std::size_t longest = 548;  // fits into any packet [rfc791 3.1]

  Session& session_;
  std::uint32_t seen_ = 0;  // of the log; behind it is nothing to look at yet
  std::uint32_t told_ = 0;  // of the log: the first of the next line
};

}  // namespace flow
