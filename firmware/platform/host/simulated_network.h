// SPDX-License-Identifier: MPL-2.0
// An Ethernet switch under a virtual clock, with a seeded bad cable to every port: networks for tests, in
// milliseconds.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/time.h"

namespace platform::host {

using Frame = std::vector<std::uint8_t>;

/// What one direction of a cable does to frames; chances are per thousand frames.
struct LinkQuality {
  unsigned loss = 0;
  unsigned duplication = 0;
  unsigned reordering = 0;  // such a frame is held back by `reorder_delay`
  unsigned corruption = 0;  // one bit somewhere behind the Ethernet header
  base::Duration delay = base::Duration::microseconds(50);
  base::Duration jitter;  // evenly between nothing and this, on top
  base::Duration reorder_delay = base::Duration::milliseconds(2);
  base::Duration per_frame = base::Duration::microseconds(2);  // the wire is taken that long
};

class SimulatedNetwork {
 public:
  using Receiver = std::function<void(base::Bytes frame)>;
  using PortNumber = std::size_t;

  explicit SimulatedNetwork(std::uint64_t seed = 1) : random_(seed) {}
  SimulatedNetwork(const SimulatedNetwork&) = delete;
  SimulatedNetwork& operator=(const SimulatedNetwork&) = delete;

  base::Instant now() const { return now_; }

  /// `to_port` is the cable towards the receiver, `from_port` the one away from it.
  PortNumber attach(Receiver receiver, LinkQuality to_port = {}, LinkQuality from_port = {});
  void send(PortNumber port, base::Bytes frame);
  LinkQuality& to_port(PortNumber port) { return ports_[port].to; }
  LinkQuality& from_port(PortNumber port) { return ports_[port].from; }

  /// `action` happens when the clock gets there.
  void at(base::Instant when, std::function<void()> action);
  /// Lets everything up to `when` happen; the clock then shows `when`.
  void run_until(base::Instant when);
  /// The next thing to happen; never() when nothing is under way.
  base::Instant next_event() const { return events_.empty() ? base::Instant::never() : events_.top().when; }

  struct Recorded {
    base::Instant when;
    PortNumber from;
    Frame frame;
  };
  /// Every frame that was sent, before the cable had its say. Off until record() is called.
  void record() { recording_ = true; }
  const std::vector<Recorded>& recorded() const { return recorded_; }
  /// The recorded frames as a capture file; false when it cannot be written.
  bool write_pcap(const std::string& path) const;

  /// Evenly from [0, bound).
  std::uint32_t below(std::uint32_t bound) {
    return bound == 0 ? 0 : static_cast<std::uint32_t>(random_() % bound);
  }

 private:
  struct Port {
    Receiver receiver;
    LinkQuality to, from;
    base::Instant to_free, from_free;  // when the wire is free again
  };
  struct Event {
    base::Instant when;
    std::uint64_t serial;  // what was said first happens first
    std::shared_ptr<std::function<void()>> action;
    bool operator<(const Event& other) const {
      return when != other.when ? other.when < when : other.serial < serial;
    }
  };
  bool chance(unsigned per_thousand) { return below(1000) < per_thousand; }
  /// Sends `frame` down one direction; `arrive` gets each copy that comes out.
  void pass(LinkQuality& quality, base::Instant& free, Frame frame, std::function<void(base::Bytes)> arrive);
  void forward(PortNumber from, base::Bytes frame);

  base::Instant now_ = base::Instant::from_us(1'000'000);
  std::mt19937_64 random_;
  std::deque<Port> ports_;
  std::priority_queue<Event> events_;
  std::uint64_t next_serial_ = 0;
  std::vector<std::pair<base::MacAddress, PortNumber>> learnt_;
  bool recording_ = false;
  std::vector<Recorded> recorded_;
};

}  // namespace platform::host
