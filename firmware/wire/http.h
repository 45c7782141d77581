// SPDX-License-Identifier: MPL-2.0
// The texts that HTTP/1.1 messages are made of [rfc9112, rfc9110]; each is read by itself, once, and
// strictly.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wire {

inline constexpr std::uint16_t http_port = 80;

struct HttpStatusLine {
  unsigned minor_version;  // of HTTP/1.x
  unsigned code;           // 100 to 599
  std::string_view reason;
};
/// nullopt for anything that is no status line of HTTP/1.x.
std::optional<HttpStatusLine> parse_http_status_line(std::string_view line);

struct HttpField {
  std::string_view name, value;  // without the white space around the value
};
/// A header or trailer line, without its line end.
std::optional<HttpField> parse_http_field(std::string_view line);

/// Content-Length: digits, or the same number several times [rfc9110 8.6].
std::optional<std::uint64_t> parse_http_length(std::string_view value);

constexpr bool is_http_token_character(char c) {  // [rfc9110 5.6.2]
  return c > ' ' && c < 0x7f && std::string_view("\"(),/:;<=>?@[\\]{}").find(c) == std::string_view::npos;
}

/// The size at the start of a chunk [rfc9112 7.1]; extensions are left out.
std::optional<std::uint64_t> parse_http_chunk_size(std::string_view line);

/// Where the part begins that "bytes 100-199/200" names [rfc9110 14.4].
std::optional<std::uint64_t> parse_http_range_begin(std::string_view value);

/// Is `token` in a list such as "keep-alive, Upgrade"?
bool http_list_contains(std::string_view list, std::string_view token);

}  // namespace wire
