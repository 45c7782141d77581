// SPDX-License-Identifier: MPL-2.0
#include "net/tcp_sender.h"

#include "base/debug.h"

namespace net {

void TcpSender::open(wire::TcpSequence initial) {
  *this = TcpSender{};
  unacked_ = next_ = highest_ = initial;
}

void TcpSender::set_peer(std::size_t segment_size, unsigned window_shift) {
  segment_size_ = segment_size < least_segment ? least_segment : segment_size;
  window_shift_ = window_shift > 14 ? 14 : window_shift;  // [rfc7323 2.3]
}

std::size_t TcpSender::send(base::Bytes data) {
  if (closing_) return 0;
  const std::size_t room = buffer_.size() - used_;
  const std::size_t size = data.size() < room ? data.size() : room;
  if (size != 0) std::memcpy(buffer_.data() + used_, data.data(), size);
  used_ += size;
  return size;
}

/// [rfc6298 5.4-5.6] the timer ran out: back to the oldest byte, and twice the patience.
void TcpSender::expire(base::Instant now) {
  if (++tries_ > (syn_acked_ ? max_tries : max_syn_tries)) {
    gave_up_ = true;
    deadline_ = base::Instant::never();
    return;
  }
  // A way that swallows large packets and says nothing looks like this: small ones pass anywhere
  // [rfc2923 2.1].
  if (syn_acked_ && tries_ == 2 && segment_size_ > default_segment) segment_size_ = default_segment;
  DEBUG_LINE(tcp, extra, "no acknowledgment for {} ms: repeats from {}, try {}, segments of {}", timeout_.ms(),
             unacked_.value, tries_, segment_size_);
  next_ = unacked_;
  timed_.reset();  // a repeated segment's round trip cannot be told [rfc6298 3]
  resend_first_ = false;
  repeated_acks_ = 0;
  probe_ = syn_acked_ && window_ == 0;
  timeout_ = timeout_ * 2 < most_timeout ? timeout_ * 2 : most_timeout;
  start_timer(now);
}

std::optional<TcpSender::Piece> TcpSender::transmit(base::Instant now) {
  if (deadline_ <= now) expire(now);
  if (gave_up_ || fin_acked_) return std::nullopt;
  const bool is_new = next_ == highest_;
  const wire::TcpSequence sequence = next_;
  Piece piece{sequence, {}};
  if (!syn_acked_) {
    if (next_ != unacked_) return std::nullopt;
    piece.syn = true;
    next_ = next_ + 1;
  } else {
    const std::size_t offset = resend_first_ ? 0 : static_cast<std::uint32_t>(next_ - unacked_);
    if (offset > used_) return std::nullopt;  // the FIN, too, is on its way
    const std::size_t left = used_ - offset;
    std::size_t room = window_ > offset ? window_ - offset : 0;
    if ((probe_ || resend_first_) && room == 0) room = 1;
    std::size_t size = left < room ? left : room;
    if (size > segment_size_) size = segment_size_;
    piece.sequence = unacked_ + offset;
    piece.payload = base::Bytes(buffer_).subspan(offset, size);
    // A repetition carries the FIN only if it was sent before.
    piece.fin = closing_ && size == left && (!resend_first_ || unacked_ + used_ < highest_);
    if (size == 0 && !piece.fin) {
      resend_first_ = false;
      // [rfc9293 3.8.6.1] the window is shut: the timer will send a byte against it.
      if (left != 0 && next_ == unacked_ && deadline_ == base::Instant::never()) start_timer(now);
      return std::nullopt;
    }
    probe_ = false;
    if (resend_first_) {
      resend_first_ = false;
      timed_.reset();
      start_timer(now);
      return piece;
    }
    next_ = next_ + (size + (piece.fin ? 1 : 0));
  }
  if (highest_ < next_) highest_ = next_;
  if (is_new && !timed_) {
    timed_ = sequence;
    timed_at_ = now;
  }
  if (deadline_ == base::Instant::never()) start_timer(now);
  return piece;
}

base::Instant TcpSender::poll_at() const {
  if (gave_up_ || fin_acked_) return base::Instant::never();
  if (resend_first_ || (!syn_acked_ && next_ == unacked_)) return {};
  const std::size_t offset = static_cast<std::uint32_t>(next_ - unacked_);
  const bool has_data = syn_acked_ && offset < used_ && offset < window_;
  const bool has_fin = syn_acked_ && closing_ && offset == used_;
  return has_data || has_fin ? base::Instant{} : deadline_;
}

bool TcpSender::is_acceptable_ack(wire::TcpSequence acknowledgment) const {
  return acknowledgment <= highest_ &&
         acknowledgment - unacked_ >= -static_cast<std::int64_t>(largest_window_);
}

void TcpSender::process_ack(wire::TcpSequence acknowledgment, wire::TcpSequence sequence,
                            std::uint16_t window, bool is_bare, base::Instant now) {
  const std::size_t offered = std::size_t{window} << window_shift_;
  if (unacked_ < acknowledgment) {
    std::size_t advance = static_cast<std::uint32_t>(acknowledgment - unacked_);
    if (!syn_acked_) {
      syn_acked_ = true;
      --advance;
    }
    const std::size_t data = advance < used_ ? advance : used_;
    fin_acked_ = advance > data;
    used_ -= data;
    std::memmove(buffer_.data(), buffer_.data() + data, used_);
    unacked_ = acknowledgment;
    if (next_ < unacked_) next_ = unacked_;
    if (timed_ && *timed_ < acknowledgment) {
      sample_round_trip(now - timed_at_);
      timed_.reset();
    }
    // Acknowledged data ends the back-off [rfc6298 5.3, 5.7].
    const base::Duration estimate = has_sample_ ? smoothed_ + variation_ * 4 : first_timeout;
    timeout_ = estimate < least_timeout ? least_timeout : most_timeout < estimate ? most_timeout : estimate;
    tries_ = 0;
    repeated_acks_ = 0;
    resend_first_ = false;
    deadline_ = base::Instant::never();
    if (unacked_ != highest_) start_timer(now);
  } else if (acknowledgment == unacked_ && is_bare && unacked_ != highest_ && offered == window_) {
    if (++repeated_acks_ == 3) resend_first_ = true;  // [rfc5681 3.2]
  }
  // [rfc9293 3.10.7.4] only a newer segment may change the window.
  if (!(window_sequence_ < sequence || (window_sequence_ == sequence && window_ack_ <= acknowledgment)) &&
      largest_window_ != 0) {
    return;
  }
  window_sequence_ = sequence;
  window_ack_ = acknowledgment;
  if (window_ == 0 && offered != 0 && largest_window_ != 0) {
    next_ = unacked_;  // the byte sent against the shut window goes out once more with the rest
    if (syn_acked_ && !fin_acked_) deadline_ = base::Instant::never();
  }
  window_ = offered;
  if (window_ > largest_window_) largest_window_ = window_;
  if (window_ == 0) tries_ = 0;  // a peer that says so is alive, however long it says so
}

void TcpSender::sample_round_trip(base::Duration sample) {
  const std::int64_t us = sample.us();
  if (!has_sample_) {
    has_sample_ = true;
    smoothed_ = sample;
    variation_ = base::Duration::microseconds(us >> 1);
    return;
  }
  const std::int64_t error = us > smoothed_.us() ? us - smoothed_.us() : smoothed_.us() - us;
  variation_ = base::Duration::microseconds(variation_.us() + ((error - variation_.us()) >> 2));
  smoothed_ = base::Duration::microseconds(smoothed_.us() + ((us - smoothed_.us()) >> 3));
}

}  // namespace net
