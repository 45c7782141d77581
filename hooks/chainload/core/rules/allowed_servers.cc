// SPDX-License-Identifier: MPL-2.0
// Finding the server in a name, and looking it up among those that are allowed.
#include "allowed_servers.h"

#include <algorithm>
#include <charconv>

#include "built_in.h"
#include "core/facts/text.h"

namespace chainload::core {
namespace {

constexpr std::size_t longest_name = 253;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool is_host_name(std::string_view text) {
  const auto may_stand = [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
  };
  return !text.empty() && text.size() <= longest_name && std::all_of(text.begin(), text.end(), may_stand) &&
         std::any_of(text.begin(), text.end(), is_letter);
}

/// What stands between // and the path, without user and port [rfc3986 3.2].
std::string_view host_of_authority(std::string_view text) {
  std::string_view authority = text.substr(0, text.find_first_of("/?#\\"));
  if (const auto user = authority.rfind('@'); user != std::string_view::npos)
    authority.remove_prefix(user + 1);
  const auto colon = authority.rfind(':');
  if (colon != std::string_view::npos &&
      std::all_of(authority.begin() + static_cast<std::ptrdiff_t>(colon) + 1, authority.end(), is_digit)) {
    authority = authority.substr(0, colon);
  }
  return authority;
}

/// With its colon; 0: it begins with none [rfc3986 3.1].
std::size_t scheme_len(std::string_view text) {
  if (text.empty() || !is_letter(text.front())) return 0;
  const auto end = std::find_if_not(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
  return end != text.end() && *end == ':' ? static_cast<std::size_t>(end - text.begin()) + 1 : 0;
}

}  // namespace

BootHost boot_host(std::string_view boot_file) {
  using Kind = BootHost::Kind;
  while (!boot_file.empty() && boot_file.front() == ' ') boot_file.remove_prefix(1);
  if (boot_file.starts_with("%{") || boot_file.starts_with("${")) return {Kind::unclear, {}};
  const std::size_t scheme = scheme_len(boot_file);
  const std::string_view rest = boot_file.substr(scheme);
  if (rest.starts_with("//")) return {Kind::named, host_of_authority(rest.substr(2))};
  return {scheme == 0 ? Kind::none : Kind::unclear, {}};
}

bool AllowedServers::add(std::string_view text) {
  const auto slash = text.find('/');
  const std::string_view length = slash == std::string_view::npos ? "32" : text.substr(slash + 1);
  if (const auto address = parse_ipv4(text.substr(0, slash))) {
    unsigned bits = 0;
    const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
    if (error != std::errc{} || end != length.data() + length.size() || bits > 32) return false;
    const std::uint32_t mask = bits == 0 ? 0 : ~std::uint32_t{0} << (32 - bits);
    if ((static_cast<std::uint32_t>(*address) & ~mask) != 0) return false;
    networks_.push_back({static_cast<std::uint32_t>(*address), mask});
    return true;
  }
  if (!is_host_name(text)) return false;
  names_.push_back(lower(text));
  return true;
}

bool AllowedServers::holds(Ipv4 address) const {
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    return (static_cast<std::uint32_t>(address) & network.mask) == network.prefix;
  });
}

bool AllowedServers::holds(std::string_view host) const {
  if (const auto address = parse_ipv4(host)) return holds(*address);
  return std::find(names_.begin(), names_.end(), lower(host)) != names_.end();
}

void AllowedServers::check(const Rule& rule, const std::string& path, Problems& problems) const {
  if (is_open_) return;
  const auto refuse = [&](const char* key, const std::string& value, const std::string& sentence) {
    problems.add(joined(path, key), rule.place, in_quotes(value) + " " + sentence);
  };
  const std::string remedy = ": name one of allowed-servers, or let that list be extended";
  if (rule.boot.next_server && !holds(*rule.boot.next_server)) {
    refuse("boot.next-server", rule.boot.next_server_text, "is not among the allowed servers" + remedy);
  }
  const bool names_server = rule.boot.server_hostname && !rule.boot.server_hostname->text().empty();
  if (names_server && !holds(rule.boot.server_hostname->text())) {
    refuse("boot.server-hostname", rule.boot.server_hostname->text(),
           "is not among the allowed servers" + remedy);
  }
  if (!rule.boot.boot_file) return;
  const std::string& name = rule.boot.boot_file->text();
  const BootHost found = boot_host(name);
  if (found.kind == BootHost::Kind::unclear) {
    refuse("boot.boot-file-name", name,
           "does not say which server it means: write a URL with // and a host, or a name that begins with "
           "neither a variable nor a scheme");
  } else if (found.kind == BootHost::Kind::named && !holds(found.host)) {
    refuse("boot.boot-file-name", name,
           "sends machines to " + in_quotes(found.host) + ", which is not among the allowed servers" +
               remedy);
  }
}

}  // namespace chainload::core
