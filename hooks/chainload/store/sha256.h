// SPDX-License-Identifier: MPL-2.0
// SHA-256 [fips180-4], so that the rules' hash depends on no library of the server's.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chainload::store {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view octets);

/// 64 lower-case digits.
std::string hex(const Digest& digest);
std::optional<Digest> parse_digest(std::string_view hex);

inline std::string_view as_text(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace chainload::store
