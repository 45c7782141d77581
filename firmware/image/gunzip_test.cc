// SPDX-License-Identifier: MPL-2.0
#include "image/gunzip.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace image {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets octets(const std::string& hex) {
  Octets bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

// Made by zlib: without packing, with the fixed codes, with codes of its own, of zeros alone; and with a header that
// has every field.
const Octets stored = octets(
    "1f8b08000000000000ff010f00f0ff73746f7265642061732069742069736578d15a0f000000");
const Octets fixed = octets(
    "1f8b08000000000000ffcb48cdc9c957c8402701e3513d8d17000000");
const Octets dynamic = octets(
    "1f8b08000000000000ff5dd33b6ec4300c45d19eabf012c48f286b390192226532c8fef3dce94e4943208fa8e771bd7efe3e"
    "7ebf3eafefd735cccfd22dceb22ccf725be170db3ceb98d6679d6d0bddb6dd67dd65fbac6f371f1830c4a32f740644af324f"
    "b2b639a1bbcd4995d59b789d01376ef5013843b336afa88dc15c3207cc553ac3b5de6501f38c6d01f35c6d0173cb1c30f773"
    "06e6f5f481793db3b8667912e62d73c2bc75afe49e872e9f5cf4d086929b76ad31279f4cee6c7ed28324e09e7ab5bcdf5e56"
    "1341f7a9f72f66a4852f86a495a4a27e296c45fdad3cd65b4e14d9625086f4c5a4b8825f8c4a0cf5823e726822f451c36d0e"
    "a64efa097df4730afa58ea3593e1d4c4097dece787843e1ffde44fa94ddb5c6fb1562f263db5afc9a897b6fa0f18ba5f5c3c"
    "040000");
const Octets zeros = octets(
    "1f8b08000000000000ffedc13101000000c2a0f54f6d0d0fa000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000008057037d9511d4a0860100");
const Octets every_field = octets(
    "1f8b081f0000000000ff050065787472616e616d652e747874006120636f6d6d656e7400aabb2bcf2cc950482d4b2daa2cc9"
    "c8cc4b07002ab8425c0f000000");

std::string squares() {
  std::string text;
  for (int i = 0; i < 60; ++i) text += std::to_string(i) + " squared is " + std::to_string(i * i) + "\n";
  return text;
}

/// What comes out, or the error's sentence.
std::string unpack(const Octets& file, std::size_t room = 100'000) {
  Octets memory(room);
  auto size = gunzip(file, "file.gz", memory);
  if (!size.ok()) return std::string(size.error().sentence());
  return std::string(base::as_text(memory).substr(0, *size));
}

constexpr char damaged[] = "Cannot unpack file.gz: it is damaged, or cut short; run gzip -t on the server";
constexpr char no_room[] = "Cannot unpack file.gz: the free memory does not hold what comes out of it";

TEST(Gunzip, unpacks_every_kind_of_block) {
  EXPECT_EQ(unpack(stored), "stored as it is");
  EXPECT_EQ(unpack(fixed), "hello hello hello hello");
  EXPECT_EQ(unpack(dynamic), squares());
  EXPECT_EQ(unpack(zeros), std::string(100'000, '\0'));
}

TEST(Gunzip, skips_every_field_of_the_header) {
  EXPECT_EQ(unpack(every_field), "with everything");
}

TEST(Gunzip, members_are_joined_and_what_is_no_member_is_left_out) {
  Octets both = fixed;
  both.insert(both.end(), stored.begin(), stored.end());
  both.insert(both.end(), 512, 0);  // a tape's padding
  EXPECT_EQ(unpack(both), "hello hello hello hellostored as it is");
}

TEST(Gunzip, bomb_ends_at_the_room_it_has) {
  for (const std::size_t room : {0UL, 1UL, 4096UL, 99'999UL}) EXPECT_EQ(unpack(zeros, room), no_room) << room;
  EXPECT_EQ(unpack(stored, 14), no_room);
}

TEST(Gunzip, every_shorter_file_is_an_error) {
  for (const Octets* file : {&stored, &fixed, &dynamic, &every_field}) {
    for (std::size_t size = 0; size < file->size(); ++size) {
      const std::string got = unpack(Octets(file->begin(), file->begin() + static_cast<std::ptrdiff_t>(size)));
      EXPECT_EQ(got, damaged) << size;
    }
  }
}

TEST(Gunzip, check_sum_and_size_must_be_true) {
  for (std::size_t back = 1; back <= 8; ++back) {
    Octets wrong = dynamic;
    wrong[wrong.size() - back] ^= 0x10;
    EXPECT_EQ(unpack(wrong), damaged) << back;
  }
}

TEST(Gunzip, headers_that_are_none_are_refused) {
  Octets method = fixed, flag = fixed, magic = fixed;
  method[2] = 7;
  flag[3] = 0x20;
  magic[1] = 0x8c;
  for (const Octets& wrong : {method, flag, magic}) EXPECT_EQ(unpack(wrong), damaged);
  Octets extra = every_field;
  extra[11] = 0xff;  // 65285 bytes of extra field
  EXPECT_EQ(unpack(extra), damaged);
}

/// One block of these bits, the first lowest, behind a header.
Octets block(const std::string& bits) {
  Octets file(fixed.begin(), fixed.begin() + 10);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (i % 8 == 0) file.push_back(0);
    if (bits[i] == '1') file.back() |= static_cast<std::uint8_t>(1U << i % 8);
  }
  file.resize(file.size() + 8);
  return file;
}

TEST(Gunzip, distance_before_the_beginning_is_refused) {
  // last, fixed; the literal 'a' (0x91 in eight bits); length 3; distance 2, then 24577 which has 13 extra bits
  EXPECT_EQ(unpack(block("1" "10" "10010001" "0000001" "00001" "0000000")), damaged);
  EXPECT_EQ(unpack(block("1" "10" "10010001" "0000001" "11101" "1111111111111" "0000000")), damaged);
  EXPECT_EQ(unpack(block("1" "10" "10010001" "0000001" "11110" "0000000")), damaged);  // there is no such code
  EXPECT_EQ(unpack(block("1" "10" "10010001" "11000110")), damaged);                   // nor this length's (286)
}

TEST(Gunzip, codes_that_cannot_be_are_refused) {
  EXPECT_EQ(unpack(block("1" "11")), damaged);                                // a fourth kind of block
  EXPECT_EQ(unpack(block("1" "00" "00000" "0000000000000001" "0000000000000000")), damaged);  // stored: lengths differ
  EXPECT_EQ(unpack(block("1" "01" "11111" "00000" "0000" "000000000000")), damaged);          // codes without codes
  std::string crowded = "101" "00000" "00000" "0000";
  for (int i = 0; i < 4; ++i) crowded += "100";  // four code lengths of one bit
  EXPECT_EQ(unpack(block(crowded)), damaged);
}

}  // namespace
}  // namespace image
