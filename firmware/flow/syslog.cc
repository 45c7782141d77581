// SPDX-License-Identifier: MPL-2.0
#include "flow/syslog.h"

#include <algorithm>

#include "base/features.h"
#include "flow/session.h"

namespace flow {

std::optional<net::UdpOutgoing> Syslog::transmit(base::MutBytes payload, base::Instant now) {
  if constexpr (!base::features::log.is_built) return std::nullopt;
  const base::LogRing& log = session_.console().log();
  if (seen_ == log.end()) return std::nullopt;
  const base::Ipv4Address server = session_.store().find_ipv4("syslog");
  if (server.is_any()) {
    seen_ = log.end();
    return std::nullopt;
  }
  // The first datagram to a neighbour would give way to the second while ARP asks for it.
  if (!session_.loop().interface().knows_way(server, now)) return std::nullopt;
  std::uint32_t at = std::max(told_, log.begin());
  char room[longest];
  base::TextWriter line(room);
  line.append("<30>");
  static_cast<void>(session_.store().format("hostname", line) || session_.store().format("ip", line));
  line.append(" chainload: ");
  const std::size_t header = line.view().size();
  bool is_escape = false;
  for (;;) {
    if (at == log.end()) {
      seen_ = log.end();
      return std::nullopt;
    }
    const char c = log[at++];
    if (c == '\x1b') is_escape = true;
    if (!is_escape && static_cast<std::uint8_t>(c) >= ' ') line.append(c);
    if (c >= 'A' && c != '[') is_escape = false;
    if (c != '\n') continue;
    told_ = at;
    if (line.view().size() > header) break;
  }
  std::ranges::copy(line.view(), payload.begin());
  return net::UdpOutgoing{{}, server, port, port, line.view().size()};
}

}  // namespace flow
