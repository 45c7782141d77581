// SPDX-License-Identifier: MPL-2.0
#include "net/tcp_connection.h"

#include "base/debug.h"

namespace net {

void TcpConnection::open(const TcpEnds& ends, wire::TcpSequence initial, std::size_t segment_size,
                         base::MutBytes ring, ReceiveWindow& window) {
  state_ = State::connecting;
  ends_ = ends;
  initial_ = initial;
  segment_size_ = segment_size;
  ring_ = ring;
  window_ = &window;
  window_shift_ = 0;
  while (ring.size() >> window_shift_ > 0xffff) ++window_shift_;
  DEBUG_LINE(tcp, log, "from port {} to {} port {}: segments of {}, ring of {} bytes", ends.local_port, ends.remote,
             ends.remote_port, segment_size, ring.size());
  sender_.open(initial);
  receiver_ = TcpReceiver{};
  owes_reset_ = false;
  reports_ = 0;
  failure_.reset();
}

std::size_t TcpConnection::send(base::Bytes data) {
  return state_ == State::closed ? 0 : sender_.send(data);
}

void TcpConnection::process(const wire::TcpView& segment, base::Instant now) {
  if (state_ == State::connecting) {
    process_connecting(segment, now);
  } else if (state_ == State::open) {
    process_open(segment, now);
  }
}

/// [rfc9293 3.10.7.3]. A SYN without ACK is ignored: we never meet another client that opens towards us.
void TcpConnection::process_connecting(const wire::TcpView& segment, base::Instant now) {
  const wire::TcpFlags flags = segment.flags();
  if (!flags.ack) return;
  if (segment.acknowledgment() != initial_ + 1) {
    if (!flags.rst) {
      owes_reset_ = true;
      reset_sequence_ = segment.acknowledgment();
    }
    return;
  }
  if (flags.rst) {
    fail(base::ErrorCode::refused,
         "{} refused the connection to port {}: nothing listens there; check that the server is running and "
         "the port is right");
    return;
  }
  if (!flags.syn) return;
  const wire::TcpOptions options = wire::TcpOptions::parse(segment.options());
  const std::size_t claimed_segment = options.mss ? *options.mss : TcpSender::default_segment;
  receiver_.open(ring_, segment.sequence() + 1, segment_size_, options.window_scale ? window_shift_ : 0,
                 options.sack_permitted, *window_);
  sender_.process_ack(segment.acknowledgment(), segment.sequence(), segment.window(), false, now);
  sender_.set_peer(claimed_segment < segment_size_ ? claimed_segment : segment_size_,
                   options.window_scale ? *options.window_scale : 0);
  DEBUG_LINE(tcp, log, "port {} is connected: segments of {},{}{} window {}", ends_.local_port, claimed_segment,
             options.window_scale ? " scaled," : "", options.sack_permitted ? " SACK," : "", segment.window());
  state_ = State::open;
  receiver_.ask_for_ack();
  if (!segment.payload().empty() || flags.fin) {
    receiver_.process(segment.sequence() + 1, segment.payload(), flags.fin, now);
  }
}

/// [rfc9293 3.10.7.4], in its order. "Challenge ACKs" [rfc5961] are merely asked for: one step sends one at
/// the most.
void TcpConnection::process_open(const wire::TcpView& segment, base::Instant now) {
  const wire::TcpFlags flags = segment.flags();
  const std::size_t length = segment.payload().size() + (flags.syn ? 1 : 0) + (flags.fin ? 1 : 0);
  if (!receiver_.is_acceptable(segment.sequence(), length)) {
    DEBUG_LINE(tcp, extra, "port {}: {} bytes at {} where {} is next", ends_.local_port, length, segment.sequence().value,
               receiver_.next().value);
    if (!flags.rst) receiver_.ask_for_ack();
    return;
  }
  if (flags.rst) {
    if (segment.sequence() != receiver_.next()) {
      receiver_.ask_for_ack();
    } else if (receiver_.fin_received() && sender_.is_idle()) {
      state_ = State::closed;  // all was said both ways
    } else {
      fail(base::ErrorCode::interrupted,
           "{} broke the connection to port {}: the server sent a reset; try again");
    }
    return;
  }
  if (flags.syn) {
    receiver_.ask_for_ack();
    return;
  }
  if (!flags.ack) return;
  if (!sender_.is_acceptable_ack(segment.acknowledgment())) {
    receiver_.ask_for_ack();
    return;
  }
  sender_.process_ack(segment.acknowledgment(), segment.sequence(), segment.window(), length == 0, now);
  if (length != 0) receiver_.process(segment.sequence(), segment.payload(), flags.fin, now);
}

void TcpConnection::process_icmp(const IcmpReport& report) {
  const wire::IcmpError& error = report.error;
  if (state_ != State::connecting || error.destination != ends_.remote ||
      error.source_port != ends_.local_port || error.destination_port != ends_.remote_port ||
      wire::TcpSequence{error.sequence} != initial_) {
    return;
  }
  reports_ += report.weight();
  if (reports_ < IcmpReport::enough) return;
  failure_ = report.sentence();
  state_ = State::closed;
}

wire::TcpRepr TcpConnection::blank() const {
  wire::TcpRepr segment;
  segment.source_port = ends_.local_port;
  segment.destination_port = ends_.remote_port;
  return segment;
}

std::optional<wire::TcpRepr> TcpConnection::transmit(base::Instant now) {
  wire::TcpRepr segment = blank();
  if (owes_reset_) {
    owes_reset_ = false;
    segment.sequence = reset_sequence_;
    segment.flags.rst = true;
    return segment;
  }
  if (state_ == State::closed) return std::nullopt;
  const auto piece = sender_.transmit(now);
  if (sender_.gave_up()) {
    if (state_ == State::connecting) {
      fail(base::ErrorCode::timed_out,
           "no answer from {} port {}: check that the server is running and that no firewall stands between");
    } else {
      fail(base::ErrorCode::timed_out,
           "{} no longer answers on port {}: check the server and the cable, then try again");
    }
    return std::nullopt;
  }
  if (piece) {
    segment.sequence = piece->sequence;
    segment.payload = piece->payload;
    segment.flags.fin = piece->fin;
    segment.flags.psh = !piece->payload.empty();
    if (piece->syn) {
      segment.flags.syn = true;
      segment.options.mss = static_cast<std::uint16_t>(segment_size_);
      segment.options.window_scale = static_cast<std::uint8_t>(window_shift_);
      segment.options.sack_permitted = true;
      segment.window =
          static_cast<std::uint16_t>(TcpReceiver::first_window(ring_.size(), segment_size_, *window_));
    } else {
      receiver_.write_ack(segment);
      // [rfc6691 3] data and options share the room that the MTU leaves: SACK blocks give way.
      while (segment.size() > segment_size_ + sizeof(wire::TcpLayout)) --segment.options.sack_count;
    }
    return segment;
  }
  if (state_ == State::open && receiver_.wants_ack(now)) {
    segment.sequence = sender_.next();
    receiver_.write_ack(segment);
    return segment;
  }
  if (receiver_.fin_received() && sender_.fin_acked()) DEBUG_LINE(tcp, log, "port {} is closed", ends_.local_port);
  if (receiver_.fin_received() && sender_.fin_acked()) state_ = State::closed;
  return std::nullopt;
}

base::Instant TcpConnection::poll_at() const {
  if (owes_reset_) return {};
  if (state_ == State::closed) return base::Instant::never();
  const base::Instant sender = sender_.poll_at();
  if (state_ == State::connecting) return sender;
  const base::Instant receiver = receiver_.poll_at();
  return sender < receiver ? sender : receiver;
}

void TcpConnection::abort(const base::Error* why) {
  DEBUG_LINE(tcp, log, "port {} is given up{}", ends_.local_port, state_ == State::open ? ", with a reset" : "");
  if (state_ == State::open) {
    owes_reset_ = true;
    reset_sequence_ = sender_.next();
  }
  if (state_ != State::closed && why != nullptr) failure_ = *why;
  state_ = State::closed;
}

void TcpConnection::fail(base::ErrorCode code, std::string_view pattern) {
  failure_ = base::Error(code, pattern, ends_.remote, ends_.remote_port);
  DEBUG_LINE(tcp, log, "port {} has failed: {}", ends_.local_port, failure_->sentence());
  state_ = State::closed;
}

}  // namespace net
