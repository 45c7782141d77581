// SPDX-License-Identifier: MPL-2.0
// Addresses of servers [rfc3986 3.2].
#include "server_address.h"

#include <algorithm>

#include "config_text.h"
#include "core/facts/compose.h"
#include "core/facts/text.h"
#include "failure.h"

namespace chainload::ctl {
namespace {

using core::in_quotes;

[[noreturn]] void refuse(const std::string& text, const std::string& why) {
  throw Failure(
      ExitStatus::usage,
      in_quotes(text) + " is no server: " + why +
          "; write the path of its control socket, such as /run/kea/kea4-ctrl-socket, or a URL such as "
          "http://192.0.2.10:8000/");
}

std::string percent_decoded(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const auto octet = text.front() == '%' ? core::parse_hex(text.substr(1, 2)) : std::nullopt;
    if (octet && octet->size() == 1) {
      plain += static_cast<char>(octet->front());
      text.remove_prefix(3);
    } else {
      plain += text.front();
      text.remove_prefix(1);
    }
  }
  return plain;
}

ServerAddress parse_url(const std::string& text, std::string_view rest, ServerAddress::Kind kind) {
  ServerAddress address;
  address.kind = kind;
  const auto slash = std::min(rest.find('/'), rest.size());
  std::string_view authority = rest.substr(0, slash);
  address.path = slash == rest.size() ? "/" : std::string(rest.substr(slash));
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view login = authority.substr(0, at);
    const auto colon = login.find(':');
    address.user = percent_decoded(login.substr(0, colon));
    if (colon != std::string_view::npos) address.password = percent_decoded(login.substr(colon + 1));
    authority.remove_prefix(at + 1);
  }
  std::string_view port;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) refuse(text, "the ] behind its IPv6 address is missing");
    address.host = std::string(authority.substr(1, end - 1));
    port = authority.substr(end + 1);
  } else {
    address.host = std::string(authority.substr(0, authority.find(':')));
    port = authority.substr(address.host.size());
  }
  if (address.host.empty()) refuse(text, "it names no host");
  if (port.starts_with(':')) port.remove_prefix(1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!std::all_of(port.begin(), port.end(), is_digit) || port.size() > 5)
    refuse(text, "its port is no number");
  address.port = port.empty() ? "8000" : std::string(port);
  const bool is_v6 = address.host.find(':') != std::string::npos;
  address.text = (kind == ServerAddress::Kind::https ? "https://" : "http://") +
                 (is_v6 ? "[" + address.host + "]" : address.host) + ":" + address.port + address.path;
  return address;
}

}  // namespace

ServerAddress parse_server_address(const std::string& text) {
  const std::string_view whole(text);
  if (whole.starts_with("http://")) return parse_url(text, whole.substr(7), ServerAddress::Kind::http);
  if (whole.starts_with("https://")) return parse_url(text, whole.substr(8), ServerAddress::Kind::https);
  ServerAddress address;
  address.path = std::string(whole.starts_with("unix:") ? whole.substr(5) : whole);
  if (!address.path.starts_with('/')) refuse(text, "it is neither a URL nor a path that begins with /");
  constexpr std::size_t longest_path = 107;  // sun_path holds 108 octets with the NUL
  if (address.path.size() > longest_path) {
    refuse(text, "the path of a socket has at most " + std::to_string(longest_path) + " octets");
  }
  address.text = address.path;
  return address;
}

void add_credentials(ServerAddress& address, const ConnectionOptions& options) {
  if (address.kind == ServerAddress::Kind::unix_socket) return;
  if (address.user.empty()) address.user = options.user;
  if (!address.password.empty() || options.password_file.empty()) return;
  const std::string text = read_whole_file(options.password_file);
  address.password = text.substr(0, text.find_first_of("\r\n"));
}

}  // namespace chainload::ctl
