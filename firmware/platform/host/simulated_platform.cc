// SPDX-License-Identifier: MPL-2.0
#include "platform/host/simulated_platform.h"

namespace platform::host {

SimulatedNic::SimulatedNic(SimulatedNetwork& network, const Card& card, LinkQuality to_us,
                           LinkQuality from_us)
    : network_(network),
      card_(card),
      port_(network.attach(
          [this](base::Bytes frame) {
            if (arrived_.size() < card_.receive_ring) {
              arrived_.emplace_back(frame.begin(), frame.end());
            } else {
              ++overruns_;
            }
          },
          to_us, from_us)) {}

bool SimulatedNic::transmit(base::Bytes frame) {
  if (queued_.size() >= card_.transmit_queue) return false;
  queued_.emplace_back(frame.begin(), frame.end());
  return true;
}

std::span<const base::Bytes> SimulatedNic::poll() {
  ++polls_;
  for (const Frame& frame : queued_) network_.send(port_, frame);
  queued_.clear();
  handed_over_.clear();
  while (!arrived_.empty() && handed_over_.size() < card_.per_poll) {
    handed_over_.push_back(std::move(arrived_.front()));
    arrived_.pop_front();
  }
  network_.run_until(network_.now() + card_.poll_cost +
                     card_.frame_cost * static_cast<std::int64_t>(handed_over_.size()));
  views_.assign(handed_over_.begin(), handed_over_.end());
  return views_;
}

void SimulatedPlatform::pause() {
  const base::Instant latest = network_.now() + base::Duration::milliseconds(1);
  network_.run_until(network_.next_event() < latest ? network_.next_event() : latest);
}

// A simulated machine's chance comes from the network's seed, so that every run can be repeated.
void SimulatedPlatform::gather_entropy(base::EntropyPool& pool) {
  pool.mix(network_.below(UINT32_MAX));
}

}  // namespace platform::host
