// SPDX-License-Identifier: MPL-2.0
// Real-mode addresses, and memory seen as what lies there.
#pragma once

#include <cstdint>

namespace bios {

/// segment:offset as it stands in memory, offset first.
struct FarPointer {
  std::uint16_t offset;
  std::uint16_t segment;

  constexpr std::uint32_t linear() const { return (std::uint32_t{segment} << 4) + offset; }
  constexpr bool is_null() const { return offset == 0 && segment == 0; }
};
static_assert(sizeof(FarPointer) == 4 && alignof(FarPointer) == 2);

/// Addresses on this platform are physical and linear at once.
template <class T>
T* memory_at(std::uint32_t linear) {
  return reinterpret_cast<T*>(static_cast<std::uintptr_t>(linear));
}
inline std::uint32_t linear_of(const void* pointer) {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(pointer));
}

}  // namespace bios
