// SPDX-License-Identifier: MPL-2.0
#include <gtest/gtest.h>

#include <vector>

#include "platform/bios/pxe_stack.h"

namespace bios {
namespace {

std::vector<std::uint8_t> structure(std::string_view signature, std::size_t length, std::size_t length_at) {
  std::vector<std::uint8_t> bytes(length);
  std::memcpy(bytes.data(), signature.data(), signature.size());
  bytes[length_at] = static_cast<std::uint8_t>(length);
  return bytes;
}

void sum_up(std::vector<std::uint8_t>& bytes, std::size_t at) {
  bytes[at] = 0;
  std::uint8_t sum = 0;
  for (std::uint8_t byte : bytes) sum = static_cast<std::uint8_t>(sum + byte);
  bytes[at] = static_cast<std::uint8_t>(-sum);
}

std::vector<std::uint8_t> bang_pxe() {
  auto bytes = structure("!PXE", 0x58, 4);
  base::store_le32(&bytes[0x10], 0x9c480123);
  sum_up(bytes, 5);
  return bytes;
}

std::vector<std::uint8_t> pxenv(std::uint16_t version, std::size_t length) {
  auto bytes = structure("PXENV+", length, 8);
  base::store_le16(&bytes[6], version);
  base::store_le32(&bytes[0xa], 0x9c480456);
  if (length >= 0x2c) base::store_le32(&bytes[0x28], 0x9c480720);
  sum_up(bytes, 9);
  return bytes;
}

TEST(PxeStructures, a_sound_bang_pxe_names_its_entry_point) {
  const FarPointer entry = check_bang_pxe(bang_pxe());
  EXPECT_EQ(entry.segment, 0x9c48);
  EXPECT_EQ(entry.offset, 0x0123);
}

TEST(PxeStructures, every_changed_byte_of_a_bang_pxe_is_noticed) {
  for (std::size_t i = 0; i < 0x58; ++i) {
    auto bytes = bang_pxe();
    bytes[i] ^= 0x40;
    EXPECT_TRUE(check_bang_pxe(bytes).is_null()) << i;
  }
}

TEST(PxeStructures, a_structure_that_reaches_past_what_may_be_read_is_refused) {
  for (std::size_t size = 0; size < 0x58; ++size) {
    auto bytes = bang_pxe();
    bytes.resize(size);
    bytes.shrink_to_fit();
    EXPECT_TRUE(check_bang_pxe(bytes).is_null()) << size;
  }
}

TEST(PxeStructures, a_short_bang_pxe_is_refused_even_with_a_right_checksum) {
  auto bytes = bang_pxe();
  bytes[4] = 0x20;
  bytes[5] = 0;
  std::uint8_t sum = 0;
  for (std::size_t i = 0; i < 0x20; ++i) sum = static_cast<std::uint8_t>(sum + bytes[i]);
  bytes[5] = static_cast<std::uint8_t>(-sum);
  EXPECT_TRUE(check_bang_pxe(bytes).is_null());
}

TEST(PxeStructures, pxenv_leads_to_bang_pxe_from_api_2_1_on) {
  FarPointer bang{};
  EXPECT_EQ(check_pxenv(pxenv(0x0201, 0x2c), bang).offset, 0x0456);
  EXPECT_EQ(bang.offset, 0x0720);
  EXPECT_EQ(check_pxenv(pxenv(0x0200, 0x2c), bang).offset, 0x0456);
  EXPECT_TRUE(bang.is_null());
  EXPECT_EQ(check_pxenv(pxenv(0x0201, 0x28), bang).offset, 0x0456);
  EXPECT_TRUE(bang.is_null());
}

}  // namespace
}  // namespace bios
