// SPDX-License-Identifier: MPL-2.0
// What a bad wire does to frames: a pure, seeded decision about each frame, without I/O or clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <queue>
#include <span>
#include <vector>

namespace wire {

// Probabilities are 0 to 1 and independent of each other; times are in microseconds.
struct Faults {
  double drop = 0;
  double duplicate = 0;
  double reorder = 0;  // held back by `reorder_us`, so that later frames overtake
  double corrupt = 0;  // one bit flipped, anywhere behind the two MAC addresses
  std::uint64_t delay_us = 0;
  std::uint64_t jitter_us = 0;  // a uniform extra delay; frames keep their order unless they are reordered
  std::uint64_t reorder_us = 2000;
};

struct Counts {
  std::uint64_t frames = 0;
  std::uint64_t dropped = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;
  std::uint64_t corrupted = 0;
  std::uint64_t delivered = 0;
};

// Our own generator (splitmix64): the same numbers for a seed on every compiler and library.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  // Uniform in [0, 1).
  double fraction();
  // Uniform in [0, limit); 0 when limit is 0.
  std::uint64_t below(std::uint64_t limit);

 private:
  std::uint64_t state_;
};

// One direction of the wire. Every frame takes the same number of random draws whatever happens to it, so the fate of
// the Nth frame depends on the seed and N alone.
class Impairment {
 public:
  Impairment(const Faults& faults, std::uint64_t seed) : faults_(faults), random_(seed) {}

  void accept(std::span<const std::uint8_t> frame, std::uint64_t now_us);
  // When the next frame is due, if one is under way.
  std::optional<std::uint64_t> due_at() const;
  // Takes a frame that is due, in order of its due time; nullopt when none is.
  std::optional<std::vector<std::uint8_t>> take_due(std::uint64_t now_us);
  const Counts& counts() const { return counts_; }

 private:
  struct UnderWay {
    std::uint64_t due_us;
    std::uint64_t number;  // keeps frames with the same due time in order of arrival
    std::vector<std::uint8_t> frame;
    bool operator>(const UnderWay& other) const {
      return due_us != other.due_us ? due_us > other.due_us : number > other.number;
    }
  };
  void schedule(std::vector<std::uint8_t> frame, std::uint64_t due_us);

  Faults faults_;
  Random random_;
  Counts counts_;
  std::uint64_t last_in_order_us_ = 0;
  std::uint64_t next_number_ = 0;
  std::priority_queue<UnderWay, std::vector<UnderWay>, std::greater<>> under_way_;
};

}  // namespace wire
