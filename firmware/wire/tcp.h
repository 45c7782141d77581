// SPDX-License-Identifier: MPL-2.0
// TCP segments [rfc9293 3.1] with the options of [rfc9293 3.2], [rfc7323 2.2] and [rfc2018].
#pragma once

#include <array>
#include <optional>

#include "wire/ipv4.h"

namespace wire {

struct TcpLayout {
  base::Be16 source_port;
  base::Be16 destination_port;
  base::Be32 sequence;
  base::Be32 acknowledgment;
  std::uint8_t data_offset;  // upper four bits, in words
  std::uint8_t flags;
  base::Be16 window;
  base::Be16 checksum;
  base::Be16 urgent_pointer;
};
static_assert(sizeof(TcpLayout) == 20);
static_assert(offsetof(TcpLayout, destination_port) == 2);
static_assert(offsetof(TcpLayout, sequence) == 4);
static_assert(offsetof(TcpLayout, acknowledgment) == 8);
static_assert(offsetof(TcpLayout, data_offset) == 12);
static_assert(offsetof(TcpLayout, flags) == 13);
static_assert(offsetof(TcpLayout, window) == 14);
static_assert(offsetof(TcpLayout, checksum) == 16);
static_assert(offsetof(TcpLayout, urgent_pointer) == 18);

/// A place in the stream. Two of them are compared over the shorter way round [rfc9293 3.4].
struct TcpSequence {
  std::uint32_t value = 0;

  constexpr TcpSequence operator+(std::size_t count) const {
    return {static_cast<std::uint32_t>(value + count)};
  }
  /// How far this one stands behind `other`; negative when it stands before it.
  constexpr std::int32_t operator-(TcpSequence other) const {
    return static_cast<std::int32_t>(value - other.value);
  }
  constexpr bool operator<(TcpSequence other) const { return *this - other < 0; }
  constexpr bool operator<=(TcpSequence other) const { return *this - other <= 0; }
  constexpr bool operator==(const TcpSequence&) const = default;
};

struct TcpFlags {
  bool fin = false, syn = false, rst = false, psh = false, ack = false;

  static constexpr TcpFlags from_byte(std::uint8_t byte) {
    return {(byte & 1) != 0, (byte & 2) != 0, (byte & 4) != 0, (byte & 8) != 0, (byte & 16) != 0};
  }
  constexpr std::uint8_t to_byte() const {
    return static_cast<std::uint8_t>(fin | syn << 1 | rst << 2 | psh << 3 | ack << 4);
  }
};

/// [begin, end) of received bytes behind the acknowledged ones.
struct SackBlock {
  TcpSequence begin, end;
};

struct TcpOptions {
  static constexpr std::size_t max_sack_blocks = 4;

  std::optional<std::uint16_t> mss;
  std::optional<std::uint8_t> window_scale;
  bool sack_permitted = false;
  std::array<SackBlock, max_sack_blocks> sack{};
  std::size_t sack_count = 0;

  /// Walks to the end or to the first option whose length cannot be; unknown options and lengths are stepped
  /// over.
  static TcpOptions parse(base::Bytes options);
  /// Bytes that emit() writes, a multiple of 4.
  std::size_t size() const;
  void emit(base::MutBytes out) const;
};

class TcpView {
 public:
  /// nullopt when the header does not fit. The urgent pointer is not looked at: all data is read in its
  /// order.
  static constexpr std::optional<TcpView> parse(base::Bytes segment) {
    if (segment.size() < sizeof(TcpLayout)) return std::nullopt;
    const std::size_t claimed_header = (segment[offsetof(TcpLayout, data_offset)] >> 4) * std::size_t{4};
    if (claimed_header < sizeof(TcpLayout) || claimed_header > segment.size()) return std::nullopt;
    return TcpView(segment, claimed_header);
  }
  constexpr bool checksum_ok(base::Ipv4Address source, base::Ipv4Address destination) const {
    Checksum sum;
    sum.add_pseudo_header(source, destination, static_cast<std::uint8_t>(IpProtocol::tcp), segment_.size());
    sum.add(segment_);
    return sum.finish() == 0;
  }
  constexpr std::uint16_t source_port() const { return base::load_be16(segment_.data()); }
  constexpr std::uint16_t destination_port() const {
    return base::load_be16(segment_.data() + offsetof(TcpLayout, destination_port));
  }
  constexpr TcpSequence sequence() const {
    return {base::load_be32(segment_.data() + offsetof(TcpLayout, sequence))};
  }
  constexpr TcpSequence acknowledgment() const {
    return {base::load_be32(segment_.data() + offsetof(TcpLayout, acknowledgment))};
  }
  constexpr TcpFlags flags() const { return TcpFlags::from_byte(segment_[offsetof(TcpLayout, flags)]); }
  constexpr std::uint16_t window() const {
    return base::load_be16(segment_.data() + offsetof(TcpLayout, window));
  }
  constexpr base::Bytes options() const {
    return segment_.subspan(sizeof(TcpLayout), header_size_ - sizeof(TcpLayout));
  }
  constexpr base::Bytes payload() const { return segment_.subspan(header_size_); }

 private:
  constexpr TcpView(base::Bytes segment, std::size_t header_size)
      : segment_(segment), header_size_(header_size) {}
  base::Bytes segment_;
  std::size_t header_size_;
};

struct TcpRepr {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  TcpSequence sequence;
  TcpSequence acknowledgment;
  TcpFlags flags;
  std::uint16_t window = 0;  // as it stands in the header, already shifted
  TcpOptions options;
  base::Bytes payload;

  std::size_t header_size() const { return sizeof(TcpLayout) + options.size(); }
  std::size_t size() const { return header_size() + payload.size(); }
  /// `segment` is exactly size() bytes.
  void emit(base::MutBytes segment, base::Ipv4Address source, base::Ipv4Address destination) const;
};

}  // namespace wire
