// SPDX-License-Identifier: MPL-2.0
#include "image/identify.h"

#include <gtest/gtest.h>

#include <string>

#include "image/test_kernel.h"

namespace image {
namespace {

Kind kind_of(std::string_view text) {
  return identify(base::as_bytes(text));
}

TEST(Identify, scripts_by_their_first_word) {
  EXPECT_EQ(kind_of("#!gpxe\necho hi\n"), Kind::script);
  EXPECT_EQ(kind_of("#!ipxe\r\n"), Kind::script);
  EXPECT_EQ(kind_of("#!gpxe"), Kind::script);
  EXPECT_EQ(kind_of("#!gpxe # comment"), Kind::script);
  EXPECT_EQ(kind_of("#!gpxex\n"), Kind::plain_text);
  EXPECT_EQ(kind_of(" #!gpxe\n"), Kind::plain_text);
  EXPECT_EQ(kind_of("\xef\xbb\xbf#!gpxe\n"), Kind::script);  // as editors on Windows write it
  EXPECT_EQ(kind_of("#!gpx"), Kind::plain_text);
}

TEST(Identify, programs_by_their_signatures) {
  EXPECT_EQ(identify(TestKernel{}.file()), Kind::linux_kernel);
  auto efi_stub = TestKernel{}.file();  // a bzImage with an EFI stub begins with MZ as well
  efi_stub[0] = 'M';
  efi_stub[1] = 'Z';
  EXPECT_EQ(identify(efi_stub), Kind::linux_kernel);
  EXPECT_EQ(kind_of(std::string("MZ") + std::string(100, '\0')), Kind::efi_application);
  EXPECT_EQ(kind_of(std::string("\x7f"
                                "ELF\1\1\1\0",
                                8)),
            Kind::elf);
  EXPECT_EQ(kind_of("\x1f\x8b\x08"), Kind::gzip);
  EXPECT_EQ(kind_of("\r\n <!DOCTYPE html><title>404"), Kind::web_page);
  EXPECT_EQ(kind_of("<html><h1>Not Found"), Kind::web_page);
  EXPECT_EQ(kind_of(""), Kind::empty);
  EXPECT_EQ(kind_of("\xea\x05\x00\xc0\x07"), Kind::network_boot_program);
}

TEST(Identify, each_refusal_names_the_file_and_what_to_do) {
  for (Kind kind :
       {Kind::empty, Kind::elf, Kind::efi_application, Kind::gzip, Kind::web_page, Kind::plain_text}) {
    EXPECT_FALSE(is_bootable(kind));
    const base::Error error = refusal(kind, "boot.bin");
    EXPECT_EQ(error.sentence().find("Cannot start boot.bin: "), 0U);
    EXPECT_LT(error.sentence().size(), 200U) << error.sentence();
  }
  EXPECT_TRUE(is_bootable(Kind::script) && is_bootable(Kind::linux_kernel) &&
              is_bootable(Kind::network_boot_program));
  EXPECT_EQ(name_of(Kind::plain_text), "text");
}

}  // namespace
}  // namespace image
