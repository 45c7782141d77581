// SPDX-License-Identifier: MPL-2.0
// The sending half of a TCP connection: a small buffer of what is not yet acknowledged, and its timers.
#pragma once

#include "base/time.h"
#include "wire/tcp.h"

namespace net {

/// SYN, data and FIN are one stream of sequence numbers under one retransmission timer [rfc6298].
/// The buffer is smaller than the initial window of [rfc6928], so no congestion window could ever bind.
class TcpSender {
 public:
  static constexpr std::size_t buffer_size = 2048;
  /// Deviation: [rfc6298 2] asks for 1 s; like other stacks of today we take 200 ms, and 500 ms for the first
  /// SYN.
  static constexpr base::Duration least_timeout = base::Duration::milliseconds(200);
  static constexpr base::Duration first_timeout = base::Duration::milliseconds(500);
  static constexpr base::Duration most_timeout = base::Duration::seconds(8);
  static constexpr unsigned max_tries = 7;             // about 29 s from a round trip's usual time
  static constexpr unsigned max_syn_tries = 5;         // 23.5 s
  static constexpr std::size_t least_segment = 64;     // whatever a peer's MSS says
  static constexpr std::size_t default_segment = 536;  // [rfc9293 3.7.1] when it says none

  TcpSender() = default;
  void open(wire::TcpSequence initial);
  /// What the peer's SYN told.
  void set_peer(std::size_t segment_size, unsigned window_shift);

  /// How many bytes of `data` were taken; 0 once close() was called.
  std::size_t send(base::Bytes data);
  void close() { closing_ = true; }

  struct Piece {
    wire::TcpSequence sequence;
    base::Bytes payload;
    bool syn = false, fin = false;
  };
  /// What to put on the wire now; each call moves on.
  std::optional<Piece> transmit(base::Instant now);
  base::Instant poll_at() const;

  /// [rfc5961 5.2] is this an acknowledgment that could come from the peer?
  bool is_acceptable_ack(wire::TcpSequence acknowledgment) const;
  /// An acceptable acknowledgment; `is_bare` when the segment carried nothing else.
  void process_ack(wire::TcpSequence acknowledgment, wire::TcpSequence sequence, std::uint16_t window,
                   bool is_bare, base::Instant now);

  wire::TcpSequence next() const { return next_; }
  bool syn_acked() const { return syn_acked_; }
  bool fin_acked() const { return fin_acked_; }
  bool is_idle() const { return used_ == 0; }
  bool is_closing() const { return closing_; }
  /// Nobody acknowledged for max_tries turns.
  bool gave_up() const { return gave_up_; }

 private:
  void sample_round_trip(base::Duration sample);
  void start_timer(base::Instant now) { deadline_ = now + timeout_; }
  void expire(base::Instant now);

  std::array<std::uint8_t, buffer_size> buffer_{};
  std::size_t used_ = 0;
  std::size_t segment_size_ = default_segment;
  unsigned window_shift_ = 0;

  wire::TcpSequence unacked_;  // SND.UNA; buffer_[0] once the SYN is acknowledged
  wire::TcpSequence next_;     // SND.NXT; falls back to unacked_ when the timer runs out
  wire::TcpSequence highest_;  // behind the last byte ever sent
  std::size_t window_ = 0;     // SND.WND
  std::size_t largest_window_ = 0;
  wire::TcpSequence window_sequence_, window_ack_;  // SND.WL1, SND.WL2
  bool syn_acked_ = false, closing_ = false, fin_acked_ = false, gave_up_ = false;
  bool resend_first_ = false, probe_ = false;
  unsigned repeated_acks_ = 0;

  base::Duration smoothed_, variation_;  // [rfc6298 2]
  bool has_sample_ = false;
  base::Duration timeout_ = first_timeout;
  base::Instant deadline_ = base::Instant::never();
  unsigned tries_ = 0;
  std::optional<wire::TcpSequence> timed_;  // the segment whose round trip is measured
  base::Instant timed_at_;
};

}  // namespace net
