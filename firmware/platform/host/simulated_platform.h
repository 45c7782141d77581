// SPDX-License-Identifier: MPL-2.0
// The firmware's machine on a SimulatedNetwork: virtual time, and a card whose receive ring can be as small
// as real ones.
#pragma once

#include "platform/host/host_platform.h"
#include "platform/host/simulated_network.h"

namespace platform::host {

class SimulatedNic final : public Nic {
 public:
  struct Card {
    base::MacAddress mac{{0x52, 0x54, 0x00, 0x12, 0x34, 0x56}};
    std::size_t mtu = 1500;
    std::size_t receive_ring = 64;  // frames kept between two polls; more are lost
    std::size_t transmit_queue = 8;
    std::size_t receive_burst = 4;                                // what the platform tells the stack
    std::size_t per_poll = 8;                                     // frames handed over by one poll
    base::Duration poll_cost = base::Duration::microseconds(20);  // virtual time that goes by in a poll
    base::Duration frame_cost = base::Duration::microseconds(10);
  };

  SimulatedNic(SimulatedNetwork& network, const Card& card, LinkQuality to_us, LinkQuality from_us);

  base::MacAddress mac() const override { return card_.mac; }
  std::size_t mtu() const override { return card_.mtu; }
  std::string_view description() const override { return "a simulated card"; }
  std::string_view driver() const override { return "simulated"; }
  bool transmit(base::Bytes frame) override;
  std::span<const base::Bytes> poll() override;
  std::size_t receive_burst() const override { return card_.receive_burst; }

  SimulatedNetwork::PortNumber port() const { return port_; }
  /// Frames that came faster than they were fetched.
  std::size_t overruns() const { return overruns_; }
  std::size_t polls() const { return polls_; }

 private:
  SimulatedNetwork& network_;
  Card card_;
  SimulatedNetwork::PortNumber port_;
  std::deque<Frame> arrived_;
  std::deque<Frame> queued_;
  std::vector<Frame> handed_over_;
  std::vector<base::Bytes> views_;
  std::size_t overruns_ = 0, polls_ = 0;
};

class SimulatedPlatform final : public HostPlatform {
 public:
  explicit SimulatedPlatform(SimulatedNetwork& network, const Machine& machine = {},
                             const SimulatedNic::Card& card = {}, LinkQuality to_us = {},
                             LinkQuality from_us = {})
      : HostPlatform(machine), network_(network), nic_(network, card, to_us, from_us) {}

  base::Instant now() override { return network_.now(); }
  void pause() override;
  void gather_entropy(base::EntropyPool& pool) override;
  SimulatedNic& nic() override { return nic_; }
  SimulatedNetwork& network() { return network_; }

 private:
  SimulatedNetwork& network_;
  SimulatedNic nic_;
};

}  // namespace platform::host
