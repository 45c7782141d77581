// SPDX-License-Identifier: MPL-2.0
// Datagrams in pieces: in any order, and as attackers cut them. Nothing is ever made of two different
// datagrams.
#include "net/reassembly.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace net {
namespace {

using base::Duration;
using base::Instant;
using base::Ipv4Address;
using Octets = std::vector<std::uint8_t>;

constexpr Ipv4Address server = Ipv4Address::of(198, 18, 0, 1), ours = Ipv4Address::of(198, 18, 0, 2);

struct Piece {
  std::size_t at, size;
  bool more;
  std::uint8_t fill = 0;  // 0: the pattern
  std::uint16_t id = 7;
  Ipv4Address source = server;
};

struct ReassemblyTest : testing::Test {
  static std::uint8_t pattern(std::size_t at) { return static_cast<std::uint8_t>(at * 7 + at / 256 + 1); }
  /// The whole payload when this piece completes it.
  std::optional<Octets> add(const Piece& piece) {
    packet.assign(20 + piece.size, 0);
    wire::Ipv4Repr{piece.source, ours, wire::IpProtocol::udp, piece.size}.emit(packet);
    base::store_be16(&packet[4], piece.id);
    base::store_be16(&packet[6], static_cast<std::uint16_t>(piece.at / 8 | (piece.more ? 0x2000 : 0)));
    for (std::size_t i = 0; i < piece.size; ++i)
      packet[20 + i] = piece.fill != 0 ? piece.fill : pattern(piece.at + i);
    const auto view = wire::Ipv4View::parse(packet);
    EXPECT_TRUE(view);
    const auto whole = reassembly->add(*view, now);
    if (!whole) return std::nullopt;
    EXPECT_TRUE(whole->checksum_ok());
    EXPECT_FALSE(whole->is_fragment());
    EXPECT_EQ(whole->source(), piece.source);
    return Octets(whole->payload().begin(), whole->payload().end());
  }
  static Octets expected(std::size_t size) {
    Octets bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = pattern(i);
    return bytes;
  }
  std::unique_ptr<Reassembly> reassembly = std::make_unique<Reassembly>();
  Octets packet;
  Instant now = Instant::from_us(1'000'000);
};

TEST_F(ReassemblyTest, pieces_in_any_order_make_the_datagram) {
  std::vector<Piece> pieces = {{0, 16, true}, {16, 8, true}, {24, 8, true}, {32, 3, false}};
  std::vector<int> order = {0, 1, 2, 3};
  do {
    for (int i = 0; i < 4; ++i) {
      const auto whole = add(pieces[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])]);
      EXPECT_EQ(whole.has_value(), i == 3);
      if (whole) {
        EXPECT_EQ(*whole, expected(35));
      }
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(ReassemblyTest, copies_of_pieces_are_ignored) {
  EXPECT_FALSE(add({0, 16, true}));
  EXPECT_FALSE(add({0, 16, true, 0xee}));
  EXPECT_FALSE(add({0, 8, true, 0xee}));
  EXPECT_EQ(*add({16, 1, false}), expected(17));
}

// All five ways in which two pieces can overlap, both orders of the rest [ptacek-newsham 1998, paxson 1998].
TEST_F(ReassemblyTest, F21_overlapping_pieces_end_the_datagram) {
  const Piece overlaps[] = {
      {8, 16, true, 0xee},   // begins in it, ends behind it
      {0, 16, true, 0xee},   // begins before it, ends in it
      {0, 40, true, 0xee},   // covers it
      {8, 24, true, 0xee},   // same begin, longer
      {16, 24, true, 0xee},  // begins in it, ends far behind
  };
  std::uint16_t id = 100;
  for (Piece overlap : overlaps) {
    overlap.id = ++id;
    EXPECT_FALSE(add({8, 16, true, 0, id}));
    const bool is_partial = overlap.at != 8 || overlap.size != 16;
    EXPECT_FALSE(add(overlap));
    const auto rest = add({24, 8, false, 0, id});
    EXPECT_FALSE(rest);
    const auto end = add({0, 8, true, 0, id});
    if (is_partial) {
      EXPECT_FALSE(end);
    } else {
      EXPECT_EQ(*end, expected(32));
    }
  }
}

TEST_F(ReassemblyTest, F21_pieces_that_contradict_the_end_drop_it) {
  EXPECT_FALSE(add({16, 8, false}));
  EXPECT_FALSE(add({24, 8, true}));  // behind the end
  EXPECT_FALSE(add({0, 16, true}));
  EXPECT_FALSE(add({32, 8, true, 0, 8}));
  EXPECT_FALSE(add({16, 8, false, 0, 8}));  // the end before what has come
  EXPECT_FALSE(add({0, 16, true, 0, 8}));
  EXPECT_FALSE(add({16, 8, false, 0, 9}));
  EXPECT_FALSE(add({24, 8, false, 0, 9}));  // two ends
  EXPECT_FALSE(add({0, 16, true, 0, 9}));
}

TEST_F(ReassemblyTest, F21_tiny_and_empty_pieces_and_pings_of_death_are_dropped) {
  EXPECT_FALSE(add({0, 1, true}));
  EXPECT_FALSE(add({0, 0, true}));
  EXPECT_FALSE(add({8, 0, false}));
  EXPECT_FALSE(add({0, 9, true}));
  EXPECT_FALSE(add({0x1fff * 8, 16, false}));  // to 65,544
  EXPECT_FALSE(add({0x1fff * 8, 1, true}));
  EXPECT_FALSE(add({4088, 16, false}));
  EXPECT_FALSE(add({0, 4088, true, 0, 8}));
  EXPECT_EQ(*add({4088, 8, false, 0, 8}), expected(4096));
}

TEST_F(ReassemblyTest, F21_lengths_are_read_in_network_order) {
  // 0x0500 or 0x0005 bytes: whoever swaps them fails here [u-boot 1817c3824a0].
  EXPECT_FALSE(add({0, 0x500, true}));
  EXPECT_EQ(*add({0x500, 5, false}), expected(0x505));
}

TEST_F(ReassemblyTest, F21_a_thousand_unfinished_datagrams_take_no_more_room_and_one_still_comes) {
  for (std::uint16_t id = 0; id < 1000; ++id) EXPECT_FALSE(add({0, 1480, true, 0, id}));
  EXPECT_FALSE(add({0, 1480, true, 0, 2000}));
  EXPECT_EQ(*add({1480, 20, false, 0, 2000}), expected(1500));
}

TEST_F(ReassemblyTest, F21_one_number_of_two_sources_is_two_datagrams) {
  EXPECT_FALSE(add({0, 8, true, 0xaa, 7, server}));
  EXPECT_FALSE(add({0, 8, true, 0, 7, Ipv4Address::of(198, 18, 0, 3)}));
  EXPECT_EQ(*add({8, 4, false, 0, 7, Ipv4Address::of(198, 18, 0, 3)}), expected(12));
  EXPECT_EQ(*add({8, 4, false, 0xaa, 7, server}), Octets(12, 0xaa));
}

TEST_F(ReassemblyTest, what_is_not_finished_in_time_is_forgotten) {
  EXPECT_FALSE(add({0, 8, true, 0xaa}));
  now = now + Reassembly::patience;
  EXPECT_FALSE(add({8, 4, false}));
  EXPECT_EQ(*add({0, 8, true}), expected(12));
}

}  // namespace
}  // namespace net
