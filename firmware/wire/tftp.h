// SPDX-License-Identifier: MPL-2.0
// TFTP packets [rfc1350], with options [rfc2347]: blksize [rfc2348], tsize [rfc2349] and windowsize
// [rfc7440].
#pragma once

#include <cstddef>
#include <optional>

#include "base/bytes.h"

namespace wire {

inline constexpr std::uint16_t tftp_port = 69;

enum class TftpOpcode : std::uint16_t { read_request = 1, write_request, data, ack, error, option_ack };

/// [rfc1350 5, rfc2347]
enum class TftpError : std::uint16_t {
  undefined = 0,
  not_found,
  access_violation,
  disk_full,
  illegal_operation,
  unknown_transfer_id,
  file_exists,
  no_such_user,
  option_refused,
};

/// A packet whose two or four fixed bytes are there; the bytes are only referred to.
class TftpPacket {
 public:
  static std::optional<TftpPacket> parse(base::Bytes packet);

  TftpOpcode opcode() const { return static_cast<TftpOpcode>(base::load_be16(packet_.data())); }
  /// Of DATA and ACK.
  std::uint16_t block() const { return base::load_be16(packet_.data() + 2); }
  /// Of DATA.
  base::Bytes data() const { return packet_.subspan(4); }
  /// Of ERROR.
  TftpError error_code() const { return static_cast<TftpError>(block()); }
  /// Of ERROR: up to the NUL, or to the end where there is none.
  std::string_view error_text() const;

 private:
  friend class TftpOptionWalker;
  base::Bytes packet_;
};

/// Goes over the name-value pairs of an OACK.
class TftpOptionWalker {
 public:
  struct Option {
    std::string_view name, value;
  };
  explicit TftpOptionWalker(const TftpPacket& option_ack)
      : rest_(base::as_text(option_ack.packet_.subspan(2))) {}

  std::optional<Option> next();
  /// True when the packet ended inside a pair.
  bool was_truncated() const { return was_truncated_; }

 private:
  std::optional<std::string_view> next_string();
  std::string_view rest_;
  bool was_truncated_ = false;
};

struct TftpRequestOptions {
  unsigned block_size = 0;  // each is left out when 0
  unsigned window_size = 0;
  bool transfer_size = false;
};

/// A read request in octet mode; its size, or 0 when it does not fit.
std::size_t emit_tftp_request(base::MutBytes into, std::string_view file, const TftpRequestOptions& options);
std::size_t emit_tftp_ack(base::MutBytes into, std::uint16_t block);
std::size_t emit_tftp_error(base::MutBytes into, TftpError code, std::string_view text);

}  // namespace wire
