// SPDX-License-Identifier: MPL-2.0
// The receiving half of a TCP connection: data in its order, holes, acknowledgments and the window.
#pragma once

#include "base/time.h"
#include "net/receive_window.h"
#include "wire/tcp.h"

namespace net {

/// Bytes that arrive out of order are stored at once where they belong in the caller's ring; only their
/// ranges are kept beside it, and SACK [rfc2018] is read off those.
class TcpReceiver {
 public:
  static constexpr base::Duration ack_delay = base::Duration::milliseconds(40);

  TcpReceiver() = default;
  /// `segment_size` is the largest payload we announced; `window` outlives the connection.
  void open(base::MutBytes ring, wire::TcpSequence first, std::size_t segment_size, unsigned window_shift,
            bool sends_sack, ReceiveWindow& window);
  /// The window to tell in a SYN, before open(): not shifted yet.
  static std::size_t first_window(std::size_t ring_size, std::size_t segment_size,
                                  const ReceiveWindow& window);

  /// [rfc9293 3.10.7.4] the first check: does any of this lie in the window we told?
  bool is_acceptable(wire::TcpSequence sequence, std::size_t length) const;
  void process(wire::TcpSequence sequence, base::Bytes payload, bool fin, base::Instant now);

  /// The next bytes, as many as lie in one piece.
  base::Bytes readable() const;
  /// `count` bytes of readable() are done with.
  void consume(std::size_t count);
  bool fin_received() const { return fin_received_; }
  bool is_finished() const { return fin_received_ && available() == 0; }

  wire::TcpSequence next() const { return next_; }
  void ask_for_ack() { ack_now_ = true; }
  bool wants_ack(base::Instant now) const { return ack_now_ || repeated_acks_ != 0 || ack_at_ <= now; }
  base::Instant poll_at() const { return wants_ack({}) ? base::Instant{} : ack_at_; }
  /// Fills in what every segment carries: acknowledgment, window and SACK blocks. The acknowledgment counts
  /// as sent.
  void write_ack(wire::TcpRepr& segment);

 private:
  static constexpr std::size_t max_ranges = 12;
  struct Range {
    wire::TcpSequence begin, end;
    std::uint32_t stamp;  // higher is more recent
  };

  std::size_t available() const { return distance(read_, next_data_); }
  static std::size_t distance(wire::TcpSequence from, wire::TcpSequence to) {
    return static_cast<std::uint32_t>(to - from);
  }
  wire::TcpSequence buffer_end() const { return read_ + ring_.size(); }
  void store(wire::TcpSequence sequence, base::Bytes payload);
  /// False when there is no room to remember another hole.
  bool remember(wire::TcpSequence begin, wire::TcpSequence end);
  void advance(wire::TcpSequence to, base::Instant now);
  void cut_at_fin();
  void note_disorder();
  void count_segments(std::size_t bytes);
  wire::TcpSequence window_edge() const;

  base::MutBytes ring_;
  ReceiveWindow* window_ = nullptr;
  std::size_t segment_size_ = 0;
  unsigned window_shift_ = 0;
  bool sends_sack_ = false;

  std::size_t read_at_ = 0;      // index of read_ in the ring
  wire::TcpSequence read_;       // first byte not yet consumed
  wire::TcpSequence next_data_;  // behind the last byte in order
  wire::TcpSequence next_;       // RCV.NXT: the same, or one more behind a FIN
  wire::TcpSequence told_edge_;  // the window's right edge as last told; never moves back
  wire::TcpSequence acked_;      // the acknowledgment as last told
  std::optional<wire::TcpSequence> fin_at_;
  bool fin_received_ = false;

  std::array<Range, max_ranges> ranges_{};  // sorted, apart from each other, all behind next_data_
  std::size_t range_count_ = 0;
  std::uint32_t stamp_ = 0;

  bool ack_now_ = false;
  unsigned repeated_acks_ = 0;  // owed to a sender that must count them [rfc5681 3.2]
  base::Instant ack_at_ = base::Instant::never();
  std::size_t partial_segment_ = 0;  // bytes delivered that are not yet a segment to the window
  unsigned disorder_ = 0;            // segments that came behind the same hole
  wire::TcpSequence loss_end_;       // holes before this belong to a loss already counted
};

}  // namespace net
