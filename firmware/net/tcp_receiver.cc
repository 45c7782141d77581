// SPDX-License-Identifier: MPL-2.0
#include "net/tcp_receiver.h"

namespace net {

std::size_t TcpReceiver::first_window(std::size_t ring_size, std::size_t segment_size,
                                      const ReceiveWindow& window) {
  std::size_t size = window.segments() * segment_size;
  if (size > ring_size) size = ring_size;
  return size > 0xffff ? 0xffff : size;
}

void TcpReceiver::open(base::MutBytes ring, wire::TcpSequence first, std::size_t segment_size,
                       unsigned window_shift, bool sends_sack, ReceiveWindow& window) {
  *this = TcpReceiver{};
  ring_ = ring;
  window_ = &window;
  segment_size_ = segment_size;
  window_shift_ = window_shift;
  sends_sack_ = sends_sack;
  read_ = next_data_ = next_ = acked_ = loss_end_ = first;
  told_edge_ = first + first_window(ring.size(), segment_size, window);
}

bool TcpReceiver::is_acceptable(wire::TcpSequence sequence, std::size_t length) const {
  const bool begins_inside = next_ <= sequence && sequence < told_edge_;
  if (length == 0) return begins_inside || sequence == next_;
  const wire::TcpSequence last = sequence + (length - 1);
  return begins_inside || (next_ <= last && last < told_edge_);
}

void TcpReceiver::process(wire::TcpSequence sequence, base::Bytes payload, bool fin, base::Instant now) {
  const wire::TcpSequence claimed_end = sequence + payload.size();
  if (fin && !fin_at_ && next_data_ <= claimed_end && claimed_end <= buffer_end()) {
    fin_at_ = claimed_end;
    cut_at_fin();
  }
  const wire::TcpSequence limit = fin_at_ ? *fin_at_ : buffer_end();
  if (limit < claimed_end) {
    const std::size_t excess = distance(limit, claimed_end);
    payload = payload.first(excess < payload.size() ? payload.size() - excess : 0);
  }
  if (sequence < next_data_) {
    const std::size_t known = distance(sequence, next_data_);
    payload = payload.subspan(known < payload.size() ? known : payload.size());
    sequence = next_data_;
  }
  if (payload.empty()) {
    ack_now_ = true;  // a repetition, a FIN, or more than there is room for
  } else if (sequence == next_data_) {
    store(sequence, payload);
    advance(sequence + payload.size(), now);
  } else {
    if (remember(sequence, sequence + payload.size())) store(sequence, payload);
    note_disorder();
    if (sends_sack_) {
      ack_now_ = true;
    } else {
      ++repeated_acks_;
    }
  }
  if (fin_at_ && next_data_ == *fin_at_ && !fin_received_) {
    fin_received_ = true;
    next_ = next_data_ + 1;
    ack_now_ = true;
  }
}

void TcpReceiver::store(wire::TcpSequence sequence, base::Bytes payload) {
  std::size_t at = read_at_ + distance(read_, sequence);
  if (at >= ring_.size()) at -= ring_.size();
  const std::size_t to_end = ring_.size() - at;
  const std::size_t head = payload.size() < to_end ? payload.size() : to_end;
  std::memcpy(ring_.data() + at, payload.data(), head);
  if (head < payload.size()) std::memcpy(ring_.data(), payload.data() + head, payload.size() - head);
}

bool TcpReceiver::remember(wire::TcpSequence begin, wire::TcpSequence end) {
  std::size_t first = 0;
  while (first < range_count_ && ranges_[first].end < begin) ++first;
  std::size_t last = first;  // [first, last) touch or overlap the new range and become one with it
  for (; last < range_count_ && ranges_[last].begin <= end; ++last) {
    if (ranges_[last].begin < begin) begin = ranges_[last].begin;
    if (end < ranges_[last].end) end = ranges_[last].end;
  }
  if (last == first) {
    if (range_count_ == max_ranges) return false;
    for (std::size_t i = range_count_++; i > first; --i) ranges_[i] = ranges_[i - 1];
  } else {
    const std::size_t merged = last - first - 1;
    for (std::size_t i = last; i < range_count_; ++i) ranges_[i - merged] = ranges_[i];
    range_count_ -= merged;
  }
  ranges_[first] = {begin, end, ++stamp_};
  return true;
}

void TcpReceiver::advance(wire::TcpSequence to, base::Instant now) {
  std::size_t joined = 0;
  for (; joined < range_count_ && ranges_[joined].begin <= to; ++joined) {
    if (to < ranges_[joined].end) to = ranges_[joined].end;
  }
  if (joined != 0) {
    range_count_ -= joined;
    for (std::size_t i = 0; i < range_count_; ++i) ranges_[i] = ranges_[i + joined];
  }
  count_segments(distance(next_data_, to));
  next_data_ = next_ = to;
  disorder_ = 0;
  repeated_acks_ = 0;
  // [rfc5681 4.2] at once for what fills a hole, and at least for every second segment; also when half of the
  // window is used up, since a small window may hold less than two segments.
  const std::size_t unacked = distance(acked_, next_);
  if (joined != 0 || range_count_ != 0 || unacked >= 2 * segment_size_ ||
      unacked >= distance(acked_, told_edge_) / 2) {
    ack_now_ = true;
  } else if (now + ack_delay < ack_at_) {
    ack_at_ = now + ack_delay;
  }
}

/// Nothing can stand behind the end of the stream.
void TcpReceiver::cut_at_fin() {
  while (range_count_ != 0 && *fin_at_ < ranges_[range_count_ - 1].end) {
    Range& last = ranges_[range_count_ - 1];
    if (last.begin < *fin_at_) {
      last.end = *fin_at_;
    } else {
      --range_count_;
    }
  }
}

/// The third segment behind one hole says that it is a loss, as it does for the sender [rfc5681 3.2]; a small
/// window may have no third. What is missing below the highest byte seen then is part of the same loss.
void TcpReceiver::note_disorder() {
  const unsigned enough = window_->segments() > 3 ? 3 : 1;
  if (++disorder_ != enough || next_data_ < loss_end_ || range_count_ == 0) return;
  window_->lost();
  loss_end_ = ranges_[range_count_ - 1].end;
}

void TcpReceiver::count_segments(std::size_t bytes) {
  partial_segment_ += bytes;
  std::uint32_t segments = 0;
  for (; partial_segment_ >= segment_size_; partial_segment_ -= segment_size_) ++segments;
  // Nothing is learnt about a window that this ring could not offer.
  if (segments != 0 && window_->segments() * segment_size_ <= ring_.size()) window_->delivered(segments);
}

base::Bytes TcpReceiver::readable() const {
  const std::size_t to_end = ring_.size() - read_at_;
  const std::size_t size = available();
  return base::Bytes(ring_).subspan(read_at_, size < to_end ? size : to_end);
}

void TcpReceiver::consume(std::size_t count) {
  read_ = read_ + count;
  read_at_ += count;
  if (read_at_ >= ring_.size()) read_at_ -= ring_.size();
  // [rfc9293 3.8.6.2.2] a window that was all but shut is opened aloud, and not for crumbs.
  const std::size_t worth_telling =
      2 * segment_size_ < ring_.size() / 2 ? 2 * segment_size_ : ring_.size() / 2;
  if (!fin_received_ && told_edge_ - next_ < static_cast<std::int32_t>(segment_size_) &&
      distance(told_edge_, window_edge()) >= worth_telling) {
    ack_now_ = true;
  }
}

wire::TcpSequence TcpReceiver::window_edge() const {
  wire::TcpSequence edge = next_ + window_->segments() * segment_size_;
  if (buffer_end() < edge) edge = buffer_end();
  return edge < told_edge_ ? told_edge_ : edge;
}

void TcpReceiver::write_ack(wire::TcpRepr& segment) {
  segment.flags.ack = true;
  segment.acknowledgment = acked_ = next_;
  // Rounded up, for an edge that was told must not move back; but never to more than the ring holds.
  const wire::TcpSequence edge = window_edge();
  std::size_t units =
      (distance(next_, edge < next_ ? next_ : edge) + (1U << window_shift_) - 1) >> window_shift_;
  if (buffer_end() < next_ + (units << window_shift_) && units != 0) --units;
  if (units > 0xffff) units = 0xffff;
  segment.window = static_cast<std::uint16_t>(units);
  if (told_edge_ < next_ + (units << window_shift_)) told_edge_ = next_ + (units << window_shift_);

  // [rfc2018 4] the block of the newest segment first, then the most recently told ones.
  if (sends_sack_ && range_count_ != 0) {
    std::uint32_t below = UINT32_MAX;
    while (segment.options.sack_count < wire::TcpOptions::max_sack_blocks) {
      const Range* newest = nullptr;
      for (std::size_t i = 0; i < range_count_; ++i) {
        if (ranges_[i].stamp < below && (newest == nullptr || newest->stamp < ranges_[i].stamp))
          newest = &ranges_[i];
      }
      if (newest == nullptr) break;
      below = newest->stamp;
      segment.options.sack[segment.options.sack_count++] = {newest->begin, newest->end};
    }
  }
  ack_now_ = false;
  ack_at_ = base::Instant::never();
  if (repeated_acks_ != 0) --repeated_acks_;
}

}  // namespace net
