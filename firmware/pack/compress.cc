// SPDX-License-Identifier: MPL-2.0
// Parse, encode, measure what everything cost, and parse again by these costs, as long as it becomes smaller.
#include "pack/compress.h"

#include <cmath>

#include "pack/packet.h"
#include "pack/predictor.h"

namespace pack {
namespace {

using Buffer = std::vector<std::uint8_t>;

class RangeEncoder {
 public:
  void put(bool first, std::uint32_t part) {
    if (first) {
      range_ = part;
    } else {
      low_ += part;
      range_ -= part;
    }
    for (; range_ < 1u << 24; range_ <<= 8) shift();
  }
  void put_even(bool one) { put(one, range_ >> 1); }
  std::uint32_t range() const { return range_; }
  /// Zeroes at the end may be left out by who puts zeroes there.
  Buffer finish() {
    for (int i = 0; i < 5; ++i) shift();
    out_.erase(out_.begin());  // always 0
    return std::move(out_);
  }

 private:
  void shift() {
    if (low_ < 0xff000000u || low_ > 0xffffffffu) {
      const auto carry = static_cast<std::uint8_t>(low_ >> 32);
      out_.push_back(static_cast<std::uint8_t>(held_ + carry));
      for (; waiting_ > 0; --waiting_) out_.push_back(static_cast<std::uint8_t>(0xff + carry));
      held_ = static_cast<std::uint8_t>(low_ >> 24);
    } else {
      ++waiting_;
    }
    low_ = (low_ & 0x00ffffff) << 8;
  }

  std::uint64_t low_ = 0;
  std::uint32_t range_ = ~0u;
  std::uint8_t held_ = 0;
  std::size_t waiting_ = 0;
  Buffer out_;
};

/// How often what was chosen, for the next attempt's costs.
struct Counts {
  std::array<double, 2> repeated{1, 1};
  std::array<std::vector<double>, 2> length{std::vector<double>(longest_match + 1), std::vector<double>(longest_match + 1)};
  std::array<std::array<double, 64>, 4> slot{};
};

class Encoder {
 public:
  Encoder(const Buffer& bytes, std::size_t code_size, Costs& costs) : bytes_(bytes), state_(code_size), costs_(costs) {}

  Buffer run(const std::vector<Packet>& packets) {
    for (const Packet& packet : packets) {
      measure(packet.length);
      encode(packet);
    }
    learn_costs();
    return range_.finish();
  }

 private:
  double cost(std::uint32_t node, bool one) const {
    const double chance = predictor_.chance(node) / 4294967296.0;
    return -std::log2(one ? chance : 1 - chance);
  }
  /// What the packet's places would cost as literals and as matches.
  void measure(std::uint32_t length) {
    StreamState saved = state_;
    for (std::size_t at = at_; at < at_ + length; ++at) {
      state_.set_packet_context(predictor_, bytes_, at);
      costs_.match[at] = cost(node_packet + state_.after_match, true);
      costs_.no_match[at] = cost(node_packet + state_.after_match, false);
      costs_.literal[at] = 0;
      for (std::uint32_t node = 1, bit = 8; bit-- > 0;) {
        const bool one = bytes_[at] >> bit & 1;
        costs_.literal[at] += cost(node, one);
        node = node * 2 + one;
      }
      state_.put(bytes_[at]);
      state_.after_match = false;
    }
    state_ = saved;
  }
  void bit(std::uint32_t& node, bool one) {
    range_.put(one, static_cast<std::uint32_t>(std::uint64_t{range_.range()} * predictor_.chance(node) >> 32));
    predictor_.learn(node, one);
    node = node * 2 + one;
  }
  void tree(std::uint32_t value, unsigned bits) {
    for (std::uint32_t node = 1; bits-- > 0;) bit(node, value >> bits & 1);
  }
  void number(std::uint32_t row, std::uint32_t value) {
    state_.set_match_context(predictor_, row);
    std::uint32_t node = 1;
    for (auto bits = static_cast<unsigned>(std::bit_width(value)) - 1; bits-- > 0;) {
      bit(node, true);
      bit(node, value >> bits & 1);
    }
    bit(node, false);
  }
  void encode(const Packet& packet) {
    state_.set_packet_context(predictor_, bytes_, at_);
    std::uint32_t node = node_packet + state_.after_match;
    bit(node, packet.length > 1);
    if (packet.length == 1) {
      tree(bytes_[at_], 8);
      state_.after_match = false;
    } else {
      match(packet);
      state_.after_match = true;
    }
    for (std::uint32_t i = 0; i < packet.length; ++i) state_.put(bytes_[at_++]);
  }
  void match(const Packet& packet) {
    state_.set_match_context(predictor_, row_repeated);
    std::uint32_t node = node_repeated + state_.after_match;
    bit(node, packet.repeated);
    const std::uint32_t length = packet.length - (packet.repeated ? least_repeated_length : least_length) + 1;
    number(packet.repeated ? row_repeated_length : row_length, length);
    ++counts_.repeated[packet.repeated];
    ++counts_.length[packet.repeated][length];
    if (packet.repeated) return;
    const std::uint32_t row = StreamState::slot_row(packet.length), slot = slot_of(packet.distance);
    state_.set_match_context(predictor_, row);
    tree(slot, slot_bits);
    for (unsigned lower = lower_bits(slot); lower-- > 0;) range_.put_even((packet.distance - 1) >> lower & 1);
    ++counts_.slot[row - row_slot][slot];
    state_.distance = packet.distance;
  }
  void learn_costs() {
    const double both = counts_.repeated[0] + counts_.repeated[1];
    for (unsigned which : {0u, 1u}) {
      costs_.repeated[which] = -std::log2(counts_.repeated[which] / both);
      learn_lengths(counts_.length[which], costs_.length[which]);
    }
    for (std::size_t row = 0; row < 4; ++row) {
      double sum = 0;
      for (double count : counts_.slot[row]) sum += count + 0.1;
      for (std::size_t slot = 0; slot < 64; ++slot) costs_.slot[row][slot] = -std::log2((counts_.slot[row][slot] + 0.1) / sum);
    }
  }
  /// Long numbers are rare: these cost what their count of bits costs, and the bits.
  static void learn_lengths(const std::vector<double>& counts, std::vector<double>& costs) {
    std::array<double, 12> widths{};
    double sum = 0;
    for (std::uint32_t number = 1; number <= longest_match; ++number) widths[static_cast<std::size_t>(std::bit_width(number))] += counts[number];
    for (double& width : widths) sum += width += 0.3;
    for (std::uint32_t number = 1; number <= longest_match; ++number) {
      const int width = std::bit_width(number);
      const double all = widths[static_cast<std::size_t>(width)], values = 1 << (width - 1);
      costs[number] = -std::log2(all / sum) + (width > 4 ? width - 1 : -std::log2((counts[number] + 0.3) / (all + 0.3 * values)));
    }
  }

  const Buffer& bytes_;
  std::size_t at_ = 0;
  RangeEncoder range_;
  Predictor predictor_;
  StreamState state_;
  Costs& costs_;
  Counts counts_;
};

}  // namespace

Buffer compress(const Buffer& bytes, std::size_t code_size, int most_attempts) {
  const auto matches = find_matches(bytes);
  Costs costs(bytes.size());
  Buffer best;
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    Buffer packed = Encoder(bytes, code_size, costs).run(find_packets(bytes, matches, costs));
    if (attempt > 0 && packed.size() >= best.size()) break;
    best = std::move(packed);
  }
  return best;
}

}  // namespace pack
