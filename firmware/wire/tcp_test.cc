// SPDX-License-Identifier: MPL-2.0
#include "wire/tcp.h"

#include <gtest/gtest.h>

#include <vector>

namespace wire {
namespace {

using Buffer = std::vector<std::uint8_t>;

constexpr base::Ipv4Address client = base::Ipv4Address::of(198, 18, 0, 2);
constexpr base::Ipv4Address server = base::Ipv4Address::of(198, 18, 0, 1);

// A SYN to port 80 with MSS 1460, SACK permitted and window scale 2.
constexpr std::uint8_t syn[] = {0xc0, 0x01, 0x00, 0x50, 0x01, 0x02, 0x03, 0x04, 0, 0, 0,
                                0,    0x80, 0x02, 0x16, 0xd0, 0,    0,    0,    0, 2, 4,
                                0x05, 0xb4, 1,    1,    4,    2,    1,    3,    3, 2};
static_assert(TcpView::parse(syn)->destination_port() == 80);
static_assert(TcpView::parse(syn)->sequence() == TcpSequence{0x01020304});
static_assert(TcpView::parse(syn)->flags().syn && !TcpView::parse(syn)->flags().ack);
static_assert(TcpView::parse(syn)->window() == 0x16d0);
static_assert(TcpView::parse(syn)->options().size() == 12);
static_assert(TcpView::parse(syn)->payload().empty());

static_assert(TcpSequence{0xfffffff0} < TcpSequence{0x10});
static_assert(TcpSequence{0x10} - TcpSequence{0xfffffff0} == 0x20);
static_assert(TcpSequence{0xfffffff0} + 0x20 == TcpSequence{0x10});

TEST(TcpOptions, of_a_syn_are_read) {
  const TcpOptions options = TcpOptions::parse(TcpView::parse(syn)->options());
  EXPECT_EQ(options.mss, 1460);
  EXPECT_EQ(options.window_scale, 2);
  EXPECT_TRUE(options.sack_permitted);
  EXPECT_EQ(options.sack_count, 0U);
}

TEST(TcpSegment, comes_out_as_it_went_in) {
  const std::uint8_t payload[] = {'G', 'E', 'T'};
  TcpRepr repr;
  repr.source_port = 50000;
  repr.destination_port = 80;
  repr.sequence = {7};
  repr.acknowledgment = {0x80000001};
  repr.flags = {.psh = true, .ack = true};
  repr.window = 777;
  repr.options.sack_count = 3;
  for (std::uint32_t i = 0; i < 3; ++i) repr.options.sack[i] = {{100 * i}, {100 * i + 50}};
  repr.payload = payload;
  Buffer bytes(repr.size(), 0xee);
  repr.emit(bytes, client, server);

  const auto view = TcpView::parse(bytes);
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->checksum_ok(client, server));
  EXPECT_EQ(view->source_port(), 50000);
  EXPECT_EQ(view->acknowledgment(), repr.acknowledgment);
  EXPECT_TRUE(view->flags().psh && view->flags().ack && !view->flags().fin);
  EXPECT_EQ(view->window(), 777);
  EXPECT_EQ(view->payload().size(), 3U);
  const TcpOptions options = TcpOptions::parse(view->options());
  ASSERT_EQ(options.sack_count, 3U);
  EXPECT_EQ(options.sack[2].begin, TcpSequence{200});
  EXPECT_EQ(options.sack[2].end, TcpSequence{250});
}

TEST(TcpSegment, every_single_flipped_bit_is_noticed) {
  TcpRepr repr;
  repr.source_port = 50000;
  repr.destination_port = 80;
  repr.options.mss = 1460;
  Buffer good(repr.size());
  repr.emit(good, client, server);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Buffer bad = good;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ 1 << bit % 8);
    const auto view = TcpView::parse(bad);
    EXPECT_FALSE(view && view->checksum_ok(client, server)) << bit;
  }
}

// F-TCP1: data offset below 5 and beyond the segment; truncation; checksum 0 is no "none" as it is in UDP.
TEST(TcpSegment, F_TCP1_is_refused_when_its_header_cannot_be) {
  for (std::size_t size = 0; size < sizeof syn; ++size)
    EXPECT_FALSE(TcpView::parse(base::Bytes(syn).first(size))) << size;
  for (unsigned words = 0; words < 16; ++words) {
    Buffer bytes(std::begin(syn), std::end(syn));
    bytes[12] = static_cast<std::uint8_t>(words << 4);
    EXPECT_EQ(TcpView::parse(bytes).has_value(), words >= 5 && words <= 8) << words;
  }
  EXPECT_FALSE(TcpView::parse(syn)->checksum_ok(client, server));
}

// F4, and lwIP's reads behind the options: length 0, 1, 255, and each option cut short.
TEST(TcpOptions, F4_end_at_the_first_length_that_cannot_be) {
  for (const std::uint8_t length : std::initializer_list<std::uint8_t>{0, 1, 255, 11}) {
    const std::uint8_t bytes[] = {2, 4, 5, 0xb4, 3, length, 7, 4, 2, 1, 1, 1};
    const TcpOptions options = TcpOptions::parse(bytes);
    EXPECT_EQ(options.mss, 1460) << unsigned{length};
    EXPECT_FALSE(options.window_scale) << unsigned{length};
    EXPECT_FALSE(options.sack_permitted) << unsigned{length};
  }
  const base::Bytes all = TcpView::parse(syn)->options();
  for (std::size_t size = 0; size < all.size(); ++size) {
    const Buffer cut(all.begin(),
                     all.begin() + static_cast<std::ptrdiff_t>(size));  // so that ASan sees the end
    const TcpOptions options = TcpOptions::parse(cut);
    EXPECT_EQ(options.mss.has_value(), size >= 4) << size;
    EXPECT_FALSE(options.window_scale) << size;
  }
}

TEST(TcpOptions, of_another_length_than_theirs_are_stepped_over) {
  const std::uint8_t bytes[] = {2, 3, 9, 3, 4, 9, 9, 4, 3, 9, 5, 7, 1, 2, 3, 4, 5, 2, 4, 0, 100};
  const TcpOptions options = TcpOptions::parse(bytes);
  EXPECT_EQ(options.mss, 100);
  EXPECT_FALSE(options.window_scale);
  EXPECT_FALSE(options.sack_permitted);
  EXPECT_EQ(options.sack_count, 0U);
}

TEST(TcpOptions, F4_endless_nops_end_with_the_header) {
  const Buffer nops(40, 1);
  EXPECT_FALSE(TcpOptions::parse(nops).mss);
}

}  // namespace
}  // namespace wire
