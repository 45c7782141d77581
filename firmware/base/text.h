// SPDX-License-Identifier: MPL-2.0
// Building text without allocation: a writer over a fixed buffer, and `{}` formatting.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/address.h"

namespace base {

/// Numbers that print in hexadecimal, zero-padded to `digits`.
struct Hex {
  std::uint64_t value;
  unsigned digits = 0;
};

/// One value to be formatted. Small and copied; text is only referred to.
class FormatArg {
 public:
  enum class Kind : std::uint8_t { text, character, unsigned_number, signed_number, hex, mac, ipv4 };

  constexpr FormatArg(std::string_view text) : kind_(Kind::text), text_{text.data(), text.size()} {}
  constexpr FormatArg(const char* text) : FormatArg(std::string_view(text)) {}
  constexpr FormatArg(char c) : kind_(Kind::character), number_(static_cast<unsigned char>(c)) {}
  template <std::integral Int>
  constexpr FormatArg(Int value)
      : kind_(std::signed_integral<Int> ? Kind::signed_number : Kind::unsigned_number),
        number_(static_cast<std::uint64_t>(value)) {}
  constexpr FormatArg(Hex hex)
      : kind_(Kind::hex), digits_(static_cast<std::uint8_t>(hex.digits)), number_(hex.value) {}
  constexpr FormatArg(const MacAddress& mac) : kind_(Kind::mac), number_(0) {
    for (std::uint8_t octet : mac.octets) number_ = number_ << 8 | octet;
  }
  constexpr FormatArg(Ipv4Address address) : kind_(Kind::ipv4), number_(address.value) {}

  Kind kind() const { return kind_; }
  unsigned digits() const { return digits_; }
  std::uint64_t number() const { return kind_ == Kind::text ? 0 : number_; }
  std::string_view text() const { return {text_.data, text_.size}; }

 private:
  Kind kind_;
  std::uint8_t digits_ = 0;
  union {
    std::uint64_t number_;
    struct {
      const char* data;
      std::size_t size;
    } text_;
  };
};

/// The arguments of one pattern; there may be none.
template <class... Args>
using FormatArgs = std::array<FormatArg, sizeof...(Args)>;

/// Appends to a caller's buffer; what does not fit is left out and remembered.
class TextWriter {
 public:
  explicit constexpr TextWriter(std::span<char> buffer) : buffer_(buffer) {}

  void append(std::string_view text);
  void append(char c) { append(std::string_view(&c, 1)); }
  /// Each `{}` of `pattern` is replaced by the next argument; arguments that are left over are dropped.
  void format(std::string_view pattern, std::span<const FormatArg> arguments);
  template <class... Args>
  void print(std::string_view pattern, const Args&... arguments) {
    const std::array<FormatArg, sizeof...(Args)> list{FormatArg(arguments)...};
    format(pattern, list);
  }

  std::string_view view() const { return {buffer_.data(), used_}; }
  bool overflowed() const { return overflowed_; }
  void clear() {
    used_ = 0;
    overflowed_ = false;
  }

 private:
  void append_arg(const FormatArg& argument);
  void append_number(std::uint64_t value, unsigned radix, unsigned least_digits);

  std::span<char> buffer_;
  std::size_t used_ = 0;
  bool overflowed_ = false;
};

/// As much of `text` as `room` holds goes there; how many characters that were.
std::size_t copy_text(std::span<char> room, std::string_view text);

/// Text with room for N characters, kept by value.
template <std::size_t N>
class Text {
 public:
  Text() = default;
  Text(std::string_view text) { assign(text); }

  /// False when `text` was longer than the room; then what fits is kept.
  bool assign(std::string_view text) {
    size_ = copy_text(characters_, text);
    return size_ == text.size();
  }
  template <class... Args>
  bool print(std::string_view pattern, const Args&... arguments) {
    return format(pattern, FormatArgs<Args...>{FormatArg(arguments)...});
  }
  bool format(std::string_view pattern, std::span<const FormatArg> arguments) {
    TextWriter writer(characters_);
    writer.format(pattern, arguments);
    size_ = writer.view().size();
    return !writer.overflowed();
  }
  void clear() { size_ = 0; }
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  std::string_view view() const { return {characters_.data(), size_}; }
  operator std::string_view() const { return view(); }
  static constexpr std::size_t capacity() { return N; }

 private:
  std::array<char, N> characters_;  // the first size_ are meaningful
  std::size_t size_ = 0;
};

/// The number that is the whole of `text`, in `radix` 10 or 16; false when it is anything else or does not fit.
bool parse_number(std::string_view text, unsigned radix, std::uint64_t& value);
/// An IPv4 address in dotted form; false when it is anything else.
bool parse_ipv4(std::string_view text, Ipv4Address& address);
/// True when the two are the same but for the case of ASCII letters.
bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace base
