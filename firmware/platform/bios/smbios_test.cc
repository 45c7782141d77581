// SPDX-License-Identifier: MPL-2.0
#include "platform/bios/smbios.h"

#include <gtest/gtest.h>

#include <vector>

namespace bios {
namespace {

using Buffer = std::vector<std::uint8_t>;

void fix_checksum(Buffer& bytes, std::size_t begin, std::size_t length, std::size_t at) {
  bytes[at] = 0;
  std::uint8_t sum = 0;
  for (std::size_t i = begin; i < begin + length; ++i) sum = static_cast<std::uint8_t>(sum + bytes[i]);
  bytes[at] = static_cast<std::uint8_t>(-sum);
}

void put(Buffer& bytes, std::size_t at, std::string_view text) {
  std::memcpy(bytes.data() + at, text.data(), text.size());
}

Buffer segment_with_entry32() {
  Buffer bytes(0x200);
  put(bytes, 0x40, "_SM_");
  put(bytes, 0x50, "_DMI_");
  base::store_le16(&bytes[0x56], 0x1234);
  base::store_le32(&bytes[0x58], 0xf5a00);
  fix_checksum(bytes, 0x50, 0xf, 0x55);
  return bytes;
}

Buffer table_with_uuid(std::uint8_t first = 1) {
  Buffer bytes{0, 6, 0, 0, 1, 2, 'a', 0, 'b', 'c', 0, 0};         // type 0 with two strings
  bytes.insert(bytes.end(), {2, 4, 1, 0, 0, 0});                   // type 2 without strings
  bytes.insert(bytes.end(), {1, 27, 2, 0, 1, 2, 3, 4});            // type 1
  for (std::uint8_t i = 0; i < 16; ++i) bytes.push_back(static_cast<std::uint8_t>(first + i));
  bytes.insert(bytes.end(), {6, 0, 0, 'x', 0, 0, 127, 4, 0, 0, 0, 0});
  return bytes;
}

TEST(Smbios, the_table_is_found_by_its_32_bit_anchor) {
  const SmbiosTable table = find_smbios(segment_with_entry32());
  EXPECT_EQ(table.address, 0xf5a00u);
  EXPECT_EQ(table.length, 0x1234u);
}

TEST(Smbios, an_anchor_with_a_wrong_checksum_is_passed_over) {
  Buffer bytes = segment_with_entry32();
  ++bytes[0x58];
  EXPECT_EQ(find_smbios(bytes).length, 0u);
}

TEST(Smbios, the_table_is_found_by_its_64_bit_anchor_below_4_gib_only) {
  Buffer bytes(0x100);
  put(bytes, 0x30, "_SM3_");
  bytes[0x36] = 0x18;
  base::store_le32(&bytes[0x3c], 500);
  base::store_le32(&bytes[0x40], 0x7fe00000);
  fix_checksum(bytes, 0x30, 0x18, 0x35);
  EXPECT_EQ(find_smbios(bytes).address, 0x7fe00000u);
  bytes[0x44] = 1;
  fix_checksum(bytes, 0x30, 0x18, 0x35);
  EXPECT_EQ(find_smbios(bytes).length, 0u);
}

TEST(Smbios, an_anchor_cut_off_by_the_end_is_not_read) {
  for (std::size_t size = 0x40; size < 0x60; ++size) {
    Buffer bytes = segment_with_entry32();
    bytes.resize(size);
    bytes.shrink_to_fit();
    EXPECT_EQ(find_smbios(bytes).length, size == 0x5f ? 0x1234u : 0u) << size;
  }
}

TEST(Smbios, the_uuid_stands_in_the_type_1_structure) {
  const Buffer bytes = table_with_uuid();
  const base::Bytes uuid = find_uuid(bytes);
  ASSERT_EQ(uuid.size(), 16u);
  EXPECT_EQ(uuid[0], 1);
  EXPECT_EQ(uuid[15], 16);
}

TEST(Smbios, a_uuid_of_all_zeroes_or_ones_is_none) {
  for (const std::uint8_t fill : {std::uint8_t{0x00}, std::uint8_t{0xff}}) {
    Buffer bytes = table_with_uuid();
    std::fill_n(bytes.begin() + 26, 16, fill);
    EXPECT_TRUE(find_uuid(bytes).empty());
  }
}

TEST(Smbios, a_table_cut_anywhere_is_survived) {
  const Buffer whole = table_with_uuid();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Buffer bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const base::Bytes uuid = find_uuid(bytes);
    EXPECT_EQ(uuid.size(), size >= 18 + 27 ? 16u : 0u) << size;
  }
}

TEST(Smbios, a_structure_shorter_than_its_header_ends_the_search) {
  EXPECT_TRUE(find_uuid(Buffer{0, 0, 0, 0, 0, 0, 1, 27}).empty());
}

}  // namespace
}  // namespace bios
