// SPDX-License-Identifier: MPL-2.0
// Which neighbour has which MAC address, and the question when we do not know [rfc826].
#pragma once

#include <array>
#include <optional>

#include "base/time.h"
#include "wire/arp.h"

namespace net {

/// A machine. An entry exists only because we asked: nothing a stranger sends can make or change one.
class ArpCache {
 public:
  static constexpr std::size_t max_entries = 6;
  static constexpr std::size_t max_packet = 1500;
  static constexpr unsigned max_questions = 6;  // after 0, 0.2, 0.6, 1.4, 3 and 6.2 s
  static constexpr base::Duration first_wait = base::Duration::milliseconds(200);
  static constexpr base::Duration lifetime = base::Duration::seconds(60);
  static constexpr base::Duration failure_lifetime = base::Duration::seconds(3);

  /// The address to send to, or nullopt: then the question is under way.
  std::optional<base::MacAddress> find(base::Ipv4Address neighbour, base::Instant now);
  /// Keeps `packet` until the neighbour answers. Only the latest is kept; longer ones than max_packet are
  /// dropped.
  void hold(base::Ipv4Address neighbour, base::Bytes packet);
  /// True while the last round of questions to `neighbour` stands unanswered.
  bool has_failed(base::Ipv4Address neighbour) const;

  /// Any valid ARP packet, whoever it was meant for.
  void process(const wire::ArpRepr& packet, base::Instant now);
  /// The neighbour to ask now, if any.
  std::optional<base::Ipv4Address> transmit(base::Instant now);
  base::Instant poll_at() const;

  struct Released {
    base::MacAddress mac;
    base::Bytes packet;  // valid until the next call of find(), hold() or forget()
  };
  /// A held packet whose neighbour has answered.
  std::optional<Released> take_released();
  void forget();

 private:
  enum class State : std::uint8_t { free, asking, known, refreshing, failed };
  struct Entry {
    State state = State::free;
    std::uint8_t questions = 0;
    base::Ipv4Address neighbour;
    base::MacAddress mac;    // known and refreshing
    base::Instant deadline;  // of the next question, or of the state
    base::Instant last_used;
    std::size_t held_size = 0;
    std::array<std::uint8_t, max_packet> held;  // the first held_size are meaningful
  };
  Entry* find_entry(base::Ipv4Address neighbour);
  Entry& take_entry(base::Ipv4Address neighbour);

  std::array<Entry, max_entries> entries_{};
};

}  // namespace net
