// SPDX-License-Identifier: MPL-2.0
#include "proto/http_transfer.h"

#include <algorithm>

#include "base/debug.h"
#include "proto/printable.h"
#include "wire/http.h"
#include "wire/http_challenge.h"

namespace proto {

using base::ErrorCode;

std::size_t HttpTransfer::receive(base::Bytes input) {
  std::size_t used = 0;
  while (used < input.size() && state_ != State::over) {
    const base::Bytes rest = input.subspan(used);
    const bool in_body =
        state_ == State::counted_body || state_ == State::body_to_the_end || state_ == State::chunk_data;
    used += in_body ? receive_body(rest) : receive_line(rest);
  }
  if (used != 0) has_begun_ = true;
  return used;
}

std::size_t HttpTransfer::receive_line(base::Bytes input) {
  const auto newline = std::find(input.begin(), input.end(), std::uint8_t{'\n'});
  const bool is_whole = newline != input.end();
  std::string_view piece = base::as_text(input).substr(0, static_cast<std::size_t>(newline - input.begin()));
  const std::size_t used = piece.size() + (is_whole ? 1 : 0);
  if (used > max_head - head_bytes_) {
    fail(ErrorCode::too_large, "sends headers without end");
    return used;
  }
  head_bytes_ += used;
  if (line_size_ != 0 || !is_whole) {
    const std::size_t kept = std::min(piece.size(), line_.size() - line_size_);
    std::copy_n(piece.begin(), kept, line_.begin() + static_cast<std::ptrdiff_t>(line_size_));
    line_size_ += kept;
    if (kept < piece.size()) line_is_overlong_ = true;
    if (!is_whole) return used;
    piece = {line_.data(), line_size_};
  }
  if (piece.ends_with('\r')) piece.remove_suffix(1);  // lines may end with LF alone [rfc9112 2.2]
  process_line(piece);
  line_size_ = 0;
  line_is_overlong_ = false;
  return used;
}

void HttpTransfer::process_line(std::string_view line) {
  switch (state_) {
    case State::status_line:
      return process_status_line(line);
    case State::header:
      return line.empty() ? end_of_head() : process_header(line);
    case State::chunk_size: {
      const auto size = wire::parse_http_chunk_size(line);
      if (!size) return fail(ErrorCode::malformed, "sends a chunk without a proper size");
      left_ = *size;
      state_ = *size == 0 ? State::trailer : State::chunk_data;
      head_bytes_ = 0;
      return;
    }
    case State::chunk_end:
      if (!line.empty()) return fail(ErrorCode::malformed, "sends more than it announced for a chunk");
      state_ = State::chunk_size;
      return;
    case State::trailer:
      if (line.empty()) finish();
      return;
    default:
      return;
  }
}

void HttpTransfer::begin_head() {
  state_ = State::status_line;
  length_.reset();
  is_chunked_ = is_gzip_encoded_ = is_oddly_encoded_ = false;
  range_begin_.reset();
  for (auto& text : kept_) text.clear();
  challenge_.clear();
  location_.clear();
}

void HttpTransfer::process_status_line(std::string_view line) {
  const auto status = wire::parse_http_status_line(line);
  if (!status) return fail(ErrorCode::malformed, "does not speak HTTP/1.x; check the port");
  minor_version_ = status->minor_version;
  code_ = status->code;
  DEBUG_LINE(http, log, "{}: {}", host_, line);
  reason_.assign(printable(status->reason));
  keeps_connection_ = minor_version_ >= 1;
  state_ = State::header;
}

void HttpTransfer::process_header(std::string_view line) {
  if (line[0] == ' ' || line[0] == '\t') return;  // an obsolete folded line; no header that we read is folded
  const auto field = wire::parse_http_field(line);
  DEBUG_LINE(http, extra, "{}", line);
  if (!field) return fail(ErrorCode::malformed, "sends a header that breaks HTTP");
  process_known_header(field->name, field->value);
}

void HttpTransfer::process_known_header(std::string_view name, std::string_view value) {
  const auto is = [&](std::string_view known) { return base::equal_ignoring_case(name, known); };
  // What is only of use to go on or to log in may be too long to be of use.
  if (!line_is_overlong_) {
    constexpr std::string_view kept_names[] = {"ETag", "Last-Modified", "Date"};
    for (std::size_t i = 0; i < kept_count; ++i) {
      if (is(kept_names[i])) kept_[i].assign(value);
    }
    if (is("Content-Range")) range_begin_ = wire::parse_http_range_begin(value);
    if (is("Authentication-Info")) next_nonce_.assign(wire::parse_http_challenge(value).nonce);
    if (is("WWW-Authenticate") && wire::parse_http_challenge(value).scheme >
                                      wire::parse_http_challenge(challenge_).scheme) {
      challenge_.assign(value);
    }
  }
  if (is("Content-Encoding")) {
    is_gzip_encoded_ = base::equal_ignoring_case(value, "gzip") || base::equal_ignoring_case(value, "x-gzip");
    is_oddly_encoded_ = !is_gzip_encoded_ && !base::equal_ignoring_case(value, "identity");
  }
  const bool is_known = is("Content-Length") || is("Transfer-Encoding") || is("Connection") || is("Location");
  if (!is_known) return;
  if (line_is_overlong_) return fail(ErrorCode::too_large, "sends a header that is too long");
  if (is("Content-Length")) {
    const auto length = wire::parse_http_length(value);
    if (!length || (length_ && *length_ != *length))
      return fail(ErrorCode::malformed, "contradicts itself about the length");
    length_ = length;
  } else if (is("Transfer-Encoding")) {
    if (is_chunked_ || !base::equal_ignoring_case(value, "chunked")) {
      return fail(ErrorCode::unsupported,
                  "uses a transfer encoding other than chunked, which this firmware does not know");
    }
    is_chunked_ = true;
  } else if (is("Connection")) {
    if (wire::http_list_contains(value, "close")) keeps_connection_ = false;
    if (minor_version_ == 0 && wire::http_list_contains(value, "keep-alive")) keeps_connection_ = true;
  } else if (location_.empty() && !location_.assign(value)) {
    fail(ErrorCode::too_large, "redirects to an address of more than 1024 characters");
  }
}

std::string_view HttpTransfer::validator() const {
  // [rfc9110 8.8] Weak tags do not promise the same bytes; neither does a date of the second in which it was asked.
  const std::string_view etag = kept_[tag];
  if (etag.starts_with('"') && etag.ends_with('"')) return etag;
  const bool is_dated = etag.empty() && !kept_[date].empty() && kept_[modified].view() != kept_[date].view();
  return is_dated ? kept_[modified].view() : std::string_view();
}

bool HttpTransfer::is_redirect() const {
  return code_ == 301 || code_ == 302 || code_ == 303 || code_ == 307 || code_ == 308;
}

void HttpTransfer::end_of_head() {
  if (code_ < 200) {
    if (code_ == 101 || ++informational_ > max_informational) {
      return fail(ErrorCode::malformed, "sends interim answers without end");
    }
    return begin_head();
  }
  head_bytes_ = 0;
  if (start_ != 0 && (code_ == 206 || code_ == 416)) {
    is_wanted_ = code_ == 206 && range_begin_ == start_ &&
                 (validator().empty() || validator() == resume_->validator.view());
    if (!is_wanted_) {
      kept_[tag].clear();
      kept_[modified].clear();
      begin_document();
      return fail(ErrorCode::interrupted, "has another file now than when its download began");
    }
  } else if (code_ == 200 || code_ == 203) {
    is_wanted_ = true;
    begin_document();
  }
  if (is_wanted_ && is_oddly_encoded_) {
    return fail(ErrorCode::unsupported,
                "packs the file in a way that this firmware does not unpack; switch off Content-Encoding for it");
  }
  if (!is_redirect()) {
    location_.clear();
  } else if (location_.empty()) {
    failure_.emplace(ErrorCode::malformed,
                     "the web server {} answers {} but does not say where to go; look into its log",
                     host_.substr(0, 64), code_);
  }
  if (!is_wanted_ && !is_redirect()) refuse_status();
  begin_body();
}

/// The whole document comes, whatever of it is here already.
void HttpTransfer::begin_document() {
  if (start_ != 0) sink_.rewind(sink_.self);
  start_ = 0;
}

void HttpTransfer::refuse_status() {
  std::string_view advice = "look into its log";
  ErrorCode kind = ErrorCode::refused;
  if (code_ == 404 || code_ == 410) {
    kind = ErrorCode::not_found;
    advice = "check the path and the directory that the server serves";
  } else if (code_ == 401) {
    advice = "it asks for a user and password that it knows: write http://USER:PASSWORD@server/...";
  } else if (code_ == 403) {
    advice = "check that the server may read the file";
  } else if (code_ == 204 || code_ == 205 || code_ == 304) {
    advice = "there is nothing in this answer that could be used";
  } else if (code_ >= 500) {
    advice = "the fault is in the server or its script; look into its log";
  }
  failure_.emplace(kind, "the web server {} answers {} {}; {}", host_.substr(0, 64), code_, reason_.view(),
                   advice);
}

void HttpTransfer::begin_body() {
  DEBUG_LINE(http, log, "body:{}{} {} bytes announced, {}", is_chunked_ ? " chunked," : "",
             is_gzip_encoded_ ? " gzip," : "", length_.value_or(0), is_wanted_ ? "wanted" : "not wanted");
  // [rfc9112 6.3] how the body ends, in order of precedence
  if (code_ == 204 || code_ == 205 || code_ == 304) {
    keeps_connection_ = false;  // some servers send a body all the same
    return finish();
  }
  if (is_chunked_) {
    if (length_ || minor_version_ == 0) keeps_connection_ = false;  // one of them lies
    state_ = State::chunk_size;
  } else if (length_) {
    if (!is_wanted_ && *length_ > max_discarded) keeps_connection_ = false;
    left_ = *length_;
    state_ = State::counted_body;
    if (is_wanted_ && left_ != 0 && start_ == 0 && sink_.expect != nullptr) {
      if (auto status = sink_.expect(sink_.self, left_); !status) {
        failure_ = status.error();
        keeps_connection_ = false;
        return finish();
      }
    }
    if (left_ == 0) return finish();
  } else {
    keeps_connection_ = false;
    state_ = State::body_to_the_end;
  }
  // What nobody wants is received only for the sake of the connection.
  if (!is_wanted_ && !keeps_connection_) finish();
}

std::size_t HttpTransfer::receive_body(base::Bytes input) {
  base::Bytes piece = input;
  if (state_ != State::body_to_the_end && left_ < piece.size())
    piece = piece.first(static_cast<std::size_t>(left_));
  bytes_ += piece.size();
  DEBUG_LINE(http, io, "{} bytes, {} so far", piece.size(), bytes_);
  if (is_wanted_) {
    if (auto status = sink_.write(sink_.self, piece); !status) {
      failure_ = status.error();
      keeps_connection_ = false;
      finish();
      return piece.size();
    }
  } else if (bytes_ > max_discarded) {
    keeps_connection_ = false;
    finish();
    return piece.size();
  }
  if (state_ != State::body_to_the_end) {
    left_ -= piece.size();
    if (left_ == 0) {
      if (state_ == State::counted_body) {
        finish();
      } else {
        state_ = State::chunk_end;
      }
    }
  }
  return piece.size();
}

void HttpTransfer::end_of_stream() {
  if (state_ == State::over) return;
  keeps_connection_ = false;
  // The last chunk has said that the body is whole; only its empty line is missing.
  const bool is_whole = state_ == State::body_to_the_end || state_ == State::trailer;
  if (is_whole || failure_ || (!is_wanted_ && !location_.empty() && state_ != State::header)) return finish();
  if (state_ == State::counted_body) {
    failure_.emplace(ErrorCode::interrupted,
                     "the web server {} ended the connection early: {} of {} bytes were received; try again",
                     host_.substr(0, 64), bytes(), start_ + *length_);
    return finish();
  }
  if (state_ == State::status_line || state_ == State::header) {
    return fail(ErrorCode::interrupted, "ended the connection without an answer");
  }
  failure_.emplace(
      ErrorCode::interrupted,
      "the web server {} ended the connection early: {} bytes were received and more announced; try again",
      host_.substr(0, 64), bytes());
  finish();
}

void HttpTransfer::start_over() {
  failure_.reset();
  begin_head();
}

void HttpTransfer::finish() {
  DEBUG_LINE(http, log, "ended after {} bytes; the connection {}", bytes_, keeps_connection_ ? "is kept" : "ends");
  state_ = State::over;
}

void HttpTransfer::fail(ErrorCode code, std::string_view what) {
  // A fault in a body that nobody wants costs the connection, not the answer.
  const bool in_body = state_ == State::chunk_size || state_ == State::chunk_end || state_ == State::trailer;
  if (!failure_ && (is_wanted_ || !in_body))
    failure_.emplace(code, "the web server {} {}", host_.substr(0, 64), what);
  keeps_connection_ = false;
  finish();
}

}  // namespace proto
