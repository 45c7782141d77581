// SPDX-License-Identifier: MPL-2.0
// Fetching one file by TFTP, windowed where the server can [rfc1350, rfc7440].
#pragma once

#include <optional>

#include "net/udp.h"
#include "proto/sink.h"
#include "wire/tftp.h"

namespace proto {

/// A machine on a random port. Each block goes straight from its datagram to the sink; the ACK follows the
/// sink.
class TftpTransfer {
 public:
  static constexpr unsigned block_size =
      1432;  // what gPXE asks for: fits the least Ethernet with PPPoE and a tunnel
  static constexpr unsigned plain_block_size = 512;
  static constexpr base::Duration first_wait =
      base::Duration::seconds(1);  // for the first answer; doubled, at most 8 s
  static constexpr base::Duration least_wait = base::Duration::milliseconds(100);
  static constexpr base::Duration most_wait = base::Duration::seconds(4);

  struct Request {
    base::Ipv4Address server;
    std::uint16_t server_port = wire::tftp_port;
    std::string_view file;     // as the server is to see it; outlives the transfer
    unsigned window_size = 8;  // blocks the card takes back to back; 1 asks for lockstep
    base::Duration stall = base::Duration::seconds(15);  // nothing new for so long is the end
  };
  TftpTransfer(const Request& request, std::uint16_t local_port, Sink sink, base::Instant now);

  void process(const net::UdpDatagram& datagram, base::Instant now);
  void process_icmp(const net::IcmpReport& report);
  std::optional<net::UdpOutgoing> transmit(base::MutBytes payload, base::Instant now);
  base::Instant poll_at() const;

  /// Done or failed, and the last packet is on its way.
  bool is_finished() const { return phase_ == Phase::over && !owes_packet_; }
  const base::Error* failure() const { return failure_ ? &*failure_ : nullptr; }
  std::uint64_t bytes() const { return bytes_; }
  /// What should be asked for next time: less than now after losses at the end of windows.
  unsigned proven_window() const {
    if (blocks_per_ack_ >= window_size_) return request_.window_size;
    return blocks_per_ack_ < 2 ? 2 : blocks_per_ack_;
  }

 private:
  enum class Phase : std::uint8_t { asking, receiving, over };

  void process_options(const wire::TftpPacket& packet, base::Instant now);
  void process_data(const wire::TftpPacket& packet, base::Instant now);
  void process_error(const wire::TftpPacket& packet, base::Instant now);
  void expire(base::Instant now);
  void ask_plainly(base::Instant now);
  bool may_ask_plainly() const { return with_options_ && blocks_ == 0; }
  void acknowledge(bool is_first);
  void progress(base::Instant now);
  void fail(const base::Error& error);
  void fail(wire::TftpError code, const base::Error& error);  // and the server is told

  Request request_;
  std::uint16_t local_port_;
  Sink sink_;

  Phase phase_ = Phase::asking;
  bool with_options_ = true;         // the request carries them
  std::uint16_t transfer_port_ = 0;  // the server's TID; 0 until its first packet
  unsigned block_size_ = plain_block_size;
  unsigned window_size_ = 1;     // as agreed: what the server sends after an ACK
  unsigned blocks_per_ack_ = 1;  // at most window_size_: what the card was seen to take of it
  unsigned whole_windows_ = 0;   // since the last loss
  unsigned icmp_weight_ = 0;     // of what ICMP has said about our request
  std::uint64_t blocks_ =
      0;  // received in order; the next one on the wire is the low half of blocks_ + shift_ + 1
  std::uint64_t bytes_ = 0;
  unsigned shift_ = 0;      // 1 for each turn of a server that goes from block 65535 to 1
  unsigned in_window_ = 0;  // blocks since the last ACK
  bool gap_told_ = false;   // the hole before the blocks that come now was answered [rfc7440 4]

  bool owes_packet_ = true;       // the request, an ACK or an ERROR
  wire::TftpError error_code_{};  // of the ERROR that ends the transfer
  bool ends_with_error_ = false;
  struct Refusal {
    std::uint16_t port;
    wire::TftpError code;
  };
  std::optional<Refusal> refusal_;  // an ERROR that is owed to another port of the server and ends nothing

  base::Duration wait_ = first_wait;
  base::Duration round_trip_;  // smoothed; zero until measured
  base::Instant sent_at_;      // of the last ACK or request
  bool time_next_ = false;     // the packet that is owed will be the first of its kind
  bool is_timed_ = false;      // the last one was, and the next new block tells the round trip
  base::Instant resend_at_;
  base::Instant stall_at_;
  std::optional<base::Error> failure_;
};

}  // namespace proto
