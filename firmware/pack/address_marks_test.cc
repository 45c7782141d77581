// SPDX-License-Identifier: MPL-2.0
#include "pack/address_marks.h"

#include <gtest/gtest.h>

#include <random>

#include "base/bytes.h"
#include "pack/elf_image.h"

namespace pack {
namespace {

using Buffer = std::vector<std::uint8_t>;

TEST(AddressMarks, every_address_is_found_by_its_mark_and_nothing_else) {
  std::mt19937 random(11);
  Buffer image(60'000);
  for (auto& byte : image) byte = static_cast<std::uint8_t>(random() % 32);  // enough marks stay free
  const std::vector<std::uint32_t> places{4, 8, 13, 262, 516, 771, 1026, 50'000, 59'996};
  for (std::uint32_t place : places) base::store_le32(&image[place], 0x18000 + place);
  Buffer marked = image;
  const auto mark = mark_addresses(marked, places);
  ASSERT_TRUE(mark.has_value());
  EXPECT_NE(marked, image);
  EXPECT_EQ(take_marks(marked, *mark), places);
  EXPECT_EQ(marked, image);
}

TEST(AddressMarks, an_image_without_addresses_has_a_mark_that_is_nowhere) {
  Buffer image(100, 0x00);
  const auto mark = mark_addresses(image, {});
  ASSERT_TRUE(mark.has_value());
  EXPECT_TRUE(take_marks(image, *mark).empty());
  EXPECT_EQ(image, Buffer(100, 0x00));
}

TEST(AddressMarks, an_image_that_bears_all_marks_is_refused_and_stays_as_it_was) {
  Buffer image(4 * 4096 + 4);
  for (std::uint32_t mark = 0; mark < 4096; ++mark) base::store_le32(&image[4 * mark], mark << mark_shift);
  base::store_le32(&image[4 * 4096], 0x18000);
  const Buffer before = image;
  EXPECT_FALSE(mark_addresses(image, {4 * 4096}).has_value());
  EXPECT_EQ(image, before);
}

TEST(ElfImage, what_is_no_elf_file_is_refused) {
  EXPECT_TRUE(std::holds_alternative<std::string>(read_elf({})));
  EXPECT_TRUE(std::holds_alternative<std::string>(read_elf(Buffer(64, 0x7f))));
}

}  // namespace
}  // namespace pack
