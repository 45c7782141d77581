// SPDX-License-Identifier: MPL-2.0
// Checks the short form and fills the built-in table from it.
#include "built_in.h"

#include <charconv>

#include "core/facts/text.h"
#include "reply_limits.h"

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

constexpr std::array<std::string_view, 2> default_user_classes = {"gPXE", "iPXE"};

bool is_url(std::string_view name) {
  return name.find("://") != std::string_view::npos;
}
bool is_http_url(std::string_view name) {
  return name.starts_with("http://") || name.starts_with("https://");
}

/// Adds problems under the scope's path, each with the place of its key.
class Faults {
 public:
  Faults(const ShortForm& form, const std::string& path, Problems& problems)
      : form_(form), path_(path), problems_(problems), before_(problems.seen()) {}

  void add(const std::string& key, std::string sentence) {
    problems_.add(joined(path_, key), place_of(key), std::move(sentence));
  }
  bool any() const { return problems_.seen() != before_; }

 private:
  std::string place_of(std::string_view key) const {
    for (const auto& [placed, place] : form_.places) {
      if (placed == key) return place;
    }
    if (key.empty()) return {};
    const std::size_t dot = key.find('.');
    return place_of(dot == std::string_view::npos ? std::string_view() : key.substr(0, dot));
  }

  const ShortForm& form_;
  const std::string& path_;
  Problems& problems_;
  std::size_t before_;
};

std::optional<Template> compile_name(const std::string& key, const std::string& text, Faults& faults) {
  std::string sentence;
  auto made = Template::compile(text, TemplateUse::boot_file, sentence);
  if (!made) faults.add(key, std::move(sentence));
  return made;
}

std::shared_ptr<const std::vector<std::string>> make_user_classes(const ShortForm& form,
                                                                  const BuiltInTable* same, Faults& faults) {
  std::vector<std::string> classes(default_user_classes.begin(), default_user_classes.end());
  if (form.user_classes) classes = *form.user_classes;
  if (classes.empty()) {
    faults.add("user-classes",
               "the list is empty, so that no client would ever get the script: "
               "name at least one, such as \"gPXE\"");
  }
  for (const std::string& name : classes) {
    if (!name.empty() && name.size() <= 255) continue;
    faults.add("user-classes", in_quotes(name) + " is " + std::to_string(name.size()) +
                                   " octets long: a user class has 1 to 255");
  }
  if (same != nullptr && *same->user_classes == classes) return same->user_classes;
  return std::make_shared<const std::vector<std::string>>(std::move(classes));
}

/// A name too long for the clients of its architecture is refused here rather than at each packet.
void check_fits(const std::string& key, std::uint16_t architecture, const Template& name, Faults& faults) {
  const ClientKind kind =
      is_http_architecture(architecture) ? ClientKind::http_client : ClientKind::pxe_client;
  const std::size_t most = longest_boot_file(kind, architecture);
  if (name.least_len() <= most) return;
  faults.add(key, in_quotes(name.text()) + " is " + std::to_string(name.least_len()) +
                      " characters long and " + std::string(architecture_name(architecture)) +
                      " clients read at most " + std::to_string(most) + ": use a shorter name");
}

using Names = std::array<std::string, architecture_count>;

/// HTTP clients get http://<next-server>/ and the name of their architecture without HTTP, unless a URL is
/// given.
std::string http_firmware(const std::string& own, const std::string& of_plain_form, const std::string& base) {
  if (is_http_url(own)) return own;
  if (!own.empty()) return base + own;
  if (is_http_url(of_plain_form)) return of_plain_form;
  return of_plain_form.empty() || is_url(of_plain_form) ? std::string() : base + of_plain_form;
}

Names resolved(const Names& given, const std::string& next_server_text) {
  Names names = given;
  for (const auto& [architecture, name] : default_firmware) {
    if (names[architecture].empty()) names[architecture] = name;
  }
  const std::string base = "http://" + next_server_text + "/";
  for (std::uint16_t i = 0; i < architecture_count; ++i) {
    if (const auto plain = plain_form(i)) names[i] = http_firmware(given[i], names[*plain], base);
  }
  return names;
}

Names read_given(const ShortForm& form, Faults& faults) {
  Names given;
  if (!form.firmware) return given;
  for (const auto& [name, file] : *form.firmware) {
    const std::string key = "firmware." + printable(name);
    const auto architecture = architecture_by_name(name);
    if (!architecture) {
      faults.add(key, in_quotes(name) +
                          " is no architecture: write a name such as \"x86-bios\", \"x64-uefi\" or "
                          "\"arm64-uefi\", or a number from 0 to " +
                          std::to_string(architecture_count - 1));
    } else if (!given[*architecture].empty()) {
      faults.add(key, "the architecture " + std::string(architecture_name(*architecture)) +
                          " is given twice, by name and by number: keep one");
    } else if (is_http_architecture(*architecture) && is_url(file) && !is_http_url(file)) {
      faults.add(key, in_quotes(file) + " is not an HTTP URL, and " +
                          std::string(architecture_name(*architecture)) +
                          " clients fetch by HTTP: write http://… or a file name");
    } else if (compile_name(key, file, faults)) {
      given[*architecture] = file;
    }
  }
  return given;
}

std::shared_ptr<const FirmwareNames> make_firmware(const ShortForm& form, const std::string& next_server_text,
                                                   Faults& faults) {
  const Names given = read_given(form, faults);
  if (faults.any()) return nullptr;
  const Names names = resolved(given, next_server_text);
  auto firmware = std::make_shared<FirmwareNames>();
  for (std::uint16_t i = 0; i < architecture_count; ++i) {
    if (names[i].empty()) continue;
    const std::string key = "firmware." + std::string(architecture_name(i));
    (*firmware)[i] = compile_name(key, names[i], faults);
    if ((*firmware)[i]) check_fits(key, i, *(*firmware)[i], faults);
  }
  return firmware;
}

/// Unset after a problem.
Ipv4 make_next_server(const ShortForm& form, Faults& faults) {
  if (!form.next_server || form.next_server->empty()) {
    faults.add(
        "next-server",
        "it is missing or empty, and no outer scope has one: write the IPv4 address of the boot server, "
        "such as \"192.0.2.10\"");
    return Ipv4::unset;
  }
  std::string sentence;
  const auto address = read_next_server(*form.next_server, sentence);
  if (!address) faults.add("next-server", std::move(sentence));
  return address.value_or(Ipv4::unset);
}

}  // namespace

ShortForm inherit(const ShortForm& inner, const ShortForm& outer) {
  ShortForm form = inner;
  if (!form.next_server) form.next_server = outer.next_server;
  if (!form.script) form.script = outer.script;
  if (!form.user_classes) form.user_classes = outer.user_classes;
  if (!form.firmware) form.firmware = outer.firmware;
  return form;
}

bool BuiltInTable::lists_user_class(const UserClasses& classes, std::string_view& found) const {
  for (const std::string& name : *user_classes) {
    if (classes.name(name)) {
      found = name;
      return true;
    }
  }
  return false;
}

std::optional<std::uint16_t> BuiltInTable::firmware_row(std::uint16_t architecture) const {
  if (!is_known_architecture(architecture)) return std::nullopt;
  if ((*firmware)[architecture]) return architecture;
  const std::uint16_t counted = counted_as(architecture);
  return (*firmware)[counted] ? std::optional(counted) : std::nullopt;
}

std::shared_ptr<const BuiltInTable> make_built_in_table(const ShortForm& form, const std::string& path,
                                                        const BuiltInTable* same_firmware,
                                                        Problems& problems) {
  Faults faults(form, path, problems);
  auto table = std::make_shared<BuiltInTable>();
  table->next_server = make_next_server(form, faults);
  table->next_server_text = form.next_server.value_or(std::string());
  if (form.script) table->script = compile_name("script", *form.script, faults);
  table->user_classes = make_user_classes(form, same_firmware, faults);
  table->firmware = same_firmware != nullptr ? same_firmware->firmware
                                             : make_firmware(form, table->next_server_text, faults);
  if (faults.any()) return nullptr;
  return table;
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

std::optional<Ipv4> read_next_server(std::string_view text, std::string& sentence) {
  const auto address = parse_ipv4(text);
  if (!address) {
    sentence = in_quotes(text) +
               " is not an IPv4 address: write four numbers, such as \"192.0.2.10\" "
               "(clients that boot cannot look up names here)";
    return std::nullopt;
  }
  if (*address == Ipv4::unset || static_cast<std::uint32_t>(*address) >> 28 >= 0xe) {
    sentence = in_quotes(text) + " is not the address of one machine: write the boot server's own address";
    return std::nullopt;
  }
  return address;
}

}  // namespace chainload::core
