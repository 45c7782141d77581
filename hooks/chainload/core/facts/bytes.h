// SPDX-License-Identifier: MPL-2.0
// Byte views, network byte order, and the two bounded containers the packet path uses instead of the heap.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

namespace chainload::core {

using Bytes = std::span<const std::uint8_t>;

/// The caller has checked that two octets stand at `at`.
constexpr std::uint16_t be16(Bytes bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

/// The caller has checked that four octets stand at `at`.
constexpr std::uint32_t be32(Bytes bytes, std::size_t at) {
  return std::uint32_t{be16(bytes, at)} << 16 | be16(bytes, at + 2);
}

inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

constexpr bool equals(Bytes bytes, std::string_view text) {
  if (!std::is_constant_evaluated()) {
    return bytes.size() == text.size() &&
           (text.empty() || std::memcmp(bytes.data(), text.data(), text.size()) == 0);
  }
  return std::equal(
      bytes.begin(), bytes.end(), text.begin(), text.end(),
      [](std::uint8_t octet, char letter) { return octet == static_cast<std::uint8_t>(letter); });
}

constexpr bool begins_with(Bytes bytes, std::string_view text) {
  return bytes.size() >= text.size() && equals(bytes.first(text.size()), text);
}

/// Keeps the first `capacity` values and counts all that were offered.
template <class T, std::size_t capacity>
class FirstFew {
 public:
  constexpr void push(T value) {
    if (kept_ < capacity) values_[kept_++] = value;
    ++seen_;
  }
  constexpr std::span<const T> kept() const { return std::span<const T>(values_).first(kept_); }
  constexpr std::size_t seen() const { return seen_; }
  constexpr bool empty() const { return kept_ == 0; }

 private:
  std::array<T, capacity> values_{};
  std::size_t kept_ = 0;
  std::size_t seen_ = 0;
};

/// Octets with a fixed capacity. Appending past it appends nothing and answers false: nothing is ever cut.
template <std::size_t capacity>
class BoundedBytes {
 public:
  [[nodiscard]] constexpr bool append(Bytes more) {
    if (more.size() > capacity - len_) return false;
    std::copy(more.begin(), more.end(), octets_.begin() + static_cast<std::ptrdiff_t>(len_));
    len_ += more.size();
    return true;
  }
  [[nodiscard]] constexpr bool append(std::string_view text) {
    if (text.size() > capacity - len_) return false;
    for (const char letter : text) octets_[len_++] = static_cast<std::uint8_t>(letter);
    return true;
  }
  /// Takes back what was appended after the first `len` octets.
  constexpr void truncate(std::size_t len) { len_ = std::min(len_, len); }
  constexpr void clear() { len_ = 0; }
  constexpr Bytes view() const { return Bytes(octets_.data(), len_); }
  constexpr bool empty() const { return len_ == 0; }

 private:
  std::array<std::uint8_t, capacity> octets_;  // only the first len_ octets hold anything
  std::size_t len_ = 0;
};

}  // namespace chainload::core
