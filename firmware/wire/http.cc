// SPDX-License-Identifier: MPL-2.0
#include "wire/http.h"

#include <algorithm>

#include "base/text.h"

namespace wire {
namespace {

constexpr bool is_space(char c) {
  return c == ' ' || c == '\t';
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
/// No control characters: neither NUL nor a CR that ends no line [rfc9110 5.5].
constexpr bool is_field_character(char c) {
  return static_cast<unsigned char>(c) >= ' ' ? c != 0x7f : c == '\t';
}
std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Takes the next part of a comma-separated list off its front.
std::string_view take_item(std::string_view& list) {
  const std::size_t comma = std::min(list.find(','), list.size());
  const std::string_view item = trim(list.substr(0, comma));
  list.remove_prefix(std::min(comma + 1, list.size()));
  return item;
}

}  // namespace

std::optional<HttpStatusLine> parse_http_status_line(std::string_view line) {
  // "HTTP/1.1 200", and behind it nothing, or a space and the reason
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || !is_digit(line[7]) || line[8] != ' ')
    return std::nullopt;
  std::uint64_t code = 0;
  if (!base::parse_number(line.substr(9, 3), 10, code) || code < 100 || code > 599) return std::nullopt;
  if (line.size() > 12 && line[12] != ' ') return std::nullopt;
  const std::string_view reason = line.size() > 13 ? line.substr(13) : std::string_view();
  return HttpStatusLine{static_cast<unsigned>(line[7] - '0'), static_cast<unsigned>(code), reason};
}

std::optional<HttpField> parse_http_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == 0 || colon == std::string_view::npos) return std::nullopt;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = line.substr(colon + 1);
  if (!std::all_of(name.begin(), name.end(), is_http_token_character)) return std::nullopt;
  if (!std::all_of(value.begin(), value.end(), is_field_character)) return std::nullopt;
  return HttpField{name, trim(value)};
}

std::optional<std::uint64_t> parse_http_length(std::string_view value) {
  std::uint64_t length = 0;
  if (!base::parse_number(take_item(value), 10, length)) return std::nullopt;
  while (!value.empty()) {
    std::uint64_t again = 0;
    if (!base::parse_number(take_item(value), 10, again) || again != length) return std::nullopt;
  }
  return length;
}

std::optional<std::uint64_t> parse_http_chunk_size(std::string_view line) {
  std::uint64_t size = 0;
  if (!base::parse_number(trim(line.substr(0, line.find(';'))), 16, size)) return std::nullopt;
  return size;
}

std::optional<std::uint64_t> parse_http_range_begin(std::string_view value) {
  const std::size_t dash = value.find('-');
  std::uint64_t begin = 0;
  if (!value.starts_with("bytes ") || dash == std::string_view::npos ||
      !base::parse_number(value.substr(6, dash - 6), 10, begin)) {
    return std::nullopt;
  }
  return begin;
}

bool http_list_contains(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    if (base::equal_ignoring_case(take_item(list), token)) return true;
  }
  return false;
}

}  // namespace wire
