// SPDX-License-Identifier: MPL-2.0
#include "proto/uri.h"

#include <algorithm>

namespace proto {
namespace {

using base::ErrorCode;

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_alpha(char c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}
constexpr bool is_hex(char c) {
  return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/// unreserved and reserved characters [rfc3986 2.2, 2.3]
constexpr bool is_uri_character(char c) {
  return c > ' ' && c < 0x7f && std::string_view("\"<>\\^`{|}%").find(c) == std::string_view::npos;
}
/// What stands for itself in the path of a file's name.
constexpr bool is_path_character(char c) {
  return is_uri_character(c) && c != '?' && c != '#' && c != '[' && c != ']';
}

void append_encoded(base::TextWriter& writer, char c) {
  const std::string_view digits = "0123456789ABCDEF";
  writer.append('%');
  writer.append(digits[static_cast<unsigned char>(c) >> 4]);
  writer.append(digits[c & 15]);
}

/// The length of the scheme at the start of `text` [rfc3986 3.1]; 0 when there is none.
std::size_t scheme_length(std::string_view text) {
  if (text.empty() || !is_alpha(text[0])) return 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == ':') return i;
    if (!is_alpha(text[i]) && !is_digit(text[i]) && text[i] != '+' && text[i] != '-' && text[i] != '.')
      return 0;
  }
  return 0;
}

base::Error unfit(ErrorCode code, std::string_view text, std::string_view why) {
  return base::Error(code, "{}: {}", text.substr(0, std::min<std::size_t>(text.size(), 120)), why);
}

base::Error too_long(std::string_view text) {
  return base::Error(
      ErrorCode::too_large,
      "the address \"{}...\" has more than {} characters: use a shorter path, or let a script fetch it",
      text.substr(0, std::min<std::size_t>(text.size(), 60)), Uri::max_length);
}

/// Takes the "." and ".." segments out of the path in `room`, in place [rfc3986 5.2.4]; what is left of it.
std::string_view remove_dots(std::span<char> room) {
  std::string_view path(room.data(), room.size());
  std::size_t used = 0;  // never ahead of what was read
  const bool is_rooted = path.starts_with('/');
  while (!path.empty()) {
    const std::size_t slash = path[0] == '/' ? 1 : 0;
    const std::size_t end = std::min(path.find('/', slash), path.size());
    const std::string_view segment = path.substr(slash, end - slash);
    if (segment == "." || segment == "..") {
      if (segment.size() == 2) {
        while (used > 0 && room[--used] != '/') {
        }
      }
      if (end == path.size() && (used > 0 || is_rooted)) room[used++] = '/';  // the directory itself
    } else {
      std::copy_n(path.begin(), end, room.begin() + static_cast<std::ptrdiff_t>(used));
      used += end;
    }
    path.remove_prefix(end);
  }
  return {room.data(), used};
}

}  // namespace

base::Status Uri::take_authority_apart() {
  std::string_view rest = authority();
  std::uint16_t at = authority_.at;
  if (const std::size_t user = rest.rfind('@'); user != std::string_view::npos) {
    at = static_cast<std::uint16_t>(at + user + 1);
    rest.remove_prefix(user + 1);
  }
  if (rest.starts_with('[')) {
    return unfit(ErrorCode::unsupported, text(),
                 "IPv6 addresses are not supported; name the server by its IPv4 address");
  }
  const std::size_t colon = std::min(rest.find(':'), rest.size());
  host_ = {at, static_cast<std::uint16_t>(colon)};
  if (host_.size > 253 ||
      host().find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._") !=
          std::string_view::npos) {
    return unfit(ErrorCode::invalid, text(),
                 "a server's name holds letters, digits, dots and hyphens only, 253 at the most");
  }
  if (colon + 1 < rest.size()) {
    std::uint64_t number = 0;
    if (!base::parse_number(rest.substr(colon + 1), 10, number) || number == 0 || number > 65535) {
      return unfit(ErrorCode::invalid, text(), "the port must be a number from 1 to 65535");
    }
    port_ = static_cast<std::uint16_t>(number);
  }
  return base::Done{};
}

base::Status Uri::take_apart() {
  const std::string_view all = text();
  const auto part = [](std::size_t from, std::size_t to) {
    return Part{static_cast<std::uint16_t>(from), static_cast<std::uint16_t>(to - from)};
  };
  std::size_t at = scheme_length(all);
  scheme_ = part(0, at);
  if (at != 0) ++at;
  const std::size_t question = std::min(all.find('?', at), all.size());
  has_query_ = question < all.size();
  query_ = part(has_query_ ? question + 1 : question, all.size());
  has_authority_ = all.substr(at).starts_with("//");
  if (has_authority_) {
    const std::size_t end = std::min(all.find('/', at + 2), question);
    authority_ = part(at + 2, end);
    at = end;
  }
  path_ = part(at, question);
  return has_authority_ ? take_authority_apart() : base::Status(base::Done{});
}

base::Result<Uri> Uri::parse(std::string_view text) {
  const std::string_view without_fragment = text.substr(0, text.find('#'));
  Uri uri;
  char room[max_length];
  base::TextWriter writer(room);
  for (std::size_t i = 0; i < without_fragment.size() && !writer.overflowed(); ++i) {
    const char c = without_fragment[i];
    const bool is_escape = c == '%' && without_fragment.size() - i > 2 && is_hex(without_fragment[i + 1]) &&
                           is_hex(without_fragment[i + 2]);
    if (is_escape || is_uri_character(c)) {
      writer.append(c);
    } else {
      append_encoded(writer, c);
    }
  }
  if (writer.overflowed()) return too_long(writer.view());
  uri.text_.assign(writer.view());
  if (auto status = uri.take_apart(); !status) return status.error();
  return uri;
}

base::Result<Uri> Uri::from_boot_file(std::string_view name, const base::FormatArg& next_server) {
  const std::size_t scheme = scheme_length(name);
  if (scheme != 0 && name.substr(scheme).starts_with("://")) return parse(name);
  char room[max_length];
  base::TextWriter writer(room);
  writer.print("tftp://{}/", next_server);
  for (char c : name) {
    if (is_path_character(c)) {
      writer.append(c);
    } else {
      append_encoded(writer, c);
    }
  }
  if (writer.overflowed()) return too_long(writer.view());
  return parse(writer.view());
}

base::Result<Uri> Uri::resolve(const Uri& reference) const {
  if (reference.is_absolute()) return reference;
  char room[max_length];
  char merged[2 * max_length];
  base::TextWriter path(merged);
  base::TextWriter writer(room);
  const bool own_authority = reference.has_authority();
  const bool own_path = own_authority || !reference.path().empty();
  if (is_absolute()) {
    writer.append(scheme());
    writer.append(':');
  }
  if (own_authority || has_authority()) {
    writer.append("//");
    writer.append(own_authority ? reference.authority() : authority());
  }
  if (!own_path) {
    writer.append(this->path());
  } else {
    if (!own_authority && !reference.path().starts_with('/')) {
      // [rfc3986 5.2.3] merge: everything up to and including our last slash
      const std::string_view ours = this->path();
      const std::size_t slash = ours.rfind('/');
      if (slash != std::string_view::npos) {
        path.append(ours.substr(0, slash + 1));
      } else if (has_authority()) {
        path.append('/');
      }
    }
    path.append(reference.path());
    writer.append(remove_dots(std::span(merged).first(path.view().size())));
  }
  const Uri& asks = own_path || reference.has_query() ? reference : *this;
  if (asks.has_query()) {
    writer.append('?');
    writer.append(asks.query());
  }
  if (writer.overflowed()) return too_long(writer.view());
  return parse(writer.view());
}

base::Result<Uri> Uri::resolve(std::string_view reference) const {
  auto parsed = parse(reference);
  if (!parsed) return parsed.error();
  return resolve(*parsed);
}

std::string_view Uri::file_name() const {
  const std::size_t slash = path().rfind('/');
  return slash == std::string_view::npos ? path() : path().substr(slash + 1);
}

std::optional<std::string_view> percent_decode(std::string_view encoded, std::span<char> into) {
  std::size_t used = 0;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    char c = encoded[i];
    std::uint64_t value = 0;
    if (c == '%' && encoded.size() - i > 2 && base::parse_number(encoded.substr(i + 1, 2), 16, value)) {
      c = static_cast<char>(value);
      i += 2;
    }
    if (c == 0 || used == into.size()) return std::nullopt;
    into[used++] = c;
  }
  return std::string_view(into.data(), used);
}

}  // namespace proto
