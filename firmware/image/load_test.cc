// SPDX-License-Identifier: MPL-2.0
#include "image/load.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <random>
#include <string>

#include "image/test_kernel.h"

namespace image {
namespace {

constexpr std::uint64_t mib = 1 << 20;

/// A machine with 16 MiB whose download region is in the middle.
class LoadTest : public testing::Test {
 protected:
  LoadTest() {
    free_.add_usable({{0}, {0x9f000}});
    free_.add_usable({{mib}, {ram_size}});
    free_.claim({{0}, {0x500}});
    free_.claim(region_);
    free_.claim({{ram_size - 0x40000}, {ram_size}});  // where we are
  }

  Image& add(std::string_view name, const std::vector<std::uint8_t>& bytes, Role role,
             std::string_view arguments = "") {
    auto begun = registry_.begin(name, name);
    EXPECT_TRUE(begun.ok() && registry_.append(**begun, bytes).ok());
    registry_.finish(**begun);
    (*begun)->role = role;
    EXPECT_TRUE(registry_.set_arguments(**begun, arguments).ok());
    return **begun;
  }
  static std::vector<std::uint8_t> pattern(std::size_t size, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<std::uint8_t> bytes(size);
    for (std::size_t at = 0; at < size; at += 4) {
      const auto word = static_cast<std::uint32_t>(random());
      std::memcpy(&bytes[at], &word, std::min<std::size_t>(4, size - at));
    }
    return bytes;
  }
  std::vector<std::uint8_t> at(std::uint64_t address, std::size_t size) const {
    return {ram_.begin() + static_cast<std::ptrdiff_t>(address),
            ram_.begin() + static_cast<std::ptrdiff_t>(address + size)};
  }
  std::string sentence_of_linux(const Image& kernel) {
    auto plan = plan_linux(*work_, registry_, kernel, free_);
    return plan.ok() ? "" : std::string(plan.error().sentence());
  }

  static constexpr std::size_t ram_size = 16 * mib;
  static constexpr base::PhysicalRange region_{{2 * mib}, {14 * mib}};
  std::vector<std::uint8_t> ram_ = std::vector<std::uint8_t>(ram_size, 0xcc);
  std::array<std::uint8_t, 16384> arena_memory_{};
  base::Arena arena_{"images", arena_memory_};
  base::MemoryMap free_;
  Registry registry_{arena_, region_, base::MutBytes(ram_).subspan(2 * mib, 12 * mib)};
  std::unique_ptr<LoadWork> work_ = std::make_unique<LoadWork>();
};

TEST_F(LoadTest, linux_finds_everything_where_the_protocol_says) {
  const auto kernel_file =
      TestKernel{.protected_size = 3'000'000, .pref_address = 4 * mib, .init_size = 4 * mib}.file();
  const auto first = pattern(5000, 1), second = pattern(1'000'001, 2);
  add("script", {'#'}, Role::plain).in_use = true;
  Image& kernel = add("vmlinuz", kernel_file, Role::kernel, "console=ttyS0 vga=0x317");
  add("one", first, Role::initrd);
  add("empty", {}, Role::initrd);
  add("two", second, Role::initrd);
  const auto untouched = kernel.bytes()[0x210];
  auto plan = plan_linux(*work_, registry_, kernel, free_);
  ASSERT_TRUE(plan.ok()) << plan.error().sentence();
  EXPECT_EQ(plan->start, base::LoadPlan::Start::linux_real_mode);
  EXPECT_EQ(plan->segment, 0x1000);
  EXPECT_EQ(plan->stack_top, 0xe000);
  EXPECT_EQ(kernel.bytes()[0x210], untouched);  // a copy was filled in
  carry_out(plan->moves, ram_);

  const auto setup = at(0x10000, 2560);
  EXPECT_EQ(setup[0x210], 0xff);
  EXPECT_EQ(base::load_le32(&setup[0x228]), 0x1e000U);
  EXPECT_EQ(base::load_le16(&setup[0x1fa]), 0x317);
  EXPECT_TRUE(std::equal(setup.begin(), setup.begin() + 0x1f0, kernel_file.begin()));
  EXPECT_EQ(at(0x10000 + 2560, 0xe000 - 2560), std::vector<std::uint8_t>(0xe000 - 2560));
  const std::string_view command_line = "console=ttyS0 vga=0x317";
  EXPECT_EQ(base::as_text(at(0x1e000, command_line.size() + 1)), std::string(command_line) + '\0');
  EXPECT_EQ(at(mib, 3'000'000), std::vector<std::uint8_t>(kernel_file.begin() + 2560, kernel_file.end()));

  const std::uint32_t address = base::load_le32(&setup[0x218]), size = base::load_le32(&setup[0x21c]);
  EXPECT_EQ(address % 4096, 0U);
  EXPECT_EQ(size, 8192U + second.size());
  EXPECT_GT(address + size, ram_size - 0x40000 - 4096);  // as high as can be
  EXPECT_EQ(at(address, 5000), first);
  EXPECT_EQ(at(address + 5000, 8192 - 5000), std::vector<std::uint8_t>(8192 - 5000));
  EXPECT_EQ(at(address + 8192, second.size()), second);
}

TEST_F(LoadTest, without_initrds_the_header_says_so) {
  Image& kernel = add("vmlinuz", TestKernel{}.file(), Role::kernel);
  auto plan = plan_linux(*work_, registry_, kernel, free_);
  ASSERT_TRUE(plan.ok());
  carry_out(plan->moves, ram_);
  EXPECT_EQ(at(0x10218, 8), std::vector<std::uint8_t>(8));
  EXPECT_EQ(ram_[0x1e000], 0);
}

TEST_F(LoadTest, initrds_stay_below_the_limits_of_kernel_and_command_line) {
  Image& kernel = add("vmlinuz", TestKernel{.initrd_addr_max = 0x8fffff}.file(), Role::kernel);
  add("initrd", pattern(100'000, 3), Role::initrd);
  ASSERT_TRUE(plan_linux(*work_, registry_, kernel, free_).ok());
  EXPECT_LE(work_->ordered[0].to.value + 100'000, 0x900000U);
  ASSERT_TRUE(registry_.set_arguments(kernel, "mem=6M").ok());
  auto plan = plan_linux(*work_, registry_, kernel, free_);
  ASSERT_TRUE(plan.ok());
  carry_out(plan->moves, ram_);
  EXPECT_EQ(base::load_le32(&ram_[0x10218]), (6 * mib - 100'000) & ~4095U);
  ASSERT_TRUE(registry_.set_arguments(kernel, "mem=64K").ok());
  EXPECT_NE(sentence_of_linux(kernel), "");
}

TEST_F(LoadTest, another_segment_serves_where_the_usual_one_is_taken) {
  free_.claim({{0x18000}, {0x19000}});
  Image& kernel = add("vmlinuz", TestKernel{}.file(), Role::kernel, "quiet");
  auto plan = plan_linux(*work_, registry_, kernel, free_);
  ASSERT_TRUE(plan.ok());
  EXPECT_NE(plan->segment, 0x1000);
  carry_out(plan->moves, ram_);
  const std::uint32_t base = plan->segment * 16U;
  EXPECT_EQ(base::load_le32(&ram_[base + 0x228]), base + 0xe000);
  EXPECT_EQ(base::as_text(at(base + 0xe000, 5)), "quiet");
}

TEST_F(LoadTest, F23_refuses_in_sentences_what_does_not_fit) {
  Image& kernel = add("vmlinuz", TestKernel{.cmdline_size = 10}.file(), Role::kernel, "more than ten");
  EXPECT_EQ(sentence_of_linux(kernel),
            "Cannot start vmlinuz: its arguments are 13 characters long, and it takes 10; shorten them");
  Image& hungry =
      add("hungry", TestKernel{.pref_address = 4 * mib, .init_size = 64 * mib}.file(), Role::kernel);
  EXPECT_EQ(sentence_of_linux(hungry),
            "Cannot start hungry: it needs all memory from 1 to 68 MiB for itself, and this "
            "machine has not that much free");
  Image& small = add("small", TestKernel{}.file(), Role::kernel);
  for (int i = 0; i < 33; ++i) add("i" + std::to_string(i), {1}, Role::initrd);
  EXPECT_EQ(sentence_of_linux(small).find("Cannot start small: more than 32 initrds"), 0U);
}

TEST_F(LoadTest, an_initrd_that_fills_the_region_has_no_room_left) {
  Image& kernel = add("vmlinuz", TestKernel{}.file(), Role::kernel);
  add("initrd", std::vector<std::uint8_t>(registry_.largest_room().bytes.size()), Role::initrd);
  EXPECT_NE(sentence_of_linux(kernel).find("Cannot start vmlinuz: no"), std::string::npos);
}

TEST_F(LoadTest, a_boot_program_goes_to_7c00) {
  const auto bytes = pattern(70'000, 5);
  Image& program = add("pxelinux.0", bytes, Role::plain);
  auto plan = plan_network_boot_program(*work_, registry_, program, free_);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->start, base::LoadPlan::Start::pxe_nbp);
  carry_out(plan->moves, ram_);
  EXPECT_EQ(at(0x7c00, bytes.size()), bytes);
  for (std::size_t size : {0x9f000 - 0x7c00 + 1, 0xa0000 - 0x7c00 + 1, 1 << 20}) {
    EXPECT_FALSE(
        plan_network_boot_program(*work_, registry_, add("large", pattern(size, 6), Role::plain), free_)
            .ok());
  }
}

// Any machine, any files: the plan is refused, or it keeps to memory that is free and brings every byte.
TEST_F(LoadTest, F23_random_machines_and_files_keep_the_promise) {
  std::mt19937 random(2026);
  int planned = 0;
  for (unsigned round = 0; round < 60; ++round) {
    free_ = base::MemoryMap();
    free_.add_usable({{0x500}, {0x60000 + random() % 0x40000}});
    free_.add_usable({{mib}, {ram_size - random() % (2 * mib)}});
    for (unsigned i = random() % 4; i > 0; --i) {
      const std::uint64_t begin = 0x2000 + random() % (ram_size - 0x4000);
      if (!region_.overlaps(base::PhysicalRange::of_size(begin, 0x2000)))
        free_.claim(base::PhysicalRange::of_size(begin, 0x2000));
    }
    free_.claim(region_);
    while (registry_.first() != nullptr) ASSERT_TRUE(registry_.free(*registry_.first()).ok());
    const auto kernel_file =
        TestKernel{.protected_size = static_cast<std::uint32_t>(1 + random() % (4 * mib)),
                   .init_size = static_cast<std::uint32_t>(random() % (4 * mib))}
            .file();
    std::vector<std::vector<std::uint8_t>> files;
    const unsigned initrds = random() % 4;
    if (random() % 2) files.push_back(pattern(1 + random() % mib, round * 10U));
    for (const auto& f : files) add("first", f, Role::initrd);
    Image& kernel = add("vmlinuz", kernel_file, Role::kernel, "a=1");
    for (unsigned i = 0; i < initrds; ++i) {
      files.push_back(pattern(1 + random() % (2 * mib), round * 10U + i + 1));
      add("initrd", files.back(), Role::initrd);
    }
    auto plan = plan_linux(*work_, registry_, kernel, free_);
    if (!plan.ok()) continue;
    ++planned;
    for (const auto& m : plan->moves) {
      ASSERT_TRUE(work_->usable.is_free({m.to, m.to + (m.size + m.zero_after)}));
    }
    carry_out(plan->moves, ram_);
    const std::uint32_t base = plan->segment * 16U;
    std::uint64_t address = base::load_le32(&ram_[base + 0x218]);
    for (const auto& f : files) {
      ASSERT_EQ(at(address, f.size()), f);
      address = (address + f.size() + 4095) & ~std::uint64_t{4095};
    }
    ASSERT_EQ(at(mib, kernel_file.size() - 2560),
              std::vector<std::uint8_t>(kernel_file.begin() + 2560, kernel_file.end()));
    ASSERT_EQ(base::as_text(at(base + 0xe000, 4)), std::string("a=1\0", 4));
  }
  EXPECT_GT(planned, 12);
}

}  // namespace
}  // namespace image
