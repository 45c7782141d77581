// SPDX-License-Identifier: MPL-2.0
#include "platform/host/simulated_stream.h"

#include <algorithm>

namespace platform::host {

SimulatedStream::SimulatedStream(SimulatedNetwork& network, const Ends& ends, const TcpBehaviour& behaviour,
                                 SendSegment send)
    : network_(network), ends_(ends), behaviour_(behaviour), send_(std::move(send)) {
  initial_ = {network.below(UINT32_MAX)};
}

wire::TcpRepr SimulatedStream::blank() const {
  wire::TcpRepr segment;
  segment.source_port = ends_.local_port;
  segment.destination_port = ends_.remote_port;
  segment.acknowledgment = expected_;
  segment.flags.ack = true;
  segment.window = behaviour_.receive_window;
  return segment;
}

void SimulatedStream::write(base::Bytes data) {
  if (closing_) return;
  data_.insert(data_.end(), data.begin(), data.end());
  send_more();
}

void SimulatedStream::close() {
  closing_ = true;
  send_more();
}

void SimulatedStream::reset() {
  wire::TcpRepr segment = blank();
  segment.sequence = at(next_);
  segment.flags.rst = true;
  send_(segment);
  state_ = State::closed;
}

void SimulatedStream::set_receive_window(std::uint16_t window) {
  behaviour_.receive_window = window;
  if (state_ == State::open) send_ack();
}

void SimulatedStream::process(const wire::TcpView& segment) {
  const wire::TcpFlags flags = segment.flags();
  if (state_ == State::closed) return;
  if (flags.rst) {
    was_reset_ = true;
    state_ = State::closed;
    return;
  }
  if (flags.syn) {
    open(segment);
    return;
  }
  if (!flags.ack) {
    fault("a segment without ACK");
    return;
  }
  if (state_ == State::syn_received) {
    if (segment.acknowledgment() != at(0)) return;
    state_ = State::open;
  }
  process_ack(segment);
  receive(segment);
  send_more();
}

void SimulatedStream::open(const wire::TcpView& syn) {
  if (state_ == State::open) {
    if (syn.sequence() != client_initial_) fault("a second SYN of another number");
    return;
  }
  const wire::TcpOptions options = wire::TcpOptions::parse(syn.options());
  if (!options.mss || !options.window_scale || !options.sack_permitted) fault("a SYN without its options");
  client_initial_ = syn.sequence();
  expected_ = client_initial_ + 1;
  mss_ = options.mss && *options.mss < behaviour_.mss ? *options.mss : behaviour_.mss;
  sack_ = behaviour_.sack && options.sack_permitted;
  client_shift_ = behaviour_.window_scaling && options.window_scale ? *options.window_scale : 0;
  window_ = edge_ = syn.window();
  congestion_window_ = behaviour_.initial_window * mss_;
  send_syn_ack();
}

void SimulatedStream::send_syn_ack() {
  wire::TcpRepr segment = blank();
  segment.sequence = initial_;
  segment.flags.syn = true;
  if (behaviour_.tells_mss) segment.options.mss = behaviour_.mss;
  if (behaviour_.window_scaling) segment.options.window_scale = 0;
  segment.options.sack_permitted = behaviour_.sack;
  send_(segment);
  start_timer();
}

void SimulatedStream::process_ack(const wire::TcpView& segment) {
  ++acks_received_;
  const std::int32_t distance = segment.acknowledgment() - at(una_);
  if (distance < 0) return;
  const std::size_t offset = una_ + static_cast<std::size_t>(distance);
  if (offset > high_) {
    fault("an acknowledgment of bytes that were never sent");
    return;
  }
  const std::size_t window = std::size_t{segment.window()} << client_shift_;
  const bool window_changed = window != window_;
  window_ = window;
  if (window > largest_window_) largest_window_ = window;
  if (offset + window > edge_) {
    edge_ = offset + window;
  } else if (behaviour_.watches_window_edge && offset + window < edge_) {
    fault("the window's right edge moved back from " + std::to_string(edge_) + " to " +
          std::to_string(offset + window));
  }
  const wire::TcpOptions options = wire::TcpOptions::parse(segment.options());
  if (options.sack_count != 0 && !sack_) fault("SACK though it was not permitted");

  if (offset > una_) {
    const std::size_t acked = offset - una_;
    una_ = offset;
    if (next_ < una_) next_ = una_;
    repeated_acks_ = back_off_ = 0;
    while (!sacked_.empty() && sacked_.begin()->first < una_) {
      const auto [begin, end] = *sacked_.begin();
      sacked_.erase(sacked_.begin());
      if (end > una_) sacked_[una_] = end;
    }
    if (in_recovery_ && una_ >= recover_) {
      in_recovery_ = false;
      congestion_window_ = threshold_;
    } else if (in_recovery_ && !sack_) {
      send_piece(una_, mss_);  // a partial acknowledgment [rfc6582 3.2]
      ++retransmissions_;
    } else if (!in_recovery_) {
      congestion_window_ += congestion_window_ < threshold_ ? acked : mss_ * mss_ / congestion_window_ + 1;
    }
    start_timer();
  } else if (segment.payload().empty() && !segment.flags().fin && high_ > una_ &&
             (!window_changed || sack_)) {
    ++repeated_acks_;
    if (in_recovery_ && !sack_) congestion_window_ += mss_;
  }
  note_sack(options);
  if (!in_recovery_ && (repeated_acks_ >= 3 || lost_below() > una_) && high_ > una_) enter_recovery();
}

void SimulatedStream::note_sack(const wire::TcpOptions& options) {
  for (std::size_t i = 0; i < options.sack_count; ++i) {
    const std::int32_t from = options.sack[i].begin - at(una_), to = options.sack[i].end - at(una_);
    if (to <= 0) continue;  // an old segment's
    if (from >= to || una_ + static_cast<std::size_t>(to) > high_) {
      fault("SACK of bytes that were never sent");
      continue;
    }
    std::size_t begin = una_ + static_cast<std::size_t>(from < 0 ? 0 : from),
                end = una_ + static_cast<std::size_t>(to);
    for (auto it = sacked_.begin(); it != sacked_.end();) {
      if (it->second < begin || end < it->first) {
        ++it;
        continue;
      }
      begin = std::min(begin, it->first);
      end = std::max(end, it->second);
      it = sacked_.erase(it);
    }
    sacked_[begin] = end;
  }
}

std::size_t SimulatedStream::sacked_between(std::size_t from, std::size_t to) const {
  std::size_t sum = 0;
  for (const auto& [begin, end] : sacked_) {
    const std::size_t low = std::max(begin, from), high = std::min(end, to);
    if (low < high) sum += high - low;
  }
  return sum;
}

/// [rfc6675 4] IsLost, simplified: what stands three segments below the highest SACKed byte and was not
/// SACKed.
std::size_t SimulatedStream::lost_below() const {
  if (sacked_.empty()) return una_;
  const std::size_t highest = sacked_.rbegin()->second;
  return highest > una_ + 3 * mss_ ? highest - 3 * mss_ : una_;
}

std::size_t SimulatedStream::pipe() const {
  if (!in_recovery_) return next_ - una_ - sacked_between(una_, next_);
  const std::size_t lost = std::max(lost_below(), una_),
                    repaired = std::min(std::max(repaired_to_, una_), lost);
  const std::size_t below = repaired - una_ - sacked_between(una_, repaired);
  const std::size_t above = next_ > lost ? next_ - lost - sacked_between(lost, next_) : 0;
  return below + above;
}

void SimulatedStream::enter_recovery() {
  in_recovery_ = true;
  recover_ = high_;
  threshold_ = std::max((high_ - una_) / 2, 2 * mss_);
  congestion_window_ = sack_ ? threshold_ : threshold_ + 3 * mss_;
  send_piece(una_, mss_);
  ++retransmissions_;
  repaired_to_ = una_ + mss_;
}

/// Sends the next hole once; false when there is none that is surely lost.
bool SimulatedStream::repair_one() {
  std::size_t from = std::max(repaired_to_, una_);
  for (const auto& [begin, end] : sacked_) {
    if (begin <= from && from < end) from = end;
  }
  if (from >= lost_below()) return false;
  std::size_t size = mss_;
  for (const auto& [begin, end] : sacked_) {
    if (from < begin) size = std::min(size, begin - from);
  }
  send_piece(from, size);
  ++retransmissions_;
  repaired_to_ = from + size;
  return true;
}

void SimulatedStream::send_more() {
  if (state_ != State::open) return;
  while (pipe() < congestion_window_) {
    if (in_recovery_ && sack_ && repair_one()) continue;
    for (const auto& [begin, end] : sacked_) {
      if (begin <= next_ && next_ < end) next_ = end;  // after a timeout, what was SACKed is not sent again
    }
    if (next_ >= end_offset()) break;
    const std::size_t left = data_.size() - next_;
    const std::size_t room = edge_ > next_ ? edge_ - next_ : 0;
    if (left != 0 && room == 0) break;  // a FIN alone needs no window
    const std::size_t size = std::min({mss_, left, room});
    if (next_ < high_) ++retransmissions_;
    send_piece(next_, size);
    next_ += size + (closing_ && size == left ? 1 : 0);
    high_ = std::max(high_, next_);
  }
}

void SimulatedStream::send_piece(std::size_t offset, std::size_t size) {
  wire::TcpRepr segment = blank();
  segment.sequence = at(offset);
  if (offset < data_.size()) {
    segment.payload = base::Bytes(data_).subspan(offset, std::min(size, data_.size() - offset));
    segment.flags.psh = true;
  }
  segment.flags.fin = closing_ && offset + segment.payload.size() == data_.size();
  ++segments_sent_;
  send_(segment);
  if (timer_ == 0) start_timer();
}

void SimulatedStream::send_ack() {
  wire::TcpRepr segment = blank();
  segment.sequence = at(high_);
  send_(segment);
}

void SimulatedStream::receive(const wire::TcpView& segment) {
  const std::size_t length = segment.payload().size() + (segment.flags().fin ? 1 : 0);
  if (length == 0) return;
  if (segment.sequence() != expected_) {
    send_ack();
    return;
  }
  const base::Bytes payload = segment.payload();
  if (payload.size() > mss_) fault("a segment larger than the MSS");
  if (payload.size() > behaviour_.receive_window) {
    // Beyond the window: as a host with a full buffer does, take nothing and say so again.
    send_ack();
    return;
  }
  expected_ = expected_ + length;
  received_.append(payload.begin(), payload.end());
  send_ack();
  if (!payload.empty() && on_data_) on_data_(*this, payload);
  if (segment.flags().fin) {
    end_seen_ = true;
    if (on_end_) on_end_(*this);
  }
}

void SimulatedStream::start_timer() {
  static std::uint64_t number = 0;
  if (state_ == State::open && una_ == end_offset()) {
    timer_ = 0;
    return;
  }
  const std::uint64_t mine = timer_ = ++number;
  network_.at(network_.now() + behaviour_.timeout * (1 << std::min(back_off_, 5U)), [this, mine] {
    if (timer_ == mine) timed_out();
  });
}

void SimulatedStream::timed_out() {
  timer_ = 0;
  if (state_ == State::closed || ++back_off_ > 12) return;
  if (state_ == State::syn_received) {
    send_syn_ack();
    return;
  }
  if (una_ == end_offset()) return;
  ++timeouts_;
  in_recovery_ = false;
  repeated_acks_ = 0;
  repaired_to_ = 0;
  threshold_ = std::max((high_ - una_) / 2, 2 * mss_);
  congestion_window_ = mss_;
  next_ = una_;
  if (una_ == edge_ && una_ < data_.size()) {  // the window is shut: one byte against it
    send_piece(una_, 1);
    high_ = std::max(high_, una_ + 1);
  }
  send_more();
  start_timer();
}

}  // namespace platform::host
