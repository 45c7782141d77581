// SPDX-License-Identifier: MPL-2.0
#include "pack/compress.h"

#include <gtest/gtest.h>

#include <random>
#include <string_view>

#include "pack/packet.h"

namespace pack {
namespace {

using Buffer = std::vector<std::uint8_t>;

void expect_round_trip(const Buffer& bytes, std::size_t code_size) {
  EXPECT_EQ(decompress(compress(bytes, code_size, 2), bytes.size(), code_size), bytes) << bytes.size() << " bytes";
}

TEST(Compress, whatever_the_bytes_are_they_come_back) {
  std::mt19937 random(7);
  for (std::size_t size : {0, 1, 2, 3, 5, 17, 255, 700}) {
    Buffer noise(size), likely(size);
    for (auto& byte : noise) byte = static_cast<std::uint8_t>(random());
    for (auto& byte : likely) byte = static_cast<std::uint8_t>(random() % 3);
    for (std::size_t code : {std::size_t{0}, size / 2, size}) {
      expect_round_trip(noise, code);
      expect_round_trip(likely, code);
    }
    expect_round_trip(Buffer(size, 0xff), size);
  }
}

TEST(Compress, matches_near_and_far_short_and_long_come_back) {
  std::mt19937 random(9);
  Buffer bytes(70'000);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  for (std::size_t length : {2, 3, 4, 7, 40, 255, 256, 257, 600}) {
    for (std::size_t distance : {1, 2, 4, 5, 64, 65'000}) {
      for (std::size_t i = 0; i < length; ++i) bytes.push_back(bytes[bytes.size() - distance]);
      bytes.push_back(static_cast<std::uint8_t>(random()));
    }
  }
  expect_round_trip(bytes, 1000);
}

TEST(Compress, repeated_text_becomes_small) {
  constexpr std::string_view text = "the same sentence again and again, ";
  Buffer bytes;
  for (int i = 0; i < 100; ++i) bytes.insert(bytes.end(), text.begin(), text.end());
  EXPECT_LT(compress(bytes, 0).size(), 50u);
}

TEST(Compress, a_cut_or_foreign_stream_gives_as_many_bytes_as_asked_for) {
  EXPECT_EQ(decompress({}, 1000, 500).size(), 1000u);
  EXPECT_EQ(decompress(Buffer(100, 0x5a), 1000, 500).size(), 1000u);
}

TEST(Packet, slots_and_their_lower_bits_cover_each_distance_once) {
  for (std::uint32_t distance : {1u, 2u, 4u, 5u, 6u, 7u, 64u, 65u, 4096u, 70'000u}) {
    const std::uint32_t slot = slot_of(distance);
    const std::uint32_t upper = slot < 4 ? slot : (2 | slot % 2) << lower_bits(slot);
    EXPECT_GE(distance - 1, upper) << distance;
    EXPECT_LT(distance - 1 - upper, 1u << lower_bits(slot)) << distance;
  }
}

}  // namespace
}  // namespace pack
