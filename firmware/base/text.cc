// SPDX-License-Identifier: MPL-2.0
#include "base/text.h"

namespace base {

void TextWriter::append(std::string_view text) {
  const std::size_t room = buffer_.size() - used_;
  const std::size_t n = text.size() < room ? text.size() : room;
  if (n < text.size()) overflowed_ = true;
  for (std::size_t i = 0; i < n; ++i) buffer_[used_ + i] = text[i];
  used_ += n;
}

void TextWriter::append_number(std::uint64_t value, unsigned radix, unsigned least_digits) {
  char digits[24];
  std::size_t at = sizeof digits;
  do {
    digits[--at] = "0123456789abcdef"[value % radix];
    value /= radix;
  } while ((value != 0 || sizeof digits - at < least_digits) && at > 0);
  append(std::string_view(digits + at, sizeof digits - at));
}

void TextWriter::append_arg(const FormatArg& argument) {
  const std::uint64_t number = argument.number();
  switch (argument.kind()) {
    case FormatArg::Kind::text:
      append(argument.text());
      return;
    case FormatArg::Kind::character:
      append(static_cast<char>(number));
      return;
    case FormatArg::Kind::signed_number:
      if (static_cast<std::int64_t>(number) < 0) {
        append('-');
        append_number(0 - number, 10, 1);
        return;
      }
      [[fallthrough]];
    case FormatArg::Kind::unsigned_number:
      append_number(number, 10, 1);
      return;
    case FormatArg::Kind::hex:
      append_number(number, 16, argument.digits());
      return;
    case FormatArg::Kind::mac:
      for (int shift = 40; shift >= 0; shift -= 8) {
        append_number(number >> shift & 0xff, 16, 2);
        if (shift != 0) append(':');
      }
      return;
    case FormatArg::Kind::ipv4:
      for (int shift = 24; shift >= 0; shift -= 8) {
        append_number(number >> shift & 0xff, 10, 1);
        if (shift != 0) append('.');
      }
      return;
  }
}

void TextWriter::format(std::string_view pattern, std::span<const FormatArg> arguments) {
  std::size_t next = 0;
  while (!pattern.empty()) {
    const std::size_t mark = pattern.find("{}");
    append(pattern.substr(0, mark));
    if (mark == std::string_view::npos) return;
    if (next < arguments.size()) append_arg(arguments[next++]);
    pattern.remove_prefix(mark + 2);
  }
}

std::size_t copy_text(std::span<char> room, std::string_view text) {
  TextWriter out(room);
  out.append(text);
  return out.view().size();
}

bool parse_number(std::string_view text, unsigned radix, std::uint64_t& value) {
  if (text.empty()) return false;
  std::uint64_t sum = 0;
  for (char c : text) {
    unsigned digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<unsigned>(c - '0');
    } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
      digit = static_cast<unsigned>((c | 0x20) - 'a') + 10;
    } else {
      return false;
    }
    if (digit >= radix || sum > (UINT64_MAX - digit) / radix) return false;
    sum = sum * radix + digit;
  }
  value = sum;
  return true;
}

bool parse_ipv4(std::string_view text, Ipv4Address& address) {
  std::uint32_t sum = 0;
  for (int part = 0; part < 4; ++part) {
    const std::size_t dot = part < 3 ? text.find('.') : text.size();
    std::uint64_t octet = 0;
    if (dot == std::string_view::npos || dot > 3 || !parse_number(text.substr(0, dot), 10, octet) || octet > 255) {
      return false;
    }
    sum = sum << 8 | static_cast<std::uint32_t>(octet);
    text.remove_prefix(part < 3 ? dot + 1 : dot);
  }
  address.value = sum;
  return true;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

}  // namespace base
