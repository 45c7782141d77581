// SPDX-License-Identifier: MPL-2.0
#include "image/cpio.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace image {
namespace {

TEST(Cpio, arguments_are_a_path_and_a_mode) {
  auto file = CpioFile::parse("/etc/key mode=0600");
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->path, "/etc/key");
  EXPECT_EQ(file->mode, 0600U);
  file = CpioFile::parse("init");
  EXPECT_EQ(file->path, "init");
  EXPECT_EQ(file->mode, 0644U);
  EXPECT_EQ(CpioFile::parse("")->header_size(), 0U);
  for (const std::string_view wrong : {"x mode=0888", "x mode=", "x mode=17777", "mode=rw"}) {
    EXPECT_FALSE(CpioFile::parse(wrong).ok()) << wrong;
  }
}

TEST(Cpio, the_header_is_newc) {
  for (const std::string path : {"a", "ab", "abc", "abcd", "etc/issue"}) {
    const CpioFile file{path, 0755};
    std::vector<std::uint8_t> header(file.header_size() + 4, 0xee);
    file.write_header(header, 0x1234);
    const std::string text(base::as_text(header));
    EXPECT_EQ(file.header_size() % 4, 0U);
    EXPECT_EQ(text.substr(0, 6), "070701");
    EXPECT_EQ(text.substr(14, 8), "000081ed");  // mode
    EXPECT_EQ(text.substr(54, 8), "00001234");  // file size
    EXPECT_EQ(std::stoul(text.substr(94, 8), nullptr, 16), path.size() + 1);
    EXPECT_EQ(text.substr(110, path.size() + 1), path + '\0');
    EXPECT_EQ(header[file.header_size()], 0xee);
  }
}

}  // namespace
}  // namespace image
