// SPDX-License-Identifier: MPL-2.0
// The architecture table and the reading of options 60 and 93 together.
#include "architectures.h"

#include <charconv>

namespace chainload::core {
namespace {

constexpr std::string_view rule_prefix = "built-in/";
constexpr std::uint16_t none = 0xffff;

struct Architecture {
  std::string_view rule;
  std::uint16_t http = none;   // its HTTP form
  std::uint16_t plain = none;  // its form without HTTP
};

/// IANA, "Processor Architecture Types", as of 42 entries.
constexpr std::array<Architecture, architecture_count> architectures = {{
    {"built-in/x86-bios", 20},
    {"built-in/nec-pc98"},
    {"built-in/itanium"},
    {"built-in/dec-alpha"},
    {"built-in/arc-x86"},
    {"built-in/intel-lean-client"},
    {"built-in/x86-uefi", 15},
    {"built-in/x64-uefi", 16},
    {"built-in/efi-xscale"},
    {"built-in/ebc", 17},
    {"built-in/arm32-uefi", 18},
    {"built-in/arm64-uefi", 19},
    {"built-in/powerpc-open-firmware"},
    {"built-in/powerpc-epapr"},
    {"built-in/power-opal-v3"},
    {"built-in/x86-uefi-http", none, 6},
    {"built-in/x64-uefi-http", none, 7},
    {"built-in/ebc-http", none, 9},
    {"built-in/arm32-uefi-http", none, 10},
    {"built-in/arm64-uefi-http", none, 11},
    {"built-in/x86-bios-http", none, 0},
    {"built-in/arm32-uboot", 23},
    {"built-in/arm64-uboot", 24},
    {"built-in/arm32-uboot-http", none, 21},
    {"built-in/arm64-uboot-http", none, 22},
    {"built-in/riscv32-uefi", 26},
    {"built-in/riscv32-uefi-http", none, 25},
    {"built-in/riscv64-uefi", 28},
    {"built-in/riscv64-uefi-http", none, 27},
    {"built-in/riscv128-uefi", 30},
    {"built-in/riscv128-uefi-http", none, 29},
    {"built-in/s390-basic"},
    {"built-in/s390-extended"},
    {"built-in/mips32-uefi"},
    {"built-in/mips64-uefi"},
    {"built-in/sunway32-uefi"},
    {"built-in/sunway64-uefi"},
    {"built-in/loongarch32-uefi", 38},
    {"built-in/loongarch32-uefi-http", none, 37},
    {"built-in/loongarch64-uefi", 40},
    {"built-in/loongarch64-uefi-http", none, 39},
    {"built-in/arm-rpiboot"},
}};

consteval bool pairs_agree() {
  for (std::uint16_t i = 0; i < architecture_count; ++i) {
    if (architectures[i].http != none && architectures[architectures[i].http].plain != i) return false;
    if (architectures[i].plain != none && architectures[architectures[i].plain].http != i) return false;
  }
  return true;
}
static_assert(pairs_agree());

constexpr auto uefi_architectures = [] {
  std::array<bool, architecture_count> are_uefi{};
  for (std::uint16_t i = 0; i < architecture_count; ++i) {
    const std::uint16_t counted = counted_as(i);
    are_uefi[i] = counted == arch::x64_uefi || counted == arch::x64_uefi_http ||
                  architectures[i].rule.find("-uefi") != std::string_view::npos;
  }
  return are_uefi;
}();

std::optional<std::uint16_t> form(std::uint16_t number, std::uint16_t Architecture::*member) {
  if (!is_known_architecture(number) || architectures[number].*member == none) return std::nullopt;
  return architectures[number].*member;
}

std::optional<std::uint16_t> whole_number(std::string_view text, int base) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string_view architecture_rule(std::uint16_t number) {
  return architectures[number].rule;
}

std::string_view architecture_name(std::uint16_t number) {
  return architectures[number].rule.substr(rule_prefix.size());
}

std::optional<std::uint16_t> architecture_by_name(std::string_view name) {
  for (std::uint16_t i = 0; i < architecture_count; ++i) {
    if (architecture_name(i) == name) return i;
  }
  const auto number = whole_number(name, 10);
  return number && is_known_architecture(*number) ? number : std::nullopt;
}

std::optional<std::uint16_t> http_form(std::uint16_t number) {
  return form(number, &Architecture::http);
}
std::optional<std::uint16_t> plain_form(std::uint16_t number) {
  return form(number, &Architecture::plain);
}

bool is_uefi_architecture(std::uint16_t number) {
  return is_known_architecture(number) && uefi_architectures[number];
}

std::optional<std::uint16_t> architecture_in_vendor_class(Bytes vendor_class) {
  constexpr std::string_view label = ":Arch:";
  constexpr std::size_t most_digits = 5;
  const std::string_view text = as_text(vendor_class);
  const std::size_t found = text.find(label);
  if (found == std::string_view::npos) return std::nullopt;
  const std::string_view tail = text.substr(found + label.size());
  const std::string_view digits = tail.substr(0, tail.find(':'));
  if (digits.size() > most_digits) return std::nullopt;
  if (const auto decimal = whole_number(digits, 10)) return decimal;
  return whole_number(digits, 16);
}

ClientArchitectures client_architectures(const Facts& facts) {
  const Bytes vendor_class = facts.vendor_class.value_or(Bytes{});
  const bool says_http = begins_with(vendor_class, "HTTPClient");
  const bool says_pxe = begins_with(vendor_class, "PXEClient");

  ClientArchitectures client;
  std::uint16_t only = 0;  // without option 93
  std::span<const std::uint16_t> sent = facts.architectures.kept();
  if (!sent.empty()) {
    client.source = ArchitectureSource::option_93;
  } else if (const auto number = architecture_in_vendor_class(vendor_class)) {
    client.source = ArchitectureSource::option_60;
    only = *number;
    sent = {&only, 1};
  } else if (says_pxe && as_text(vendor_class).find(":Arch:") == std::string_view::npos) {
    client.source = ArchitectureSource::bare_pxeclient;
    only = arch::x86_bios;
    sent = {&only, 1};
  }
  for (const std::uint16_t number : sent) {
    std::optional<std::uint16_t> other;
    if (says_http) other = http_form(number);
    if (says_pxe) other = plain_form(number);
    client.vendor_class_decided_http = client.vendor_class_decided_http || other.has_value();
    client.numbers.push(other.value_or(number));
  }
  return client;
}

}  // namespace chainload::core
