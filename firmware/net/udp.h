// SPDX-License-Identifier: MPL-2.0
// UDP as its users see it: datagrams in and out, and the endpoint that ties a machine to a local port.
#pragma once

#include <optional>
#include <utility>

#include "base/address.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "wire/icmp.h"

namespace net {

struct UdpDatagram {
  base::Ipv4Address source;
  base::Ipv4Address destination;  // tells a broadcast from what was sent to us alone
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  base::Bytes payload;  // valid until process() returns
};

/// What a machine's transmit() answers when it has written a payload.
struct UdpOutgoing {
  base::Ipv4Address source;  // any(): the interface's own, which is 0.0.0.0 as long as it has none
  base::Ipv4Address destination;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::size_t payload_size = 0;
};

/// An ICMP error about a packet of ours, and who sent it.
struct IcmpReport {
  wire::IcmpError error;
  base::Ipv4Address reporter;

  /// What it counts for: at `enough` the attempt is over. A machine that is only unreachable may be so while
  /// routers learn [rfc1122 4.2.3.9], but not three times.
  unsigned weight() const { return error.is_final() ? enough : 1; }
  static constexpr unsigned enough = 3;
  base::Error sentence() const;
};

/// A machine on a local port. A machine is any class with
///   void process(const UdpDatagram&, base::Instant now);
///   std::optional<UdpOutgoing> transmit(base::MutBytes payload, base::Instant now);  // nullopt: nothing to
///   send now base::Instant poll_at() const;  // when transmit() will next have something unasked; never(): a
///   packet must come first
/// It checks for itself who sent a datagram. Machine and endpoint outlive their time in the loop.
class UdpEndpoint {
 public:
  template <class Machine>
  UdpEndpoint(std::uint16_t local_port, Machine& machine)
      : local_port_(local_port),
        machine_(&machine),
        process_([](void* self, const UdpDatagram& datagram, base::Instant now) {
          static_cast<Machine*>(self)->process(datagram, now);
        }),
        transmit_([](void* self, base::MutBytes payload, base::Instant now) {
          return static_cast<Machine*>(self)->transmit(payload, now);
        }),
        poll_at_([](const void* self) { return static_cast<const Machine*>(self)->poll_at(); }) {}

  std::uint16_t local_port() const { return local_port_; }
  void process(const UdpDatagram& datagram, base::Instant now) { process_(machine_, datagram, now); }
  std::optional<UdpOutgoing> transmit(base::MutBytes payload, base::Instant now) {
    return transmit_(machine_, payload, now);
  }
  base::Instant poll_at() const { return poll_at_(machine_); }

  /// What ICMP said of a datagram of ours since it was asked last: for the conversation that waits for the
  /// machine.
  std::optional<IcmpReport> take_report() { return std::exchange(report_, std::nullopt); }
  void report(const IcmpReport& report) { report_ = report; }

 private:
  std::uint16_t local_port_;
  std::optional<IcmpReport> report_;
  void* machine_;
  void (*process_)(void*, const UdpDatagram&, base::Instant);
  std::optional<UdpOutgoing> (*transmit_)(void*, base::MutBytes, base::Instant);
  base::Instant (*poll_at_)(const void*);
};

}  // namespace net
