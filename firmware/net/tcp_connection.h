// SPDX-License-Identifier: MPL-2.0
// One TCP connection that we opened [rfc9293].
#pragma once

#include "base/result.h"
#include "net/tcp_receiver.h"
#include "net/tcp_sender.h"
#include "net/udp.h"

namespace net {

struct TcpEnds {
  base::Ipv4Address local, remote;
  std::uint16_t local_port = 0, remote_port = 0;
};

/// A machine, and its application's side. Made by Loop::connect().
class TcpConnection {
 public:
  TcpConnection() = default;
  TcpConnection(const TcpConnection&) = delete;
  TcpConnection& operator=(const TcpConnection&) = delete;

  // The application's side.
  /// How many bytes of `data` were taken; the rest must be offered again later.
  std::size_t send(base::Bytes data);
  /// The next received bytes, as many as lie in one piece: after consume() there may be more. Valid until the
  /// next step.
  base::Bytes readable() const { return receiver_.readable(); }
  void consume(std::size_t count) { receiver_.consume(count); }
  /// The handshake is done and nothing has ended the connection since.
  bool is_connected() const { return state_ == State::open; }
  /// The peer has said that nothing more comes, and all that came was consumed.
  bool is_finished() const { return receiver_.is_finished(); }
  /// Everything that was sent has been acknowledged.
  bool is_sent() const { return sender_.is_idle(); }
  /// Why the connection broke or never came to be; nullptr as long as it did not. What was received can still
  /// be read.
  const base::Error* failure() const { return failure_ ? &*failure_ : nullptr; }
  /// We send nothing more; what was sent before still goes out.
  void close() { sender_.close(); }
  const TcpEnds& ends() const { return ends_; }

  // The machine.
  void open(const TcpEnds& ends, wire::TcpSequence initial, std::size_t segment_size, base::MutBytes ring,
            ReceiveWindow& window);
  void process(const wire::TcpView& segment, base::Instant now);
  /// Ends an attempt to connect; an open connection survives whatever is said of it [rfc5927 5.2].
  void process_icmp(const IcmpReport& report);
  std::optional<wire::TcpRepr> transmit(base::Instant now);
  base::Instant poll_at() const;
  /// Ends the connection; the peer is told by a reset. `why` is kept as failure() unless there is one.
  void abort(const base::Error* why);
  /// Nothing is left to be said on this connection.
  bool is_over() const { return state_ == State::closed && !owes_reset_; }
  bool is_connecting() const { return state_ == State::connecting; }
  /// close() was called and the rest can go on without the application.
  bool is_closing() const { return state_ == State::open && sender_.is_closing(); }

 private:
  // [rfc9293 3.3.2] FIN-WAIT, CLOSING, CLOSE-WAIT and LAST-ACK are `open` with one or both halves at their
  // end; TIME-WAIT is left out: the next connection has another random port.
  enum class State : std::uint8_t { closed, connecting, open };

  void process_connecting(const wire::TcpView& segment, base::Instant now);
  void process_open(const wire::TcpView& segment, base::Instant now);
  /// `pattern` has a place for the server and one for the port.
  void fail(base::ErrorCode code, std::string_view pattern);
  wire::TcpRepr blank() const;

  State state_ = State::closed;
  TcpEnds ends_;
  wire::TcpSequence initial_;  // ISS
  TcpSender sender_;
  TcpReceiver receiver_;
  base::MutBytes ring_;
  ReceiveWindow* window_ = nullptr;
  std::size_t segment_size_ = 0;  // largest payload either way
  unsigned window_shift_ = 0;     // what we offer
  unsigned reports_ = 0;          // weight of what ICMP has said
  bool owes_reset_ = false;
  wire::TcpSequence reset_sequence_;
  std::optional<base::Error> failure_;
};

}  // namespace net
