// SPDX-License-Identifier: MPL-2.0
// The IANA registry of processor architecture types (option 93) by name, and what 60 and 93 together say of a
// client.
#pragma once

#include <optional>

#include "facts.h"

namespace chainload::core {

inline constexpr std::size_t architecture_count = 42;

namespace arch {
inline constexpr std::uint16_t x86_bios = 0;
inline constexpr std::uint16_t x64_uefi = 7;
inline constexpr std::uint16_t arm64_uefi = 11;
inline constexpr std::uint16_t x64_uefi_http = 16;
inline constexpr std::uint16_t arm64_uefi_http = 19;
inline constexpr std::uint16_t x86_bios_http = 20;
inline constexpr std::uint16_t arm_rpiboot = 41;
}  // namespace arch

constexpr bool is_known_architecture(std::uint16_t number) {
  return number < architecture_count;
}

/// Only for known numbers. The rule of the built-in table that serves an architecture carries its name.
std::string_view architecture_rule(std::uint16_t number);
std::string_view architecture_name(std::uint16_t number);

/// By name or by decimal number.
std::optional<std::uint16_t> architecture_by_name(std::string_view name);

/// The same machine booting by HTTP, or not by HTTP; nothing where the registry has no such pair.
std::optional<std::uint16_t> http_form(std::uint16_t number);
std::optional<std::uint16_t> plain_form(std::uint16_t number);
inline bool is_http_architecture(std::uint16_t number) {
  return plain_form(number).has_value();
}

/// UEFI, plain or HTTP: EDK2 and its kin read option 67.
bool is_uefi_architecture(std::uint16_t number);

/// 9 (EBC) counts as 7 and 17 as 16: firmware disagrees about which number x86-64 has [rfc4578 erratum 4624].
constexpr std::uint16_t counted_as(std::uint16_t number) {
  if (number == 9) return arch::x64_uefi;
  if (number == 17) return arch::x64_uefi_http;
  return number;
}

/// The number in `PXEClient:Arch:00007:…`. Decimal, but U-Boot for riscv64 prints hexadecimal: a letter gives
/// it away.
std::optional<std::uint16_t> architecture_in_vendor_class(Bytes vendor_class);

enum class ArchitectureSource : std::uint8_t {
  unknown,        // neither option says
  option_93,      //
  option_60,      // no usable 93
  bare_pxeclient  // no 93, and a 60 without `:Arch:`: the ROMs that send this are BIOS ROMs
};

struct ClientArchitectures {
  FirstFew<std::uint16_t, architectures_read> numbers;  // in the client's order
  ArchitectureSource source = ArchitectureSource::unknown;
  bool vendor_class_decided_http = false;  // 60 and 93 disagreed about HTTP and 60 was believed
};

ClientArchitectures client_architectures(const Facts& facts);

}  // namespace chainload::core
