// SPDX-License-Identifier: MPL-2.0
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "image/test_kernel.h"

namespace image {
namespace {

std::string refusal_of(const std::vector<std::uint8_t>& file) {
  auto parsed = parse_linux(file, "vmlinuz");
  return parsed.ok() ? "" : std::string(parsed.error().sentence());
}

TEST(BzImage, reads_a_kernel_of_today) {
  const auto file = TestKernel{}.file();
  ASSERT_TRUE(looks_like_linux(file));
  auto kernel = parse_linux(file, "vmlinuz");
  ASSERT_TRUE(kernel.ok());
  EXPECT_EQ(kernel->version, 0x020f);
  EXPECT_EQ(kernel->setup_size, 5U * 512);
  EXPECT_EQ(kernel->protected_size, 20000U);
  EXPECT_EQ(kernel->initrd_end_max, 0x80000000U);
  EXPECT_EQ(kernel->command_line_max, 2047U);
  EXPECT_EQ(kernel->runtime_start, 0x200000U);
  EXPECT_EQ(kernel->runtime_size, 0x100000U);
}

TEST(BzImage, no_setup_sects_means_four) {
  auto kernel = parse_linux(TestKernel{.setup_sects = 0}.file(), "vmlinuz");
  ASSERT_TRUE(kernel.ok());
  EXPECT_EQ(kernel->setup_size, 5U * 512);
}

TEST(BzImage, older_protocols_have_the_limits_of_their_time) {
  for (std::uint16_t version = 0x0200; version <= 0x0210; ++version) {
    auto kernel =
        parse_linux(TestKernel{.version = version, .initrd_addr_max = 0x12345fff}.file(), "vmlinuz");
    ASSERT_TRUE(kernel.ok()) << version;
    EXPECT_EQ(kernel->initrd_end_max, version < 0x0203 ? 0x38000000U : 0x12346000U);
    EXPECT_EQ(kernel->command_line_max, version < 0x0206 ? 255U : 2047U);
    EXPECT_EQ(kernel->runtime_size, version < 0x020a ? 0U : 0x100000U);
  }
  EXPECT_EQ(parse_linux(TestKernel{.initrd_addr_max = 0xffffffff}.file(), "k")->initrd_end_max, 0U);
}

TEST(BzImage, refuses_in_sentences) {
  EXPECT_EQ(refusal_of(TestKernel{.version = 0x01ff}.file()),
            "Cannot start vmlinuz: this kernel is older than the bzImage form (boot protocol 2.00)");
  EXPECT_NE(refusal_of(TestKernel{.loadflags = 0}.file()), "");
  EXPECT_EQ(refusal_of(TestKernel{.setup_sects = 255}.file()),
            "Cannot start vmlinuz: its real-mode part is larger than 32 KiB");
  EXPECT_EQ(refusal_of(TestKernel{.protected_size = 0}.file()),
            "Cannot start vmlinuz: the file ends before the kernel begins");
  EXPECT_NE(refusal_of(TestKernel{.pref_address = std::uint64_t{1} << 32}.file()), "");
  EXPECT_NE(refusal_of(TestKernel{.pref_address = 0xfff00000, .init_size = 0x200000}.file()), "");
  auto cut = TestKernel{}.file();
  cut.resize(cut.size() - 17);
  EXPECT_EQ(refusal_of(cut),
            "Cannot start vmlinuz: it says that it is 22560 bytes long, but only 22543 are here; was it cut "
            "short?");
}

TEST(BzImage, every_cut_and_any_header_is_an_answer) {
  const auto whole = TestKernel{}.file();
  for (std::size_t size = 0; size < 3000; ++size) {
    const std::vector<std::uint8_t> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(parse_linux(cut, "vmlinuz").ok()) << size;
  }
  std::mt19937 random(1);
  for (int i = 0; i < 5000; ++i) {
    auto file = whole;
    for (int k = 0; k < 4; ++k)
      file[0x1f1 + random() % (setup_header::end - 0x1f1)] = static_cast<std::uint8_t>(random());
    auto kernel = parse_linux(file, "vmlinuz");
    if (!kernel.ok()) continue;
    EXPECT_EQ(std::uint64_t{kernel->setup_size} + kernel->protected_size, file.size());
    EXPECT_LE(std::uint64_t{kernel->runtime_start} + kernel->runtime_size, UINT32_MAX);
  }
}

TEST(BzImage, loader_options_are_read_from_the_command_line) {
  EXPECT_EQ(parse_loader_options("").memory_limit, UINT64_MAX);
  EXPECT_EQ(parse_loader_options("quiet mem=64M vga=0x317").memory_limit, 64U << 20);
  EXPECT_EQ(parse_loader_options("quiet mem=64M vga=0x317").video_mode, 0x317);
  EXPECT_EQ(parse_loader_options("mem=0x100000").memory_limit, 0x100000U);
  EXPECT_EQ(parse_loader_options("mem=2G mem=1048576k").memory_limit, 1U << 30);
  EXPECT_EQ(parse_loader_options("vga=ask").video_mode, 0xfffd);
  EXPECT_EQ(parse_loader_options("vga=ext").video_mode, 0xfffe);
  EXPECT_EQ(parse_loader_options("vga=normal").video_mode, 0xffff);
  EXPECT_EQ(parse_loader_options("vga=wide").video_mode, 0xffff);
  EXPECT_EQ(parse_loader_options("xmem=1M -- mem=1M").memory_limit, UINT64_MAX);
  EXPECT_EQ(parse_loader_options("mem= mem=k mem=x mem=0 mem=99999999999999999999G").memory_limit,
            UINT64_MAX);
}

TEST(BzImage, setup_is_filled_in_as_the_protocol_of_the_kernel_asks) {
  auto setup = TestKernel{}.file();
  setup.resize(2560);
  auto kernel = parse_linux(TestKernel{}.file(), "k");
  fill_in_setup(setup, *kernel, {0x10000, 10, 0x1f00000, 0x1234, 0x317});
  EXPECT_EQ(base::load_le16(&setup[0x1fa]), 0x317);
  EXPECT_EQ(setup[0x210], 0xff);
  EXPECT_EQ(setup[0x211], 0x81);
  EXPECT_EQ(base::load_le32(&setup[0x218]), 0x1f00000U);
  EXPECT_EQ(base::load_le32(&setup[0x21c]), 0x1234U);
  EXPECT_EQ(base::load_le16(&setup[0x224]), 0xde00);
  EXPECT_EQ(base::load_le32(&setup[0x228]), 0x1e000U);
  kernel = parse_linux(TestKernel{.version = 0x0201}.file(), "k");
  fill_in_setup(setup, *kernel, {0x10000, 10, 0, 0, 0xffff});
  EXPECT_EQ(base::load_le16(&setup[0x20]), 0xa33f);
  EXPECT_EQ(base::load_le16(&setup[0x22]), 0xe000);
  EXPECT_EQ(base::load_le16(&setup[0x212]), 0xe00a);
}

}  // namespace
}  // namespace image
