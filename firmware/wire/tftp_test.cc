// SPDX-License-Identifier: MPL-2.0
#include "wire/tftp.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wire {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets octets(const std::string& text) {
  return Octets(text.begin(), text.end());
}

TEST(TftpPacket, packets_without_their_fixed_bytes_are_refused) {
  for (const char opcode : std::string("\3\4\5")) {
    EXPECT_TRUE(TftpPacket::parse(octets({0, opcode, 0, 1})));
    EXPECT_FALSE(TftpPacket::parse(octets({0, opcode, 0})));
    EXPECT_FALSE(TftpPacket::parse(octets({0, opcode})));
  }
  EXPECT_TRUE(TftpPacket::parse(octets({0, 6})));
  EXPECT_FALSE(TftpPacket::parse(octets({6})));
  EXPECT_FALSE(TftpPacket::parse({}));
}

TEST(TftpPacket, fields_are_where_the_rfc_draws_them) {
  const Octets bytes =
      octets(std::string("\0\3\xff\xfe"
                         "abc",
                         7));
  const auto data = TftpPacket::parse(bytes);
  EXPECT_EQ(data->opcode(), TftpOpcode::data);
  EXPECT_EQ(data->block(), 65534);
  EXPECT_EQ(base::as_text(data->data()), "abc");
}

TEST(TftpPacket, F18_error_text_ends_at_nul_or_with_the_packet) {  // F18
  const Octets with = octets(std::string("\0\5\0\1no\0junk", 11));
  EXPECT_EQ(TftpPacket::parse(with)->error_text(), "no");
  EXPECT_EQ(TftpPacket::parse(with)->error_code(), TftpError::not_found);
  const Octets without = octets(std::string("\0\5\0\1no", 6));
  EXPECT_EQ(TftpPacket::parse(without)->error_text(), "no");
}

TEST(TftpOptionWalker, ends_at_every_truncation) {
  const std::string whole(
      "\0\6blksize\0"
      "1432\0tsize\0"
      "9\0",
      2 + 8 + 5 + 6 + 2);
  for (std::size_t size = 2; size <= whole.size(); ++size) {
    const Octets cut = octets(whole.substr(0, size));
    TftpOptionWalker walker(*TftpPacket::parse(cut));
    int options = 0;
    while (const auto option = walker.next()) ++options;
    EXPECT_EQ(options, size == whole.size() ? 2 : size >= 15 ? 1 : 0) << size;
    EXPECT_EQ(walker.was_truncated(), size != whole.size() && size != 15 && size != 2) << size;
  }
}

TEST(TftpEmit, request_has_the_options_that_are_asked_for) {
  std::uint8_t room[64];
  std::size_t size = emit_tftp_request(room, "a/b", {1432, 8, true});
  const std::string expected(
      "\0\1a/b\0octet\0blksize\0"
      "1432\0tsize\0"
      "0\0windowsize\0"
      "8\0",
      2 + 4 + 6 + 8 + 5 + 6 + 2 + 11 + 2);
  EXPECT_EQ(Octets(room, room + size), octets(expected));
  EXPECT_EQ(emit_tftp_request(base::MutBytes(room).first(size - 1), "a/b", {1432, 8, true}), 0U);
  size = emit_tftp_request(room, "x", {});
  EXPECT_EQ(Octets(room, room + size), octets(std::string("\0\1x\0octet\0", 10)));
}

TEST(TftpEmit, ack_and_error) {
  std::uint8_t room[16];
  EXPECT_EQ(Octets(room, room + emit_tftp_ack(room, 0x1234)), octets(std::string("\0\4\x12\x34", 4)));
  const std::size_t size = emit_tftp_error(room, TftpError::unknown_transfer_id, "no");
  EXPECT_EQ(Octets(room, room + size), octets(std::string("\0\5\0\5no\0", 7)));
}

}  // namespace
}  // namespace wire
