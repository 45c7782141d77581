// SPDX-License-Identifier: MPL-2.0
// One HTTP/1.1 GET or POST [rfc9112]: what is sent, and an answer that is read as it comes, a byte or a megabyte at a
// time.
#pragma once

#include <array>
#include <optional>

#include "proto/sink.h"
#include "proto/uri.h"

namespace proto {

/// Room for any request: a URI, its host again, who asks, and our own headers.
using HttpRequestRoom = std::array<char, 2048>;
/// The request for `uri`, written into `room`: a POST when `form_size` bytes of a form are to follow. User and
/// password in the URI go with it at once [rfc7617].
std::string_view compose_http_request(const Uri& uri, std::size_t form_size, HttpRequestRoom& room);

/// A machine over a byte stream. The body goes from the stream's bytes to the sink uncopied; no head is ever
/// stored.
class HttpTransfer {
 public:
  static constexpr std::size_t max_line = 1280;  // of a line that matters: Location holds a URI
  static constexpr std::size_t max_head =
      64 * 1024;  // header bytes of one answer, or of a chunk's line, or a trailer
  static constexpr unsigned max_informational = 16;  // 1xx answers before the real one
  static constexpr std::uint64_t max_discarded =
      4096;  // of an unwanted body, to be able to use the connection again

  /// `host` names the server in sentences and outlives the transfer.
  HttpTransfer(std::string_view host, Sink sink) : host_(host), sink_(sink) {}

  /// Takes of `input` what belongs to this answer; how many bytes that was. Fewer than all only when it is
  /// over.
  std::size_t receive(base::Bytes input);
  /// The server will send nothing more.
  void end_of_stream();
  /// The same request is made again on another connection. Only while nothing of an answer has come.
  void start_over();

  /// Nothing more is to be received: look for failure(), then for location().
  bool is_over() const { return state_ == State::over; }
  const base::Error* failure() const { return failure_ ? &*failure_ : nullptr; }
  /// Where the server sends us instead; empty when it gave the document.
  std::string_view location() const { return location_.view(); }
  std::uint64_t bytes() const { return bytes_; }
  bool has_begun() const { return has_begun_; }
  /// What was sent is to be sent to location(), too: elsewhere a redirected form is not asked for again.
  bool repeats_form() const { return code_ >= 307; }
  /// Another request may follow on this connection.
  bool keeps_connection() const { return keeps_connection_; }

 private:
  enum class State : std::uint8_t {
    status_line,
    header,
    counted_body,
    body_to_the_end,
    chunk_size,
    chunk_data,
    chunk_end,
    trailer,
    over
  };

  std::size_t receive_line(base::Bytes input);
  std::size_t receive_body(base::Bytes input);
  void process_line(std::string_view line);
  void process_status_line(std::string_view line);
  void process_header(std::string_view line);
  void process_known_header(std::string_view name, std::string_view value);
  void end_of_head();
  void begin_body();
  void begin_head();
  void refuse_status();
  void finish();
  void fail(base::ErrorCode code, std::string_view what);
  bool is_redirect() const;

  std::string_view host_;
  Sink sink_;

  State state_ = State::status_line;
  bool has_begun_ = false;
  bool keeps_connection_ = false;
  bool is_wanted_ = false;  // the body goes to the sink
  bool is_chunked_ = false;
  bool line_is_overlong_ = false;
  unsigned minor_version_ = 0;
  unsigned code_ = 0;
  unsigned informational_ = 0;
  std::optional<std::uint64_t> length_;  // Content-Length
  std::uint64_t left_ = 0;               // of the body, or of the chunk
  std::uint64_t bytes_ = 0;              // of the body
  std::size_t head_bytes_ = 0;
  base::Text<48> reason_;
  base::Text<Uri::max_length> location_;
  std::array<char, max_line> line_;  // of a line that came in pieces: the first line_size_ characters
  std::size_t line_size_ = 0;
  std::optional<base::Error> failure_;
};

}  // namespace proto
