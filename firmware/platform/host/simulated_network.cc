// SPDX-License-Identifier: MPL-2.0
#include "platform/host/simulated_network.h"

#include <cstdio>

#include "wire/ethernet.h"

namespace platform::host {

SimulatedNetwork::PortNumber SimulatedNetwork::attach(Receiver receiver, LinkQuality to_port,
                                                      LinkQuality from_port) {
  ports_.push_back({std::move(receiver), to_port, from_port, {}, {}});
  return ports_.size() - 1;
}

void SimulatedNetwork::at(base::Instant when, std::function<void()> action) {
  events_.push({when < now_ ? now_ : when, next_serial_++,
                std::make_shared<std::function<void()>>(std::move(action))});
}

void SimulatedNetwork::run_until(base::Instant when) {
  while (!events_.empty() && events_.top().when <= when) {
    const Event event = events_.top();
    events_.pop();
    now_ = event.when;
    (*event.action)();
  }
  if (now_ < when) now_ = when;
}

void SimulatedNetwork::send(PortNumber port, base::Bytes frame) {
  if (recording_) recorded_.push_back({now_, port, Frame(frame.begin(), frame.end())});
  pass(ports_[port].from, ports_[port].from_free, Frame(frame.begin(), frame.end()),
       [this, port](base::Bytes arrived) { forward(port, arrived); });
}

void SimulatedNetwork::pass(LinkQuality& quality, base::Instant& free, Frame frame,
                            std::function<void(base::Bytes)> arrive) {
  if (chance(quality.loss)) return;
  if (frame.size() > wire::EthernetRepr::size && chance(quality.corruption)) {
    const std::size_t at =
        wire::EthernetRepr::size + below(static_cast<std::uint32_t>(frame.size() - wire::EthernetRepr::size));
    frame[at] = static_cast<std::uint8_t>(frame[at] ^ 1U << below(8));
  }
  if (free < now_) free = now_;
  free = free + quality.per_frame;
  base::Instant when = free + quality.delay;
  if (quality.jitter.us() > 0) {
    when = when + base::Duration::microseconds(below(static_cast<std::uint32_t>(quality.jitter.us())));
  }
  if (chance(quality.reordering)) when = when + quality.reorder_delay;
  const auto shared = std::make_shared<Frame>(std::move(frame));
  const unsigned copies = chance(quality.duplication) ? 2 : 1;
  for (unsigned i = 0; i < copies; ++i) at(when, [shared, arrive] { arrive(*shared); });
}

void SimulatedNetwork::forward(PortNumber from, base::Bytes frame) {
  const auto ethernet = wire::EthernetView::parse(frame);
  if (!ethernet) return;
  const base::MacAddress source = ethernet->source(), destination = ethernet->destination();
  bool known_source = false;
  std::size_t only = ports_.size();
  for (auto& [mac, port] : learnt_) {
    if (mac == source) {
      port = from;
      known_source = true;
    }
    if (mac == destination) only = port;
  }
  if (!known_source && !source.is_group()) learnt_.emplace_back(source, from);
  for (PortNumber i = 0; i < ports_.size(); ++i) {
    if (i == from || (only < ports_.size() && i != only)) continue;
    pass(ports_[i].to, ports_[i].to_free, Frame(frame.begin(), frame.end()),
         [this, i](base::Bytes arrived) { ports_[i].receiver(arrived); });
  }
}

bool SimulatedNetwork::write_pcap(const std::string& path) const {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return false;
  const std::uint32_t header[6] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1};
  bool ok = std::fwrite(header, sizeof header, 1, file) == 1;
  for (const Recorded& recorded : recorded_) {
    const auto size = static_cast<std::uint32_t>(recorded.frame.size());
    const std::uint32_t record[4] = {static_cast<std::uint32_t>(recorded.when.us() / 1'000'000),
                                     static_cast<std::uint32_t>(recorded.when.us() % 1'000'000), size, size};
    ok = ok && std::fwrite(record, sizeof record, 1, file) == 1 &&
         std::fwrite(recorded.frame.data(), 1, size, file) == size;
  }
  return std::fclose(file) == 0 && ok;
}

}  // namespace platform::host
