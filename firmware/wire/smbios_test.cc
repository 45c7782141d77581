// SPDX-License-Identifier: MPL-2.0
#include "wire/smbios.h"

#include <gtest/gtest.h>

#include <vector>

namespace wire {
namespace {

const std::vector<std::uint8_t> table{0,   6, 0, 0, 1, 2, 'a', 0, 'b', 'c', 0, 0,  // type 0 with two strings
                                      2,   4, 1, 0, 0, 0,                          // type 2 without strings
                                      1,   6, 2, 0, 0, 1, 'x', 0, 0,               // type 1
                                      1,   6, 3, 0, 2, 1, 'y', 0, 'z', 0,   0,     // another one
                                      127, 4, 0, 0, 0, 0};

TEST(SmbiosTable, structures_are_found_by_type_and_instance) {
  EXPECT_EQ(find_smbios_structure(table, 0).string_at(4), "a");
  EXPECT_EQ(find_smbios_structure(table, 0).string_at(5), "bc");
  EXPECT_EQ(find_smbios_structure(table, 1).string_at(5), "x");
  EXPECT_EQ(find_smbios_structure(table, 1, 1).string_at(4), "z");
  EXPECT_EQ(find_smbios_structure(table, 2).formatted.size(), 4U);
}

TEST(SmbiosTable, what_is_not_there_is_empty) {
  EXPECT_TRUE(find_smbios_structure(table, 1, 2).formatted.empty());
  EXPECT_TRUE(find_smbios_structure(table, 9).formatted.empty());
  EXPECT_EQ(find_smbios_structure(table, 0).string_at(6), "");  // behind the formatted part
  EXPECT_EQ(find_smbios_structure(table, 1).string_at(4), "");  // number 0: no string
  EXPECT_EQ(find_smbios_structure(table, 0).string_at(0), "");
  EXPECT_EQ(find_smbios_structure(table, 0).string_at(1), "");  // string 6 of two
  EXPECT_TRUE(find_smbios_structure({}, 0).formatted.empty());
}

TEST(SmbiosTable, every_cut_shows_nothing_or_what_is_there) {
  for (std::size_t size = 0; size <= table.size(); ++size) {
    const std::vector<std::uint8_t> cut(table.begin(), table.begin() + static_cast<std::ptrdiff_t>(size));
    const auto text = find_smbios_structure(cut, 1, 1).string_at(4);
    EXPECT_TRUE(text.empty() || text == "z") << size;
  }
  EXPECT_TRUE(find_smbios_structure(std::vector<std::uint8_t>{1, 2, 0, 0, 0, 0}, 1).formatted.empty());
}

}  // namespace
}  // namespace wire
