// SPDX-License-Identifier: MPL-2.0
#include <algorithm>

#include "pack/compress.h"
#include "pack/predictor.h"

namespace pack {
namespace {

class Decoder {
 public:
  Decoder(const std::vector<std::uint8_t>& packed, std::size_t size, std::size_t code_size)
      : packed_(packed), size_(size), state_(code_size) {
    for (int i = 0; i < 4; ++i) take_byte();
    bytes_.reserve(size);
  }

  std::vector<std::uint8_t> run() {
    while (bytes_.size() < size_) {
      state_.set_packet_context(predictor_, bytes_, bytes_.size());
      if (bit(node_packet + state_.after_match) == 0) {
        append(static_cast<std::uint8_t>(tree(8)));
        state_.after_match = false;
      } else {
        match();
        state_.after_match = true;
      }
    }
    return std::move(bytes_);
  }

 private:
  void take_byte() {
    value_ = value_ << 8 | (next_ < packed_.size() ? packed_[next_] : 0);
    ++next_;
  }
  std::uint32_t took(std::uint32_t part, bool first) {
    if (first) {
      range_ = part;
    } else {
      range_ -= part;
      value_ -= part;
    }
    for (; range_ < 1u << 24; range_ <<= 8) take_byte();
    return first;
  }
  std::uint32_t bit(std::uint32_t node) {
    const auto part = static_cast<std::uint32_t>(std::uint64_t{range_} * predictor_.chance(node) >> 32);
    const bool one = value_ < part;
    predictor_.learn(node, one);
    return took(part, one);
  }
  std::uint32_t even_bit() { return took(range_ >> 1, value_ < range_ >> 1); }
  std::uint32_t tree(unsigned bits) {
    std::uint32_t node = 1;
    for (unsigned i = 0; i < bits; ++i) node = node * 2 + bit(node);
    return node - (1u << bits);
  }
  std::uint32_t number(std::uint32_t row) {
    state_.set_match_context(predictor_, row);
    std::uint32_t node = 1, value = 1;
    while (bit(node) != 0 && value < 1u << 16) {
      node = node * 2 + 1;
      const std::uint32_t next = bit(node);
      node = node * 2 + next;
      value = value * 2 + next;
    }
    return value;
  }
  void match() {
    state_.set_match_context(predictor_, row_repeated);
    std::uint32_t length;
    if (bit(node_repeated + state_.after_match) != 0) {
      length = number(row_repeated_length) + least_repeated_length - 1;
    } else {
      length = number(row_length) + least_length - 1;
      state_.set_match_context(predictor_, StreamState::slot_row(length));
      std::uint32_t distance = tree(slot_bits);
      if (distance >= 4) {
        unsigned lower = distance / 2 - 1;
        for (distance = 2 | (distance & 1); lower > 0; --lower) distance = distance * 2 + even_bit();
      }
      state_.distance = distance + 1;
    }
    for (; length > 0 && bytes_.size() < size_; --length) {
      append(state_.distance <= bytes_.size() ? bytes_[bytes_.size() - state_.distance] : 0);
    }
  }
  void append(std::uint8_t byte) {
    bytes_.push_back(byte);
    state_.put(byte);
  }

  const std::vector<std::uint8_t>& packed_;
  std::size_t size_, next_ = 0;
  std::uint32_t range_ = ~0u, value_ = 0;
  Predictor predictor_;
  StreamState state_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace

std::vector<std::uint8_t> decompress(const std::vector<std::uint8_t>& packed, std::size_t size, std::size_t code_size) {
  return Decoder(packed, size, code_size).run();
}

}  // namespace pack
