// SPDX-License-Identifier: MPL-2.0
// The checks of the two structures that name a PXE entry point.
#include "platform/bios/pxe_abi.h"
#include "platform/bios/pxe_stack.h"

namespace bios {
namespace {

bool is_sound(base::Bytes bytes, std::string_view signature, std::size_t length_at, std::size_t least) {
  if (bytes.size() < least || std::memcmp(bytes.data(), signature.data(), signature.size()) != 0) return false;
  const std::size_t claimed_length = bytes[length_at];
  if (claimed_length < least || claimed_length > bytes.size()) return false;
  std::uint8_t sum = 0;
  for (std::uint8_t byte : bytes.first(claimed_length)) sum = static_cast<std::uint8_t>(sum + byte);
  return sum == 0;
}

FarPointer far_at(base::Bytes bytes, std::size_t offset) {
  return {base::load_le16(&bytes[offset]), base::load_le16(&bytes[offset + 2])};
}

}  // namespace

FarPointer check_bang_pxe(base::Bytes bytes) {
  if (!is_sound(bytes, "!PXE", offsetof(pxe::BangPxe, length), sizeof(pxe::BangPxe))) return {};
  return far_at(bytes, offsetof(pxe::BangPxe, entry));
}

FarPointer check_pxenv(base::Bytes bytes, FarPointer& bang_pxe) {
  constexpr std::size_t least = offsetof(pxe::PxenvPlus, bang_pxe);
  constexpr std::uint16_t api_with_bang_pxe = 0x0201;
  bang_pxe = {};
  if (!is_sound(bytes, "PXENV+", offsetof(pxe::PxenvPlus, length), least)) return {};
  if (bytes[offsetof(pxe::PxenvPlus, length)] >= sizeof(pxe::PxenvPlus) &&
      base::load_le16(&bytes[offsetof(pxe::PxenvPlus, version)]) >= api_with_bang_pxe) {
    bang_pxe = far_at(bytes, offsetof(pxe::PxenvPlus, bang_pxe));
  }
  return far_at(bytes, offsetof(pxe::PxenvPlus, entry));
}

}  // namespace bios
