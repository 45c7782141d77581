// SPDX-License-Identifier: MPL-2.0
// The answer to one HTTP/1.1 request [rfc9112], read as it comes, a byte or a megabyte at a time.
#pragma once

#include <array>
#include <optional>

#include "proto/http_request.h"
#include "proto/sink.h"

namespace proto {

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

  /// `host` names the server in sentences. It and `resume`, what the request says of where it goes on, outlive the
  /// transfer.
  HttpTransfer(std::string_view host, Sink sink, const HttpResume* resume = nullptr)
      : host_(host), sink_(sink), resume_(resume), start_(resume != nullptr ? resume->at : 0) {}

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
  /// What of it the sink had before: 0 when the server sends everything anew.
  std::uint64_t start() const { return start_; }
  /// As much of the document as the sink has.
  std::uint64_t bytes() const { return start_ + (is_wanted_ ? bytes_ : 0); }
  /// What the server asks for before it gives the document: its best WWW-Authenticate.
  std::string_view challenge() const { return challenge_.view(); }
  std::string_view next_nonce() const { return next_nonce_.view(); }
  /// The document is packed by gzip for the way only.
  bool is_gzip_encoded() const { return is_gzip_encoded_; }
  /// The head of an answer has been read: what follows is meant of it.
  bool has_head() const { return state_ > State::header; }
  /// With it the rest can be asked for after the connection broke; empty when it cannot.
  std::string_view validator() const;
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
  void begin_document();
  void finish();
  void fail(base::ErrorCode code, std::string_view what);
  bool is_redirect() const;

  std::string_view host_;
  Sink sink_;
  const HttpResume* resume_;
  std::uint64_t start_;  // of what this answer brings

  State state_ = State::status_line;
  bool has_begun_ = false;
  bool keeps_connection_ = false;
  bool is_wanted_ = false;  // the body goes to the sink
  bool is_chunked_ = false;
  bool line_is_overlong_ = false;
  bool is_gzip_encoded_ = false;
  bool is_oddly_encoded_ = false;
  unsigned minor_version_ = 0;
  unsigned code_ = 0;
  unsigned informational_ = 0;
  std::optional<std::uint64_t> length_;  // Content-Length
  std::uint64_t left_ = 0;               // of the body, or of the chunk
  std::uint64_t bytes_ = 0;              // of the body
  std::size_t head_bytes_ = 0;
  std::optional<std::uint64_t> range_begin_;  // Content-Range
  enum Kept : std::uint8_t { tag, modified, date, kept_count };
  std::array<base::Text<128>, kept_count> kept_;  // ETag, Last-Modified, Date
  base::Text<128> next_nonce_;
  base::Text<512> challenge_;
  base::Text<48> reason_;
  base::Text<Uri::max_length> location_;
  std::array<char, max_line> line_;  // of a line that came in pieces: the first line_size_ characters
  std::size_t line_size_ = 0;
  std::optional<base::Error> failure_;
};

}  // namespace proto
