// SPDX-License-Identifier: MPL-2.0
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "pack/elf_image.h"
#include "platform/bios/image_layout.h"

namespace pack {
namespace {

TEST(Relocation, every_address_in_the_table_is_moved_and_nothing_else) {
  const std::vector<std::uint32_t> places{4, 8, 262, 516, 771, 1026, 70'000, 70'004};
  std::vector<std::uint8_t> image(70'100, 0x11);
  std::vector<std::uint8_t> expected = image;
  for (std::uint32_t place : places) {
    base::store_le32(&image[place], 0x30000 + place);
    base::store_le32(&expected[place], 0x7ff00000 + place);
  }
  bios::relocate(image.data(), 0x7ff00000 - 0x30000, relocation_table(places).data());
  EXPECT_EQ(image, expected);
}

TEST(Relocation, an_image_without_addresses_has_a_table_of_one_byte) {
  EXPECT_EQ(relocation_table({}), std::vector<std::uint8_t>{0});
}

TEST(Relocation, what_is_no_elf_file_is_refused) {
  EXPECT_TRUE(std::holds_alternative<std::string>(read_elf({})));
  EXPECT_TRUE(std::holds_alternative<std::string>(read_elf(std::vector<std::uint8_t>(64, 0x7f))));
}

}  // namespace
}  // namespace pack
