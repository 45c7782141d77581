// SPDX-License-Identifier: MPL-2.0
#include "image/registry.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace image {
namespace {

class RegistryTest : public testing::Test {
 protected:
  Image* add(std::string_view name, std::size_t size, std::uint8_t fill = 1) {
    auto begun = registry_.begin(name, std::string("http://s/") + std::string(name));
    if (!begun.ok()) return nullptr;
    const std::vector<std::uint8_t> bytes(size, fill);
    if (!registry_.append(**begun, bytes).ok()) {
      EXPECT_TRUE(registry_.free(**begun).ok());
      return nullptr;
    }
    registry_.finish(**begun);
    return *begun;
  }

  std::vector<std::uint8_t> memory_ = std::vector<std::uint8_t>(1 << 20);
  std::array<std::uint8_t, 8192> arena_memory_{};
  base::Arena arena_{"images", arena_memory_};
  Registry registry_{arena_, base::PhysicalRange::of_size(0x1000000, 1 << 20), memory_};
};

TEST_F(RegistryTest, images_grow_in_one_piece_and_keep_their_order) {
  auto begun = registry_.begin("vmlinuz", "http://s/vmlinuz");
  ASSERT_TRUE(begun.ok());
  Image& kernel = **begun;
  for (int i = 0; i < 5; ++i) {
    const std::vector<std::uint8_t> piece(1000, static_cast<std::uint8_t>(i));
    ASSERT_TRUE(registry_.append(kernel, piece).ok());
  }
  registry_.finish(kernel);
  EXPECT_EQ(kernel.size, 5000U);
  EXPECT_EQ(kernel.bytes()[4999], 4);
  EXPECT_EQ(kernel.address.value, 0x1000000U);
  Image* initrd = add("initrd", 10);
  EXPECT_EQ(initrd->address.value, 0x1002000U);
  EXPECT_EQ(registry_.first(), &kernel);
  EXPECT_EQ(kernel.next, initrd);
  EXPECT_EQ(kernel.uri, "http://s/vmlinuz");
}

TEST_F(RegistryTest, freed_memory_is_found_again) {
  add("a", 300 << 10);
  Image* hole = add("b", 400 << 10);
  add("c", 200 << 10);
  EXPECT_EQ(add("too large", 150 << 10), nullptr);
  const base::PhysicalAddress where = hole->address;
  ASSERT_TRUE(registry_.free(*hole).ok());
  Image* again = add("d", 350 << 10);
  ASSERT_NE(again, nullptr);
  EXPECT_EQ(again->address, where);
}

TEST_F(RegistryTest, what_does_not_fit_is_said_before_and_while_it_comes) {
  add("a", 600 << 10);
  auto begun = registry_.begin("big", "http://s/big");
  ASSERT_TRUE(begun.ok());
  const auto early = registry_.expect(**begun, 5 << 20);
  ASSERT_FALSE(early.ok());
  EXPECT_EQ(early.error().sentence(),
            "big is 5120 KiB, but only 424 KiB of memory are free for it: free images or use a "
            "machine with more memory");
  EXPECT_TRUE(registry_.expect(**begun, 424 << 10).ok());
  EXPECT_FALSE(registry_.expect(**begun, UINT64_MAX).ok());
  const std::vector<std::uint8_t> piece(424 << 10, 9);
  EXPECT_TRUE(registry_.append(**begun, piece).ok());
  EXPECT_FALSE(registry_.append(**begun, std::vector<std::uint8_t>(1)).ok());
  registry_.finish(**begun);
  EXPECT_FALSE(registry_.begin("none", "http://s/none").ok());
}

TEST_F(RegistryTest, names_find_the_youngest_and_boot_takes_the_last_kernel) {
  EXPECT_EQ(registry_.last_bootable(), nullptr);
  Image* script = add("boot", 10);
  script->in_use = true;
  EXPECT_EQ(registry_.last_bootable(), nullptr);
  add("vmlinuz", 10)->role = Role::kernel;
  Image* second = add("vmlinuz", 20);
  second->role = Role::kernel;
  add("initrd", 10)->role = Role::initrd;
  EXPECT_EQ(registry_.last_bootable(), second);
  add("other", 10);
  EXPECT_EQ(registry_.last_bootable(), second);
  EXPECT_EQ(registry_.find("vmlinuz"), second);
  EXPECT_EQ(registry_.find("nothing"), nullptr);
  EXPECT_FALSE(registry_.free(*script).ok());
}

TEST_F(RegistryTest, arguments_and_names_can_change) {
  Image* image = add("a", 1);
  EXPECT_TRUE(registry_.set_arguments(*image, "quiet splash").ok());
  EXPECT_TRUE(registry_.set_arguments(*image, "").ok());
  EXPECT_TRUE(registry_.set_arguments(*image, "single").ok());
  EXPECT_TRUE(registry_.set_name(*image, "b").ok());
  EXPECT_EQ(registry_.find("b")->arguments, "single");
  EXPECT_FALSE(registry_.set_arguments(*image, std::string(9000, 'x')).ok());
  EXPECT_EQ(image->arguments, "single");
}

TEST_F(RegistryTest, a_thousand_images_end_in_a_sentence_and_nothing_leaks) {
  int made = 0;
  while (made < 1000 && add("i" + std::to_string(made), 10) != nullptr) ++made;
  EXPECT_GT(made, 10);
  EXPECT_LT(made, 1000);
  while (registry_.first() != nullptr) ASSERT_TRUE(registry_.free(*registry_.first()).ok());
  EXPECT_EQ(arena_.used(), 0U);
}

TEST_F(RegistryTest, any_failing_allocation_is_a_sentence) {
  for (std::size_t n = 1; n <= 3; ++n) {
    arena_.fail_allocation(n);
    EXPECT_FALSE(registry_.begin("name", "http://s/name").ok()) << n;
    EXPECT_EQ(registry_.first(), nullptr);
    EXPECT_EQ(arena_.used(), 0U);
  }
}

}  // namespace
}  // namespace image
