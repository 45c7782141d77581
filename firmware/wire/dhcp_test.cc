// SPDX-License-Identifier: MPL-2.0
#include "wire/dhcp.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace wire {
namespace {

using Octets = std::vector<std::uint8_t>;

std::string text(base::Bytes bytes) {
  return std::string(base::as_text(bytes));
}

/// A reply with these options after the cookie; `file` and `sname` filled as told.
Octets packet(const Octets& options, const Octets& file = {}, const Octets& sname = {}) {
  BootpHeader header;
  header.op = bootp_op_reply;
  std::copy(file.begin(), file.end(), header.file.begin());
  std::copy(sname.begin(), sname.end(), header.sname.begin());
  const auto* raw = static_cast<const std::uint8_t*>(static_cast<const void*>(&header));
  Octets bytes(raw, raw + sizeof header);
  bytes.insert(bytes.end(), options.begin(), options.end());
  return bytes;
}

std::vector<int> codes(const DhcpOptions& options) {
  std::vector<int> seen;
  DhcpOptionWalker walker(options);
  while (const auto option = walker.next()) seen.push_back(option->code);
  return seen;
}

TEST(DhcpPacket, fields_stand_where_the_rfc_draws_them) {
  Octets bytes(240, 0);
  bytes[0] = 2;
  base::store_be32(&bytes[4], 0x11223344);
  base::store_be16(&bytes[8], 7);
  base::store_be32(&bytes[16], 0xc612004d);
  base::store_be32(&bytes[20], 0xc6120001);
  base::store_be32(&bytes[236], dhcp_magic_cookie);
  const auto parsed = DhcpPacket::parse(bytes);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->header().op, 2);
  EXPECT_EQ(parsed->header().xid, 0x11223344U);
  EXPECT_EQ(parsed->header().secs, 7);
  EXPECT_EQ(parsed->yiaddr(), base::Ipv4Address::of(198, 18, 0, 77));
  EXPECT_EQ(parsed->siaddr(), base::Ipv4Address::of(198, 18, 0, 1));
  EXPECT_FALSE(parsed->message_type());
}

// F11: every length from nothing to a little over the fixed part.
TEST(DhcpPacket, F11_shorter_than_the_fixed_part_or_without_its_cookie_is_refused) {
  const Octets whole = packet({53, 1, 2, 255});
  for (std::size_t length = 0; length < 260; ++length) {
    Octets cut = whole;
    cut.resize(length);
    EXPECT_EQ(DhcpPacket::parse(cut).has_value(), length >= 240) << length;
  }
  Octets no_cookie = whole;
  no_cookie[236] = 0;
  EXPECT_FALSE(DhcpPacket::parse(no_cookie));
}

TEST(DhcpOptionWalker, F11_ends_at_every_truncation_without_reading_beyond_it) {
  const Octets options = {0,  53, 1,   2,   0,   0,  54, 4,   198, 18, 0,  1,
                          67, 3,  'a', 'b', 'c', 12, 0,  255, 66,  1,  'x'};
  const std::vector<int> expected = {53, 54, 67, 12};
  for (std::size_t length = 0; length <= options.size(); ++length) {
    const Octets exact(options.begin(),
                       options.begin() + static_cast<std::ptrdiff_t>(length));  // ASan guards its end
    const auto seen = codes(DhcpOptions(exact));
    ASSERT_LE(seen.size(), expected.size());
    EXPECT_TRUE(std::equal(seen.begin(), seen.end(), expected.begin())) << length;
    EXPECT_TRUE(length < options.size() || seen == expected);
  }
}

TEST(DhcpOptionWalker, F11_a_tag_as_the_last_octet_is_a_truncation) {
  const Octets options = {53, 1, 2, 67};
  DhcpOptionWalker walker{DhcpOptions(options)};
  EXPECT_TRUE(walker.next());
  EXPECT_FALSE(walker.was_truncated());
  EXPECT_FALSE(walker.next());
  EXPECT_TRUE(walker.was_truncated());
}

TEST(DhcpOptionWalker, a_value_that_ends_with_its_area_is_whole) {
  const Octets options = {67, 2, 'a', 'b'};
  DhcpOptionWalker walker{DhcpOptions(options)};
  const auto option = walker.next();
  ASSERT_TRUE(option);
  EXPECT_EQ(text(option->value), "ab");
  EXPECT_FALSE(walker.next());
  EXPECT_FALSE(walker.was_truncated());
}

// F4: fourteen hundred PADs are nothing.
TEST(DhcpOptionWalker, F4_walks_over_any_number_of_pads) {
  Octets options(1400, 0);
  options.insert(options.end(), {53, 1, 5});
  EXPECT_EQ(codes(DhcpOptions(options)), std::vector<int>{53});
  EXPECT_TRUE(codes(DhcpOptions(Octets(1400, 0))).empty());
}

TEST(DhcpOptions, pieces_are_joined_in_order) {
  const Octets options = {67, 3, 'h', 't', 't', 12, 1, 'n', 67, 0, 67, 2, 'p', ':'};
  std::uint8_t scratch[8];
  const auto value = DhcpOptions(options).find(67, scratch);
  ASSERT_TRUE(value);
  EXPECT_EQ(text(*value), "http:");
  EXPECT_EQ(value->data(), scratch);
}

TEST(DhcpOptions, a_value_in_one_piece_needs_no_scratch) {
  const Octets options = {67, 3, 'a', 'b', 'c', 67, 0};
  const auto value = DhcpOptions(options).find(67, {});
  ASSERT_TRUE(value);
  EXPECT_EQ(text(*value), "abc");
}

// F2: pieces of more than the reader can hold are no value, never a cut one.
TEST(DhcpOptions, F2_pieces_beyond_the_scratch_are_no_value) {
  Octets options;
  for (int piece = 0; piece < 16; ++piece) {
    options.insert(options.end(), {67, 255});
    options.insert(options.end(), 255, 'x');
  }
  std::vector<std::uint8_t> scratch(16 * 255);
  EXPECT_EQ(DhcpOptions(options).find(67, scratch)->size(), scratch.size());
  scratch.pop_back();
  EXPECT_FALSE(DhcpOptions(options).find(67, scratch));
  EXPECT_FALSE(DhcpOptions(options).find(67, {}));
}

TEST(DhcpOptions, F11_numbers_have_exactly_their_size) {
  const Octets options = {53, 1, 5, 57, 2,  5, 192, 51, 9,  0, 0, 0, 0,  0,
                          0,  0, 0, 1,  58, 2, 0,   1,  58, 2, 0, 2, 54, 0};
  const DhcpOptions view(options);
  EXPECT_EQ(view.find_u8(53), 5);
  EXPECT_EQ(view.find_u16(57), 1472);
  EXPECT_FALSE(view.find_u32(51));  // F11: nine bytes
  EXPECT_FALSE(view.find_u8(57));
  EXPECT_EQ(view.find_u32(58), 0x10002U);  // joined from two pieces
  EXPECT_FALSE(view.find_u32(54));
  EXPECT_FALSE(view.find_u8(1));
}

// F5: address lists of every odd size, and the longest one.
TEST(DhcpOptions, F5_address_lists_are_whole_addresses) {
  for (std::size_t size : {0, 1, 3, 5, 7, 255}) {
    Octets options = {6, static_cast<std::uint8_t>(size)};
    options.insert(options.end(), size, 9);
    EXPECT_FALSE(DhcpOptions(options).find_ipv4(6)) << size;
  }
  Octets options = {6, 252};
  for (int server = 0; server < 63; ++server)
    options.insert(options.end(), {198, 18, 0, static_cast<std::uint8_t>(server)});
  base::Ipv4Address list[2];
  EXPECT_EQ(DhcpOptions(options).find_ipv4_list(6, list), 2U);
  EXPECT_EQ(list[1], base::Ipv4Address::of(198, 18, 0, 1));
  EXPECT_EQ(DhcpOptions(options).find_ipv4(6), base::Ipv4Address::of(198, 18, 0, 0));
}

// F1: sub-options whose lengths lie; F6: 43 as it should not be.
TEST(DhcpOptions, F1_encapsulated_options_are_walked_alike) {
  const Octets options = {175, 6, 176, 1, 1, 1, 200, 0, 43, 4, 6, 1, 8, 255, 43, 3, 9, 1, 1};
  std::uint8_t scratch[64];
  const DhcpOptions view(options);
  const DhcpOptions etherboot = view.find_encapsulated(175, scratch);
  EXPECT_EQ(etherboot.find_u8(176), 1);
  EXPECT_FALSE(etherboot.contains(1));  // its length overruns option 175
  const DhcpOptions pxe = view.find_encapsulated(43, scratch);
  EXPECT_EQ(pxe.find_u8(6), 8);
  EXPECT_FALSE(pxe.contains(9));  // stands behind the END
  EXPECT_FALSE(view.find_encapsulated(77, scratch).contains(1));
}

// F26: every value of option 52 over hostile fields.
TEST(DhcpPacket, overload_opens_file_then_sname) {
  const Octets file = {67, 2, 'f', '1', 52, 1, 2, 255, 12, 1, 'n'};
  const Octets sname = {67, 2, 's', '1', 52, 1, 1, 66, 200};
  std::uint8_t scratch[64];
  const auto boot_file = [&](std::uint8_t value) {
    const Octets bytes = packet({67, 1, 'o', 52, 1, value, 255}, file, sname);
    return text(DhcpPacket::parse(bytes)->boot_file(scratch));
  };
  EXPECT_EQ(boot_file(1), "of1");
  EXPECT_EQ(boot_file(2), "os1");
  EXPECT_EQ(boot_file(3), "of1s1");
  for (std::uint8_t nonsense : Octets{0, 4, 255}) EXPECT_EQ(boot_file(nonsense), "o") << int{nonsense};
}

TEST(DhcpPacket, F26_overload_of_the_wrong_size_is_no_overload) {
  const Octets bytes = packet({52, 2, 1, 1, 255}, {67, 1, 'x'}, {});
  std::uint8_t scratch[64];
  EXPECT_FALSE(DhcpPacket::parse(bytes)->options().contains(67));
  EXPECT_EQ(text(DhcpPacket::parse(bytes)->boot_file(scratch)), "C\x01x");
}

TEST(DhcpPacket, F26_an_overload_inside_an_overloaded_field_means_nothing) {
  const Octets bytes = packet({52, 1, 1, 255}, {52, 1, 3, 255}, {67, 1, 'x', 255});
  EXPECT_FALSE(DhcpPacket::parse(bytes)->options().contains(67));
}

// F16: fields without a NUL, and names of awkward sizes.
TEST(DhcpPacket, F16_names_end_at_nul_or_with_their_field) {
  std::uint8_t scratch[1472];
  Octets bytes = packet({255}, Octets(128, 'f'), Octets(64, 's'));
  EXPECT_EQ(text(DhcpPacket::parse(bytes)->boot_file(scratch)), std::string(128, 'f'));
  EXPECT_EQ(text(DhcpPacket::parse(bytes)->server_name(scratch)), std::string(64, 's'));
  bytes = packet({67, 4, 'a', 0, 'b', 0, 66, 1, 0, 255}, {'f', 0, 'g'}, {'s'});
  EXPECT_EQ(text(DhcpPacket::parse(bytes)->boot_file(scratch)), "a");
  EXPECT_EQ(text(DhcpPacket::parse(bytes)->server_name(scratch)), "s");
  for (std::size_t size : {127, 128, 129, 255, 1024}) {
    Octets options;
    for (std::size_t left = size; left > 0;) {
      const std::size_t piece = std::min<std::size_t>(left, 255);
      options.insert(options.end(), {67, static_cast<std::uint8_t>(piece)});
      options.insert(options.end(), piece, 'n');
      left -= piece;
    }
    bytes = packet(options);
    EXPECT_EQ(DhcpPacket::parse(bytes)->boot_file(scratch).size(), size);
  }
}

TEST(DhcpPacket, a_message_type_outside_the_eight_is_none) {
  for (std::uint8_t type : Octets{0, 9, 255}) {
    const Octets bytes = packet({53, 1, type});
    EXPECT_FALSE(DhcpPacket::parse(bytes)->message_type());
  }
  const Octets bytes = packet({53, 1, 6});
  EXPECT_EQ(DhcpPacket::parse(bytes)->message_type(), DhcpMessageType::nak);
}

TEST(DhcpBuilder, writes_what_the_parser_reads) {
  std::uint8_t buffer[1472];
  BootpHeader header;
  header.xid = 0xdeadbeef;
  DhcpBuilder builder(buffer, header);
  builder.add_u8(dhcp_option::message_type, 1);
  builder.add_u16(dhcp_option::maximum_message_size, 1472);
  builder.add_u32(dhcp_option::requested_address, 0x01020304);
  const Octets long_value(600, 'v');
  builder.add(dhcp_option::root_path, long_value);
  builder.add(dhcp_option::host_name, {});
  const std::size_t size = builder.finish();
  ASSERT_EQ(size, 240U + 3 + 4 + 6 + (600 + 3 * 2) + 2 + 1);
  const auto parsed = DhcpPacket::parse(base::Bytes(buffer).first(size));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->message_type(), DhcpMessageType::discover);
  EXPECT_EQ(parsed->options().find_u32(50), 0x01020304U);
  std::uint8_t scratch[600];
  EXPECT_EQ(parsed->options().find(17, scratch)->size(), 600U);
  EXPECT_TRUE(parsed->options().contains(12));
}

TEST(DhcpBuilder, says_when_a_packet_did_not_fit) {
  for (std::size_t room = 0; room < 246; ++room) {
    std::vector<std::uint8_t> buffer(room);
    DhcpBuilder builder(buffer, BootpHeader{});
    builder.add_u16(57, 1472);
    EXPECT_EQ(builder.finish(), room < 245 ? 0U : 245U) << room;
  }
}

// Real packets, where they are at hand: what another decoder saw is what our walker sees.
TEST(DhcpCorpus, the_walker_sees_the_options_that_were_recorded) {
  const char* path = std::getenv("CHAINLOAD_CORPUS");
  std::ifstream file(path == nullptr ? "" : path);
  const auto after = [](const std::string& line, const std::string& key) {
    const std::size_t at = line.find(key);
    return at == std::string::npos ? std::string() : line.substr(at + key.size());
  };
  std::string line;
  int packets = 0;
  while (std::getline(file, line)) {
    const std::string hex = after(line, "\"hex\": \"");
    Octets bytes;
    for (std::size_t i = 0; i + 1 < hex.size() && hex[i] != '"'; i += 2) {
      bytes.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    }
    const auto parsed = DhcpPacket::parse(bytes);
    const bool no_cookie = line.find("no-cookie") != std::string::npos;
    EXPECT_EQ(parsed.has_value(), !no_cookie) << line.substr(0, 120);
    if (!parsed) continue;
    std::vector<int> expected;
    const std::string list = after(line, "\"option_codes\": [");
    for (std::size_t i = 0; i < list.size() && list[i] != ']';) {
      expected.push_back(std::stoi(list.substr(i)));
      i = list.find_first_of(",]", i);
      if (list[i] == ',') i += 2;
    }
    std::vector<int> seen = codes(parsed->options());
    if (line.find("trunc-opt") != std::string::npos)
      expected.pop_back();  // listed, though it overruns the packet
    // The recording decoder knew the options field alone: what stands in overloaded fields comes after its
    // list.
    const std::size_t whole = seen.size();
    if (std::find(seen.begin(), seen.end(), 52) != seen.end())
      seen.resize(std::min(seen.size(), expected.size()));
    EXPECT_TRUE(list.empty() || seen == expected) << line.substr(0, 120);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      const Octets cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
      const auto part = DhcpPacket::parse(cut);
      EXPECT_LE(part ? codes(part->options()).size() : 0, whole);
    }
    ++packets;
  }
  RecordProperty("packets", packets);
  EXPECT_TRUE(!file.is_open() || packets > 100) << packets;
}

}  // namespace
}  // namespace wire
