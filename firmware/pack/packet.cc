// SPDX-License-Identifier: MPL-2.0
#include "pack/packet.h"

#include <algorithm>
#include <limits>

#include "pack/predictor.h"

namespace pack {

std::vector<std::vector<Found>> find_matches(const std::vector<std::uint8_t>& bytes) {
  constexpr std::size_t most_steps = 4000;
  constexpr auto none = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> head(1 << 16, none), before(bytes.size(), none);
  std::vector<std::vector<Found>> found(bytes.size());
  for (std::size_t at = 0; at + 1 < bytes.size(); ++at) {
    std::uint32_t& last = head[bytes[at] | static_cast<std::size_t>(bytes[at + 1]) << 8];
    const std::size_t most = std::min<std::size_t>(bytes.size() - at, longest_match);
    std::size_t longest = least_length - 1, steps = 0;
    for (std::uint32_t from = last; from != none && longest < most && steps < most_steps; from = before[from], ++steps) {
      if (bytes[from + longest] != bytes[at + longest]) continue;
      std::size_t length = 2;
      while (length < most && bytes[from + length] == bytes[at + length]) ++length;
      if (length <= longest) continue;
      longest = length;
      found[at].push_back({static_cast<std::uint32_t>(length), static_cast<std::uint32_t>(at - from)});
    }
    before[at] = last;
    last = static_cast<std::uint32_t>(at);
  }
  return found;
}

namespace {

struct Step {
  double cost = std::numeric_limits<double>::max();
  Packet packet;                // that leads here
  std::uint32_t distance = 1;  // of the last match
};

}  // namespace

Costs::Costs(std::size_t size) : literal(size, 4.5), no_match(size, 0.5), match(size, 1.5), repeated{0.3, 2} {
  for (auto& lengths : length) {
    lengths.resize(longest_match + 1);
    for (std::uint32_t number = 1; number <= longest_match; ++number) lengths[number] = 1.5 * std::bit_width(number) - 0.8;
  }
  for (auto& slots : slot) slots.fill(5);
}

std::vector<Packet> find_packets(const std::vector<std::uint8_t>& bytes, const std::vector<std::vector<Found>>& matches,
                                 const Costs& costs) {
  std::vector<Step> steps(bytes.size() + 1);
  steps[0].cost = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const Step& here = steps[at];
    const auto reach = [&](double cost, const Packet& packet) {
      Step& there = steps[at + packet.length];
      if (cost < there.cost) there = {cost, packet, packet.length == 1 ? here.distance : packet.distance};
    };
    reach(here.cost + costs.no_match[at] + costs.literal[at], {});
    const double matched = here.cost + costs.match[at];
    if (here.distance <= at) {
      const std::size_t from = at - here.distance;
      for (std::uint32_t length = 1; at + length <= bytes.size() && length <= longest_match; ++length) {
        if (bytes[from + length - 1] != bytes[at + length - 1]) break;
        if (length < least_repeated_length) continue;
        reach(matched + costs.repeated[1] + costs.length[1][length - least_repeated_length + 1], {length, here.distance, true});
      }
    }
    std::uint32_t length = least_length;
    for (const Found& found : matches[at]) {
      const std::uint32_t slot = slot_of(found.distance);
      for (; length <= found.length; ++length) {
        reach(matched + costs.repeated[0] + costs.length[0][length - least_length + 1] +
                  costs.slot[StreamState::slot_row(length) - row_slot][slot] + lower_bits(slot),
              {length, found.distance, false});
      }
    }
  }
  std::vector<Packet> packets;
  for (std::size_t at = bytes.size(); at > 0; at -= packets.back().length) packets.push_back(steps[at].packet);
  std::reverse(packets.begin(), packets.end());
  return packets;
}

}  // namespace pack
