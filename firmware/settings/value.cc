// SPDX-License-Identifier: MPL-2.0
// Text to bytes and bytes to text, for each type of setting.
#include "settings/value.h"

#include <array>

namespace settings {

namespace {

using base::Error;
using base::ErrorCode;

struct TypeName {
  std::string_view name;
  Type type;
};
constexpr TypeName type_names[] = {
    {"string", Type::string}, {"uristring", Type::uristring}, {"ipv4", Type::ipv4},
    {"int8", Type::int8},     {"int16", Type::int16},         {"int32", Type::int32},
    {"uint8", Type::uint8},   {"uint16", Type::uint16},       {"uint32", Type::uint32},
    {"hex", Type::hex},       {"hexhyp", Type::hexhyp},       {"hexraw", Type::hexraw},
    {"uuid", Type::uuid},     {"guid", Type::guid},           {"base64", Type::base64},
};

constexpr std::size_t integer_size(Type type) {
  return type == Type::int8 || type == Type::uint8 ? 1 : type == Type::int16 || type == Type::uint16 ? 2 : 4;
}
constexpr bool is_signed(Type type) {
  return type >= Type::int8 && type <= Type::int32;
}

bool is_unreserved(char c) {  // [rfc3986 2.3]
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

Error not_a(std::string_view text, std::string_view what) {
  return Error(ErrorCode::invalid, "\"{}\" is not {}", text, what);
}

base::Result<base::Bytes> parse_integer(Type type, std::string_view text, base::MutBytes buffer) {
  std::string_view digits = text;
  const bool negative = is_signed(type) && digits.starts_with('-');
  if (negative) digits.remove_prefix(1);
  const bool hexadecimal = digits.starts_with("0x") || digits.starts_with("0X");
  if (hexadecimal) digits.remove_prefix(2);
  std::uint64_t value = 0;
  const unsigned bits = static_cast<unsigned>(8 * integer_size(type));
  const std::uint64_t limit =
      is_signed(type) ? (std::uint64_t{1} << (bits - 1)) - !negative : (std::uint64_t{1} << bits) - 1;
  if (!base::parse_number(digits, hexadecimal ? 16 : 10, value) || value > limit) {
    return Error(ErrorCode::invalid, "\"{}\" is not a whole number that fits {} bits", text, bits);
  }
  std::array<std::uint8_t, 4> wire;
  base::store_be32(wire.data(), static_cast<std::uint32_t>(negative ? 0 - value : value));
  std::memcpy(buffer.data(), wire.data() + 4 - bits / 8, bits / 8);
  return base::Bytes(buffer.first(bits / 8));
}

/// Pairs of hexadecimal digits, with or without one of the usual marks between them.
base::Result<base::Bytes> parse_hex(std::string_view text, base::MutBytes buffer) {
  std::size_t used = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    std::uint64_t octet = 0;
    if (used > 0 && (rest[0] == ':' || rest[0] == '-')) rest.remove_prefix(1);
    if (!base::parse_number(rest.substr(0, 2), 16, octet) || used == buffer.size()) {
      return not_a(text, "hexadecimal bytes such as 52:54:00:12:34:56");
    }
    buffer[used++] = static_cast<std::uint8_t>(octet);
    rest.remove_prefix(rest.size() < 2 ? rest.size() : 2);
  }
  return base::Bytes(buffer.first(used));
}

void format_hex(base::Bytes bytes, std::string_view mark, base::TextWriter& out) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) out.append(mark);
    out.print("{}", base::Hex{bytes[i], 2});
  }
}

constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

base::Result<base::Bytes> parse_base64(std::string_view text, base::MutBytes buffer) {
  std::size_t used = 0;
  std::uint32_t bits = 0;
  unsigned bit_count = 0;
  for (char c : text.substr(0, text.find('='))) {
    const std::size_t digit = base64_digits.find(c);
    if (digit == std::string_view::npos || used == buffer.size()) return not_a(text, "base64 that fits");
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    bit_count += 6;
    if (bit_count < 8) continue;
    bit_count -= 8;
    buffer[used++] = static_cast<std::uint8_t>(bits >> bit_count);
  }
  return base::Bytes(buffer.first(used));
}

void format_base64(base::Bytes bytes, base::TextWriter& out) {
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < bytes.size() ? bytes[i + k] : 0U);
    for (std::size_t k = 0; k < 4; ++k) {
      out.append(i + k <= bytes.size() ? base64_digits[group >> (18 - 6 * k) & 63] : '=');
    }
  }
}

}  // namespace

void swap_guid(base::Bytes from, base::MutBytes to) {
  constexpr std::uint8_t order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
  for (std::size_t i = 0; i < 16; ++i) to[i] = from[order[i]];
}

std::string_view name_of(Type type) {
  for (const TypeName& entry : type_names) {
    if (entry.type == type) return entry.name;
  }
  return {};
}

std::optional<Type> type_named(std::string_view name) {
  for (const TypeName& entry : type_names) {
    if (entry.name == name) return entry.type;
  }
  return std::nullopt;
}

base::Result<base::Bytes> parse_value(Type type, std::string_view text, base::MutBytes buffer) {
  switch (type) {
    case Type::string:
    case Type::uristring:
      if (text.size() > buffer.size()) {
        return Error(ErrorCode::too_large, "The value is longer than the {} characters a setting can have",
                     buffer.size());
      }
      base::copy_bytes(buffer.data(), base::as_bytes(text));
      return base::Bytes(buffer.first(text.size()));
    case Type::ipv4: {
      base::Ipv4Address address;
      if (!base::parse_ipv4(text, address)) return not_a(text, "an IPv4 address such as 192.0.2.1");
      base::store_be32(buffer.data(), address.value);
      return base::Bytes(buffer.first(4));
    }
    case Type::uuid:
    case Type::guid: {
      std::array<std::uint8_t, 16> octets;
      auto bytes = parse_hex(text, octets);
      if (!bytes.ok() || bytes->size() != 16 || buffer.size() < 16)
        return not_a(text, "a UUID of 32 hexadecimal digits");
      if (type == Type::guid) {
        swap_guid(octets, buffer);
      } else {
        base::copy_bytes(buffer.data(), octets);
      }
      return base::Bytes(buffer.first(16));
    }
    case Type::base64:
      return parse_base64(text, buffer);
    case Type::hex:
    case Type::hexhyp:
    case Type::hexraw:
      return parse_hex(text, buffer);
    default:
      return parse_integer(type, text, buffer);
  }
}

void format_value(Type type, base::Bytes bytes, base::TextWriter& out) {
  switch (type) {
    case Type::string:
    case Type::uristring: {
      std::string_view text = base::as_text(bytes);
      text = text.substr(0, text.find('\0'));  // Deviation: some servers count a string's NUL as part of it
      for (char c : text) {
        if (type == Type::string || is_unreserved(c)) {
          out.append(c);
        } else {
          out.print("%{}", base::Hex{static_cast<std::uint8_t>(c), 2});
        }
      }
      return;
    }
    case Type::ipv4:
      if (bytes.size() >= 4)
        out.print("{}", base::Ipv4Address{base::load_be32(bytes.data())});  // the first of a list
      return;
    case Type::hex:
      return format_hex(bytes, ":", out);
    case Type::hexhyp:
      return format_hex(bytes, "-", out);
    case Type::hexraw:
      return format_hex(bytes, "", out);
    case Type::base64:
      return format_base64(bytes, out);
    case Type::uuid:
    case Type::guid: {
      if (bytes.size() != 16) return;
      std::array<std::uint8_t, 16> swapped;
      swap_guid(bytes, swapped);
      if (type == Type::guid) bytes = swapped;
      for (std::size_t i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out.append('-');
        out.print("{}", base::Hex{bytes[i], 2});
      }
      return;
    }
    default: {
      if (bytes.empty() || bytes.size() > 4) return;  // more bytes than the type can hold are no number
      std::uint32_t value = 0;
      for (std::uint8_t byte : bytes) value = value << 8 | byte;
      const unsigned unused = static_cast<unsigned>(32 - 8 * bytes.size());
      if (is_signed(type)) {
        out.print("{}", static_cast<std::int32_t>(value << unused) >> unused);
      } else {
        out.print("{}", value);
      }
      return;
    }
  }
}

}  // namespace settings
