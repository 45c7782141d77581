// SPDX-License-Identifier: MPL-2.0
// Checks the short form and fills the built-in table from it.
#include "policy.h"

#include <charconv>

#include "reply_limits.h"
#include "text.h"

namespace chainload::core {
namespace {

struct DefaultFirmware {
  std::uint16_t architecture;
  std::string_view name;
};

/// What a short form without `firmware` hands out; the HTTP forms get the same names from
/// http://<next-server>/.
constexpr std::array default_firmware = {
    DefaultFirmware{arch::x86_bios, "undionly.kpxe"},
    DefaultFirmware{arch::x64_uefi, "snponly.efi"},
    DefaultFirmware{arch::arm64_uefi, "snponly-arm64.efi"},
};

bool is_url(std::string_view name) {
  return name.find("://") != std::string_view::npos;
}
bool is_http_url(std::string_view name) {
  return name.starts_with("http://") || name.starts_with("https://");
}

PolicyError error_at(std::string key, std::string sentence) {
  return {std::move(key), std::move(sentence)};
}

std::string in_quotes(std::string_view text) {
  return "\"" + printable(text) + "\"";
}

std::optional<PolicyError> check_name(const std::string& key, const std::string& name) {
  if (name.empty()) return error_at(key, "it is empty: write a file name or a URL");
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (!plain) {
    return error_at(key, in_quotes(name) +
                             " holds a space, a control character or a letter outside ASCII: "
                             "percent-encode it in a URL, or rename the file");
  }
  if (name.find("%{") != std::string::npos) {
    return error_at(key, in_quotes(name) +
                             " holds %{…}, which this version does not expand: "
                             "write ${…}, which gPXE and iPXE expand themselves");
  }
  if (name.size() > boot_file_option_max) {
    return error_at(key, "it is " + std::to_string(name.size()) +
                             " characters long and DHCP option 67 carries " +
                             std::to_string(boot_file_option_max) + ": use a shorter name");
  }
  return std::nullopt;
}

std::optional<PolicyError> check_user_classes(const std::vector<std::string>& classes) {
  if (classes.empty()) {
    return error_at("user-classes",
                    "the list is empty, so that no client would ever get the script: "
                    "name at least one, such as \"gPXE\"");
  }
  for (const std::string& name : classes) {
    if (name.empty() || name.size() > 255) {
      return error_at("user-classes", in_quotes(name) + " is " + std::to_string(name.size()) +
                                          " octets long: a user class has 1 to 255");
    }
  }
  return std::nullopt;
}

/// A name too long for the clients of its architecture is refused here rather than at each packet.
std::optional<PolicyError> check_fits(const std::string& key, std::uint16_t architecture,
                                      const std::string& name) {
  const ClientKind kind =
      is_http_architecture(architecture) ? ClientKind::http_client : ClientKind::pxe_client;
  const std::size_t most = longest_boot_file(kind, architecture);
  if (name.size() <= most) return std::nullopt;
  return error_at(key, in_quotes(name) + " is " + std::to_string(name.size()) + " characters long and " +
                           std::string(architecture_name(architecture)) + " clients read at most " +
                           std::to_string(most) + ": use a shorter name");
}

struct FirmwareTable {
  std::array<std::string, architecture_count> given;
  std::array<std::string, architecture_count> resolved;
};

/// HTTP clients get http://<next-server>/ and the name of their architecture without HTTP, unless a URL is
/// given.
std::string http_firmware(const std::string& own, const std::string& of_plain_form, const std::string& base) {
  if (is_http_url(own)) return own;
  if (!own.empty()) return base + own;
  if (is_http_url(of_plain_form)) return of_plain_form;
  return of_plain_form.empty() || is_url(of_plain_form) ? std::string() : base + of_plain_form;
}

void resolve(FirmwareTable& table, const std::string& next_server_text) {
  for (const auto& [architecture, name] : default_firmware) {
    std::string& plain = table.resolved[architecture];
    plain = table.given[architecture].empty() ? std::string(name) : table.given[architecture];
  }
  for (std::uint16_t i = 0; i < architecture_count; ++i) {
    if (!table.given[i].empty()) table.resolved[i] = table.given[i];
  }
  const std::string base = "http://" + next_server_text + "/";
  for (std::uint16_t i = 0; i < architecture_count; ++i) {
    const auto plain = plain_form(i);
    if (!plain) continue;
    table.resolved[i] = http_firmware(table.given[i], table.resolved[*plain], base);
  }
}

std::optional<PolicyError> fill_firmware(const PolicySettings& settings, Policy& policy) {
  FirmwareTable table;
  for (const auto& [name, file] : settings.firmware) {
    const std::string key = "firmware." + printable(name);
    const auto architecture = architecture_by_name(name);
    if (!architecture) {
      return error_at(key, in_quotes(name) +
                               " is no architecture: write a name such as \"x86-bios\", \"x64-uefi\" or "
                               "\"arm64-uefi\", or a number from 0 to " +
                               std::to_string(architecture_count - 1));
    }
    if (!table.given[*architecture].empty()) {
      return error_at(key, "the architecture " + std::string(architecture_name(*architecture)) +
                               " is given twice, by name and by number: keep one");
    }
    if (auto error = check_name(key, file)) return error;
    if (is_http_architecture(*architecture) && is_url(file) && !is_http_url(file)) {
      return error_at(key, in_quotes(file) + " is not an HTTP URL, and " +
                               std::string(architecture_name(*architecture)) +
                               " clients fetch by HTTP: write http://… or a file name");
    }
    table.given[*architecture] = file;
  }
  resolve(table, policy.next_server_text);
  for (std::uint16_t i = 0; i < architecture_count; ++i) {
    if (table.resolved[i].empty()) continue;
    const std::string key = "firmware." + std::string(architecture_name(i));
    if (auto error = check_fits(key, i, table.resolved[i])) return error;
  }
  policy.firmware = std::move(table.resolved);
  return std::nullopt;
}

}  // namespace

bool Policy::lists_user_class(const UserClasses& classes, std::string_view& found) const {
  for (const std::string& name : user_classes) {
    if (classes.name(name)) {
      found = name;
      return true;
    }
  }
  return false;
}

std::optional<std::uint16_t> Policy::firmware_row(std::uint16_t architecture) const {
  if (!is_known_architecture(architecture)) return std::nullopt;
  if (!firmware[architecture].empty()) return architecture;
  const std::uint16_t counted = counted_as(architecture);
  return firmware[counted].empty() ? std::nullopt : std::optional(counted);
}

MadePolicy make_policy(const PolicySettings& settings) {
  Policy policy;
  const auto fail = [](PolicyError error) { return MadePolicy{std::nullopt, std::move(error)}; };

  if (settings.next_server.empty()) {
    return fail(error_at("next-server",
                         "it is missing or empty: write the IPv4 address of the boot server, "
                         "such as \"192.0.2.10\""));
  }
  const auto next_server = parse_ipv4(settings.next_server);
  if (!next_server) {
    return fail(
        error_at("next-server", in_quotes(settings.next_server) +
                                    " is not an IPv4 address: write four numbers, such as \"192.0.2.10\" "
                                    "(clients that boot cannot look up names here)"));
  }
  if (*next_server == Ipv4::unset || static_cast<std::uint32_t>(*next_server) >> 28 >= 0xe) {
    return fail(error_at("next-server",
                         in_quotes(settings.next_server) +
                             " is not the address of one machine: write the boot server's own address"));
  }
  policy.next_server = *next_server;
  policy.next_server_text = settings.next_server;

  if (settings.script.empty()) {
    return fail(error_at("script",
                         "it is missing or empty: write the URL of the boot script, "
                         "such as \"http://192.0.2.10/boot.php\""));
  }
  if (auto error = check_name("script", settings.script)) return fail(std::move(*error));
  policy.script = settings.script;

  if (auto error = check_user_classes(settings.user_classes)) return fail(std::move(*error));
  policy.user_classes = settings.user_classes;
  policy.enabled = settings.enabled;

  if (auto error = fill_firmware(settings, policy)) return fail(std::move(*error));
  return {std::move(policy), {}};
}

std::string canonical_text(const Policy& policy) {
  std::string text = "enabled " + std::to_string(policy.enabled) + "\nnext-server " +
                     policy.next_server_text + "\nscript " + policy.script + "\n";
  std::vector<std::string> classes = policy.user_classes;
  std::sort(classes.begin(), classes.end());
  classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
  for (const std::string& name : classes) text += "user-class " + hex(name) + "\n";
  for (std::uint16_t i = 0; i < architecture_count; ++i) {
    if (!policy.firmware[i].empty())
      text += "firmware " + std::to_string(i) + " " + policy.firmware[i] + "\n";
  }
  return text;
}

std::optional<Ipv4> parse_ipv4(std::string_view text) {
  std::uint32_t address = 0;
  for (int part = 0; part < 4; ++part) {
    std::uint8_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const auto digits = static_cast<std::size_t>(end - text.data());
    if (error != std::errc{} || (digits > 1 && text.front() == '0')) return std::nullopt;
    address = address << 8 | number;
    text.remove_prefix(digits);
    if (part == 3) break;
    if (!text.starts_with('.')) return std::nullopt;
    text.remove_prefix(1);
  }
  return text.empty() ? std::optional(Ipv4{address}) : std::nullopt;
}

}  // namespace chainload::core
