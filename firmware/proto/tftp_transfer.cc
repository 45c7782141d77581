// SPDX-License-Identifier: MPL-2.0
#include "proto/tftp_transfer.h"

#include <algorithm>

#include "base/debug.h"
#include "base/text.h"
#include "proto/printable.h"

namespace proto {
namespace {

constexpr unsigned patience = 32;  // windows without a loss before they may grow again

}  // namespace

using base::Duration;
using base::ErrorCode;
using base::Instant;
using wire::TftpError;
using wire::TftpOpcode;

TftpTransfer::TftpTransfer(const Request& request, std::uint16_t local_port, Sink sink, Instant now)
    : request_(request),
      local_port_(local_port),
      sink_(sink),
      resend_at_(now),
      stall_at_(now + request.stall) {}

void TftpTransfer::process(const net::UdpDatagram& datagram, Instant now) {
  if (phase_ == Phase::over || datagram.source != request_.server) return;
  const auto packet = wire::TftpPacket::parse(datagram.payload);
  if (!packet) return;
  const TftpOpcode opcode = packet->opcode();
  if (transfer_port_ == 0) {
    // The server chooses its port (TID) with its first packet [rfc1350 4].
    const bool can_begin = opcode == TftpOpcode::error ||
                           (opcode == TftpOpcode::option_ack && with_options_) ||
                           (opcode == TftpOpcode::data && packet->block() == 1);
    if (!can_begin) return;
    transfer_port_ = datagram.source_port;
    DEBUG_LINE(tftp, extra, "{} answers from port {}", datagram.source, transfer_port_);
  } else if (datagram.source_port != transfer_port_) {
    DEBUG_LINE(tftp, log, "a packet from {} port {}, not {}: error 5", datagram.source, datagram.source_port, transfer_port_);
    if (opcode != TftpOpcode::error) refusal_ = Refusal{datagram.source_port, TftpError::unknown_transfer_id};
    return;
  }
  switch (opcode) {
    case TftpOpcode::data:
      return process_data(*packet, now);
    case TftpOpcode::option_ack:
      return process_options(*packet, now);
    case TftpOpcode::error:
      return process_error(*packet, now);
    default:
      return;
  }
}

void TftpTransfer::process_options(const wire::TftpPacket& packet, Instant now) {
  if (phase_ == Phase::receiving) {
    // The server did not hear our ACK of its options.
    if (blocks_ == 0 && now - sent_at_ >= least_wait) acknowledge(false);
    return;
  }
  std::uint64_t sizes[3] = {0, 0, 0};
  bool is_given[3] = {};
  constexpr std::string_view names[3] = {"blksize", "windowsize", "tsize"};
  bool is_valid = true;
  wire::TftpOptionWalker walker(packet);
  while (const auto option = walker.next()) {
    const auto name = std::find_if(std::begin(names), std::end(names), [&](std::string_view known) {
      return base::equal_ignoring_case(known, option->name);
    });
    const auto index = static_cast<std::size_t>(name - std::begin(names));
    // What was not asked for, comes twice, or is no number is not an answer to our request [rfc2347 2].
    if (index == 3 || is_given[index] || !base::parse_number(option->value, 10, sizes[index])) {
      is_valid = false;
      break;
    }
    is_given[index] = true;
  }
  const bool block_fits = !is_given[0] || (sizes[0] >= 8 && sizes[0] <= block_size);
  const bool window_fits = !is_given[1] || (sizes[1] >= 1 && sizes[1] <= request_.window_size);
  if (walker.was_truncated() || !is_valid || !block_fits || !window_fits) {
    DEBUG_LINE(tftp, log, "the answer to our options is none: blksize {}, windowsize {}; asks without", sizes[0], sizes[1]);
    refusal_ = Refusal{transfer_port_, TftpError::option_refused};
    return ask_plainly(now);
  }
  if (is_given[0]) block_size_ = static_cast<unsigned>(sizes[0]);
  if (is_given[1]) window_size_ = blocks_per_ack_ = static_cast<unsigned>(sizes[1]);
  if (sizes[2] != 0) {  // 0 is what a server says that does not know
    if (auto status = sink_.expect(sink_.self, sizes[2]); !status)
      return fail(TftpError::disk_full, status.error());
  }
  DEBUG_LINE(tftp, log, "blksize {}, windowsize {}, tsize {}", block_size_, window_size_, sizes[2]);
  phase_ = Phase::receiving;
  progress(now);
  acknowledge(true);
}

void TftpTransfer::process_data(const wire::TftpPacket& packet, Instant now) {
  phase_ = Phase::receiving;
  const base::Bytes data = packet.data();
  if (data.size() > block_size_) {
    return fail(
        TftpError::illegal_operation,
        base::Error(ErrorCode::malformed, "the TFTP server {} sent a block of {} bytes where {} were agreed",
                    request_.server, data.size(), block_size_));
  }
  const auto expected = static_cast<std::uint16_t>(blocks_ + shift_ + 1);
  auto ahead = static_cast<std::uint16_t>(packet.block() - expected);
  DEBUG_LINE(tftp, io, "block {}, {} bytes; {} was expected", packet.block(), data.size(), expected);
  if (ahead == 1 && expected == 0 && window_size_ == 1) {
    // In lockstep nothing can stand between: this server goes on from block 65535 with 1, not 0.
    ++shift_;
    ahead = 0;
  }
  if (ahead == 0) {
    if (!data.empty()) {
      if (auto status = sink_.write(sink_.self, data); !status)
        return fail(TftpError::disk_full, status.error());
    }
    ++blocks_;
    bytes_ += data.size();
    gap_told_ = false;
    progress(now);
    const bool is_last = data.size() < block_size_;
    if (is_last || ++in_window_ >= blocks_per_ack_) {
      if (blocks_per_ack_ < window_size_ && ++whole_windows_ % patience == 0) ++blocks_per_ack_;
      acknowledge(true);
    }
    if (is_last) DEBUG_LINE(tftp, log, "ended after {} blocks, {} bytes", blocks_, bytes_);
    if (is_last) phase_ = Phase::over;
  } else if (ahead < 0x8000) {
    // A block is missing: the server learns once where to go on [rfc7440 4].
    if (!gap_told_) DEBUG_LINE(tftp, extra, "block {} came, {} is missing", packet.block(), expected);
    if (!gap_told_) acknowledge(true);
    gap_told_ = true;
  } else if (ahead == 0xffff && now - sent_at_ >= least_wait) {
    // The last block again, and not a mere copy: our ACK was lost. Copies are never answered, or each would
    // make more.
    acknowledge(false);
  }
}

void TftpTransfer::process_error(const wire::TftpPacket& packet, Instant now) {
  const TftpError code = packet.error_code();
  DEBUG_LINE(tftp, log, "error {} \"{}\"", static_cast<unsigned>(code), printable(packet.error_text()).view());
  if ((code == TftpError::option_refused || code == TftpError::illegal_operation) && may_ask_plainly()) {
    return ask_plainly(now);
  }
  const PrintableText said = printable(packet.error_text());
  const auto report = [&](ErrorCode kind, std::string_view advice) {
    fail(base::Error(kind, "the TFTP server {} says \"{}\" (error {}); {}", request_.server, said.view(),
                     static_cast<unsigned>(code), advice));
  };
  switch (code) {
    case TftpError::not_found:
      return report(ErrorCode::not_found, "check the file's name and the directory that the server serves");
    case TftpError::access_violation:
      return report(ErrorCode::refused, "check that the server may read the file");
    default:
      return report(ErrorCode::refused, "look into its log");
  }
}

void TftpTransfer::process_icmp(const net::IcmpReport& report) {
  if (phase_ == Phase::over || report.error.destination != request_.server ||
      report.error.destination_port != (transfer_port_ == 0 ? request_.server_port : transfer_port_)) {
    return;
  }
  icmp_weight_ += report.weight();
  if (icmp_weight_ >= net::IcmpReport::enough) fail(report.sentence());
}

void TftpTransfer::ask_plainly(Instant now) {
  with_options_ = false;
  phase_ = Phase::asking;
  transfer_port_ = 0;
  block_size_ = plain_block_size;
  window_size_ = blocks_per_ack_ = 1;
  wait_ = first_wait;
  owes_packet_ = true;
  resend_at_ = now;
  stall_at_ = now + request_.stall;
}

/// `is_first` when this ACK was not sent before, so that the time to its answer means something.
void TftpTransfer::acknowledge(bool is_first) {
  owes_packet_ = true;
  in_window_ = 0;
  time_next_ = is_first;
}

/// Something new came: the clocks start again, and the answer's time is known.
void TftpTransfer::progress(Instant now) {
  stall_at_ = now + request_.stall;
  if (is_timed_) {
    const Duration sample = now - sent_at_;
    round_trip_ = round_trip_ == Duration() ? sample : (round_trip_ * 7 + sample) / 8;
    is_timed_ = false;
  }
  wait_ = round_trip_ == Duration() ? first_wait : std::clamp(round_trip_ * 4, least_wait, most_wait);
  resend_at_ = now + wait_;
}

void TftpTransfer::fail(const base::Error& error) {
  failure_ = error;
  phase_ = Phase::over;
  owes_packet_ = false;
}

void TftpTransfer::fail(TftpError code, const base::Error& error) {
  fail(error);
  error_code_ = code;
  ends_with_error_ = owes_packet_ = true;
}

void TftpTransfer::expire(Instant now) {
  if (phase_ == Phase::over) return;
  if (now >= stall_at_) {
    const std::int64_t seconds = request_.stall.us() / 1'000'000;
    if (phase_ == Phase::asking) {
      return fail(base::Error(
          ErrorCode::timed_out,
          "no answer from the TFTP server {} in {} s; check that it runs, and that no firewall stops "
          "UDP port {} or the replies, which come from another port",
          request_.server, seconds, request_.server_port));
    }
    return fail(
        base::Error(ErrorCode::timed_out,
                    "the TFTP server {} fell silent: nothing for {} s after {} bytes; try again, or use HTTP",
                    request_.server, seconds, bytes_));
  }
  if (!owes_packet_ && now >= resend_at_) {
    owes_packet_ = true;
    // The end of a window was lost, so that no later block told of the hole: from now on the ACK comes as
    // early as the blocks did. To the server that is the window's size, for it sends on from the ACK.
    if (in_window_ != 0) {
      blocks_per_ack_ = in_window_;
      whole_windows_ = 0;
    }
    DEBUG_LINE(tftp, extra, "nothing for {} ms; repeats, {} bytes so far, ACK after {} blocks", wait_.ms(), bytes_,
               blocks_per_ack_);
    wait_ = std::min(wait_ * 2, phase_ == Phase::asking ? most_wait * 2 : most_wait);
    is_timed_ = time_next_ = gap_told_ = false;
    in_window_ = 0;
  }
}

std::optional<net::UdpOutgoing> TftpTransfer::transmit(base::MutBytes payload, Instant now) {
  expire(now);
  net::UdpOutgoing outgoing;
  outgoing.destination = request_.server;
  outgoing.source_port = local_port_;
  if (refusal_) {
    outgoing.destination_port = refusal_->port;
    outgoing.payload_size = wire::emit_tftp_error(
        payload, refusal_->code,
        refusal_->code == TftpError::option_refused ? "not what was asked" : "unknown transfer");
    refusal_.reset();
    return outgoing;
  }
  if (!owes_packet_) return std::nullopt;
  owes_packet_ = false;
  if (phase_ == Phase::asking) {
    DEBUG_LINE(tftp, log, "asks {} port {} for \"{}\"{}", request_.server, request_.server_port, request_.file,
               with_options_ ? " with options" : "");
    outgoing.destination_port = request_.server_port;
    outgoing.payload_size = wire::emit_tftp_request(
        payload, request_.file,
        with_options_
            ? wire::TftpRequestOptions{block_size, request_.window_size > 1 ? request_.window_size : 0, true}
            : wire::TftpRequestOptions{});
  } else {
    outgoing.destination_port = transfer_port_;
    outgoing.payload_size = ends_with_error_
                                ? wire::emit_tftp_error(payload, error_code_, "transfer ended by the client")
                                : wire::emit_tftp_ack(payload, static_cast<std::uint16_t>(blocks_ + shift_));
    is_timed_ = time_next_;
  }
  sent_at_ = now;
  resend_at_ = now + wait_;
  DEBUG_LINE(tftp, io, "{} bytes to port {}, {} blocks are here", outgoing.payload_size, outgoing.destination_port, blocks_);
  if (outgoing.payload_size == 0) {
    fail(base::Error(ErrorCode::too_large, "the file name for the TFTP server {} is too long",
                     request_.server));
    return std::nullopt;
  }
  return outgoing;
}

Instant TftpTransfer::poll_at() const {
  if (refusal_ || owes_packet_) return Instant();
  return phase_ == Phase::over ? Instant::never() : std::min(resend_at_, stall_at_);
}

}  // namespace proto
