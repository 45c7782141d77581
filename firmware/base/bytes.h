// SPDX-License-Identifier: MPL-2.0
// Spans of bytes, and integers of a stated byte order that live in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace base {

using Bytes = std::span<const std::uint8_t>;
using MutBytes = std::span<std::uint8_t>;

/// An integer as it stands in a packet: big endian, no alignment, so that structs of these mirror the RFC's diagram.
template <class Int>
class BigEndian {
 public:
  constexpr BigEndian() = default;
  constexpr BigEndian(Int value) {  // implicit: a field is assigned as the number it holds
    for (std::size_t i = 0; i < sizeof(Int); ++i) {
      bytes_[i] = static_cast<std::uint8_t>(value >> (8 * (sizeof(Int) - 1 - i)));
    }
  }
  constexpr operator Int() const {
    Int value = 0;
    for (std::uint8_t byte : bytes_) value = static_cast<Int>((value << 8) | byte);
    return value;
  }

 private:
  std::uint8_t bytes_[sizeof(Int)] = {};
};

using Be16 = BigEndian<std::uint16_t>;
using Be32 = BigEndian<std::uint32_t>;
static_assert(sizeof(Be16) == 2 && alignof(Be16) == 1);
static_assert(sizeof(Be32) == 4 && alignof(Be32) == 1);

/// The big-endian integer at the start of `bytes`, which must hold at least its size.
constexpr std::uint16_t load_be16(const std::uint8_t* at) { return static_cast<std::uint16_t>(at[0] << 8 | at[1]); }
constexpr std::uint32_t load_be32(const std::uint8_t* at) {
  return static_cast<std::uint32_t>(at[0]) << 24 | static_cast<std::uint32_t>(at[1]) << 16 |
         static_cast<std::uint32_t>(at[2]) << 8 | at[3];
}
constexpr void store_be16(std::uint8_t* at, std::uint16_t value) {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
}
constexpr void store_be32(std::uint8_t* at, std::uint32_t value) {
  store_be16(at, static_cast<std::uint16_t>(value >> 16));
  store_be16(at + 2, static_cast<std::uint16_t>(value));
}

/// The little-endian integers of x86 structures.
constexpr std::uint16_t load_le16(const std::uint8_t* at) { return static_cast<std::uint16_t>(at[0] | at[1] << 8); }
constexpr std::uint32_t load_le32(const std::uint8_t* at) {
  return load_le16(at) | static_cast<std::uint32_t>(load_le16(at + 2)) << 16;
}
constexpr void store_le16(std::uint8_t* at, std::uint16_t value) {
  at[0] = static_cast<std::uint8_t>(value);
  at[1] = static_cast<std::uint8_t>(value >> 8);
}
constexpr void store_le32(std::uint8_t* at, std::uint32_t value) {
  store_le16(at, static_cast<std::uint16_t>(value));
  store_le16(at + 2, static_cast<std::uint16_t>(value >> 16));
}

/// The characters of `text` as bytes, and the other way round; nothing is copied.
inline Bytes as_bytes(std::string_view text) {
  return {static_cast<const std::uint8_t*>(static_cast<const void*>(text.data())), text.size()};
}
inline std::string_view as_text(Bytes bytes) {
  return {static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()};
}

/// memcpy, for which an empty span may point nowhere.
inline void copy_bytes(std::uint8_t* to, Bytes from) {
  if (!from.empty()) std::memcpy(to, from.data(), from.size());
}

}  // namespace base
