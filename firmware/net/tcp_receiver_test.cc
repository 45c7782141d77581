// SPDX-License-Identifier: MPL-2.0
#include "net/tcp_receiver.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace net {
namespace {

using base::Duration;
using base::Instant;
using wire::TcpSequence;
using Buffer = std::vector<std::uint8_t>;

constexpr std::size_t segment_size = 100;

struct TcpReceiverTest : testing::Test {
  explicit TcpReceiverTest(TcpSequence start = {0xffffff00}, std::size_t ring_size = 2000)
      : first(start), ring(ring_size) {
    receiver.open(ring, first, segment_size, 0, true, window);
  }
  /// The bytes of the stream from `offset`.
  static Buffer stream(std::size_t offset, std::size_t size) {
    Buffer bytes(size);
    for (std::size_t i = 0; i < size; ++i)
      bytes[i] = static_cast<std::uint8_t>((offset + i) * 7 + (offset + i) / 256);
    return bytes;
  }
  void arrive(std::size_t offset, std::size_t size, bool fin = false) {
    receiver.process(first + offset, stream(offset, size), fin, now);
  }
  Buffer read() {
    Buffer all;
    for (base::Bytes piece = receiver.readable(); !piece.empty(); piece = receiver.readable()) {
      all.insert(all.end(), piece.begin(), piece.end());
      receiver.consume(piece.size());
    }
    return all;
  }
  wire::TcpRepr ack() {
    wire::TcpRepr segment;
    receiver.write_ack(segment);
    return segment;
  }

  Instant now = Instant::from_us(5'000'000);
  TcpSequence first;
  Buffer ring;
  ReceiveWindow window{4};
  TcpReceiver receiver;
};

TEST(ReceiveWindow, of_a_card_that_takes_fewer_than_four_frames_never_grows) {
  ReceiveWindow small{2}, usual{4};
  small.delivered(100);
  usual.delivered(100);
  EXPECT_EQ(small.segments(), 2U);
  EXPECT_EQ(usual.segments(), 104U);
  small.lost();
  EXPECT_EQ(small.segments(), 2U);
}

TEST_F(TcpReceiverTest, gives_bytes_in_order) {
  arrive(0, 100);
  arrive(100, 50);
  EXPECT_EQ(read(), stream(0, 150));
  EXPECT_EQ(receiver.next(), first + 150);
}

TEST_F(TcpReceiverTest, every_second_segment_is_acknowledged_at_once_and_a_single_one_after_a_while) {
  ack();
  arrive(0, 100);
  EXPECT_FALSE(receiver.wants_ack(now));
  EXPECT_EQ(receiver.poll_at(), now + TcpReceiver::ack_delay);
  EXPECT_TRUE(receiver.wants_ack(now + TcpReceiver::ack_delay));
  arrive(100, 100);
  EXPECT_TRUE(receiver.wants_ack(now));
  EXPECT_EQ(ack().acknowledgment, first + 200);
  EXPECT_FALSE(receiver.wants_ack(now + Duration::seconds(1)));
}

// [rfc2018 4] and its example: the block of the newest segment first, then those told before.
TEST_F(TcpReceiverTest, sack_tells_the_newest_block_first) {
  arrive(100, 50);
  arrive(200, 50);
  arrive(300, 50);
  wire::TcpRepr segment = ack();
  ASSERT_EQ(segment.options.sack_count, 3U);
  EXPECT_EQ(segment.options.sack[0].begin, first + 300);
  EXPECT_EQ(segment.options.sack[1].begin, first + 200);
  EXPECT_EQ(segment.options.sack[2].begin, first + 100);
  arrive(150, 20);
  segment = ack();
  EXPECT_EQ(segment.options.sack[0].begin, first + 100);
  EXPECT_EQ(segment.options.sack[0].end, first + 170);
  EXPECT_EQ(segment.options.sack[1].begin, first + 300);
  arrive(0, 100);
  segment = ack();
  EXPECT_EQ(segment.acknowledgment, first + 170);
  EXPECT_EQ(segment.options.sack_count, 2U);
}

TEST_F(TcpReceiverTest, sack_tells_four_blocks_and_no_more) {
  for (std::size_t i = 1; i <= 6; ++i) arrive(i * 20, 10);
  const wire::TcpRepr segment = ack();
  ASSERT_EQ(segment.options.sack_count, 4U);
  EXPECT_EQ(segment.options.sack[3].begin, first + 60);
  EXPECT_LE(segment.options.size(), 40U);
}

TEST_F(TcpReceiverTest, more_holes_than_it_remembers_are_not_acknowledged) {
  for (std::size_t i = 1; i <= 20; ++i) arrive(i * 20, 10);
  arrive(0, 20);
  EXPECT_EQ(receiver.next(), first + 30);
  for (std::size_t i = 1; i <= 20; ++i) arrive(i * 20, 20);
  EXPECT_EQ(read(), stream(0, 420));
}

TEST_F(TcpReceiverTest, a_sender_without_sack_gets_an_acknowledgment_for_each_segment_behind_a_hole) {
  receiver.open(ring, first, segment_size, 0, false, window);
  for (std::size_t i = 1; i <= 3; ++i) arrive(i * 100, 100);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(receiver.wants_ack(now)) << i;
    const wire::TcpRepr segment = ack();
    EXPECT_EQ(segment.acknowledgment, first);
    EXPECT_EQ(segment.options.sack_count, 0U);
  }
  EXPECT_FALSE(receiver.wants_ack(now));
}

// F-TCP1: overlapping segments out of order; what came first stays.
TEST_F(TcpReceiverTest, F_TCP1_overlaps_are_joined) {
  arrive(150, 100);
  arrive(100, 100);
  arrive(220, 100);
  arrive(90, 250);
  arrive(50, 60);
  arrive(0, 60);
  EXPECT_EQ(read(), stream(0, 340));
}

TEST_F(TcpReceiverTest, a_repetition_is_acknowledged_and_not_given_twice) {
  arrive(0, 100);
  EXPECT_EQ(read(), stream(0, 100));
  ack();
  arrive(0, 100);
  EXPECT_TRUE(receiver.wants_ack(now));
  arrive(50, 100);
  EXPECT_EQ(read(), stream(100, 50));
}

TEST_F(TcpReceiverTest, takes_no_more_than_the_ring_holds) {
  for (std::size_t i = 0; i < 30; ++i) arrive(i * 100, 100);
  EXPECT_EQ(receiver.next(), first + 2000);
  EXPECT_EQ(ack().window, 0);
  EXPECT_EQ(read(), stream(0, 2000));
}

TEST_F(TcpReceiverTest, tells_when_a_shut_window_opens) {
  for (std::size_t i = 0; i < 20; ++i) arrive(i * 100, 100);
  ack();
  receiver.consume(100);
  EXPECT_FALSE(receiver.wants_ack(now));  // [rfc9293 3.8.6.2.2] not for crumbs
  receiver.consume(100);
  EXPECT_TRUE(receiver.wants_ack(now));
  EXPECT_EQ(ack().window, 200);
}

TEST_F(TcpReceiverTest, the_told_edge_never_moves_back) {
  std::mt19937 random(7);
  ReceiveWindow governor(4);
  TcpSequence edge = first;
  receiver.open(ring, first, segment_size, 3, true, governor);
  std::size_t offset = 0;
  for (int i = 0; i < 20000; ++i) {
    if (random() % 3 == 0) governor.lost();
    const std::size_t size = random() % 130;
    if (receiver.is_acceptable(first + offset, size)) arrive(offset, size);
    offset = static_cast<std::uint32_t>(receiver.next() - first);
    if (random() % 2 == 0) receiver.consume(random() % (receiver.readable().size() + 1));
    if (random() % 4 == 0) {
      const wire::TcpRepr segment = ack();
      const TcpSequence told = segment.acknowledgment + (std::size_t{segment.window} << 3);
      ASSERT_LE(-8, told - edge) << i;  // a fraction of a unit may be left over [rfc7323 2.4]
      if (edge < told) edge = told;
    }
  }
}

TEST_F(TcpReceiverTest, the_end_comes_when_everything_before_it_has_come) {
  arrive(100, 50, true);
  EXPECT_FALSE(receiver.fin_received());
  arrive(0, 100);
  EXPECT_TRUE(receiver.fin_received());
  EXPECT_FALSE(receiver.is_finished());
  EXPECT_EQ(receiver.next(), first + 151);
  EXPECT_EQ(read(), stream(0, 150));
  EXPECT_TRUE(receiver.is_finished());
}

// F-TCP1: FIN with data, data behind the FIN, a second FIN elsewhere.
TEST_F(TcpReceiverTest, nothing_stands_behind_the_end) {
  arrive(200, 100);
  arrive(100, 50, true);
  arrive(120, 100, true);
  arrive(150, 20);
  arrive(0, 100);
  EXPECT_TRUE(receiver.fin_received());
  EXPECT_EQ(read(), stream(0, 150));
  arrive(150, 100);
  arrive(151, 100, true);
  EXPECT_EQ(read(), Buffer());
  EXPECT_EQ(receiver.next(), first + 151);
  EXPECT_EQ(ack().options.sack_count, 0U);
}

TEST_F(TcpReceiverTest, only_what_touches_the_told_window_is_acceptable) {
  EXPECT_TRUE(receiver.is_acceptable(first, 0));
  EXPECT_TRUE(receiver.is_acceptable(first, 100));
  EXPECT_TRUE(receiver.is_acceptable(first + 399, 1));
  EXPECT_FALSE(receiver.is_acceptable(first + 400, 1));
  EXPECT_FALSE(receiver.is_acceptable(first + 400, 0));
  arrive(0, 100);
  EXPECT_FALSE(receiver.is_acceptable(first, 100));
  EXPECT_TRUE(receiver.is_acceptable(first, 101));
  EXPECT_FALSE(receiver.is_acceptable(first + 99, 0));
}

TEST(ReceiveWindow, doubles_until_the_first_loss_and_then_grows_with_patience) {
  ReceiveWindow window(4);
  window.delivered(4);
  EXPECT_EQ(window.segments(), 8U);
  window.delivered(8);
  EXPECT_EQ(window.segments(), 16U);
  window.lost();
  EXPECT_EQ(window.segments(), 8U);
  window.delivered(31);
  EXPECT_EQ(window.segments(), 8U);
  window.delivered(1);
  EXPECT_EQ(window.segments(), 9U);
  for (int i = 0; i < 10; ++i) window.lost();
  EXPECT_EQ(window.segments(), 4U);
  window.delivered(1023);
  EXPECT_EQ(window.segments(), 4U);
  window.delivered(1);
  EXPECT_EQ(window.segments(), 5U);
}

TEST_F(TcpReceiverTest, one_loss_halves_the_window_once_and_disorder_does_not) {
  for (std::size_t i = 0; i < 8; ++i) arrive(i * 100, 100);
  read();
  EXPECT_EQ(window.segments(), 12U);
  arrive(900, 100);  // 800 comes a little late: mere disorder
  arrive(1000, 100);
  arrive(800, 100);
  EXPECT_EQ(window.segments(), 15U);
  for (std::size_t i = 12; i < 20; ++i) {
    if (i != 14) arrive(i * 100, 100);  // 1100 is lost, and 1400 too
  }
  EXPECT_EQ(window.segments(), 7U);
  arrive(1100, 100);
  arrive(2000, 100);
  arrive(2100, 100);
  arrive(2200, 100);
  EXPECT_EQ(window.segments(), 7U);
}

// Against a naive receiver that keeps every byte ever seen in a big array.
TEST(TcpReceiverFuzz, agrees_with_a_naive_one) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    const TcpSequence first{static_cast<std::uint32_t>(random())};
    const std::size_t ring_size = 500 + random() % 3000;
    Buffer ring(ring_size);
    ReceiveWindow window(2 + random() % 20);
    TcpReceiver receiver;
    receiver.open(ring, first, segment_size, 0, random() % 2 == 0, window);
    constexpr std::size_t total = 20000;
    const Buffer content = TcpReceiverTest::stream(0, total);
    std::vector<bool> seen(total + 1);  // the last is the FIN
    Buffer got;
    Instant now;
    std::size_t checked = 0;
    for (int turn = 0; turn < 200000 && !receiver.is_finished(); ++turn) {
      const std::size_t next = static_cast<std::uint32_t>(receiver.next() - first);
      std::size_t offset = next + random() % 400;
      offset -= std::min<std::size_t>(offset, random() % 300);
      offset = std::min(offset, total);
      const std::size_t size = std::min<std::size_t>(random() % 150, total - offset);
      const bool fin = offset + size == total;
      if (receiver.is_acceptable(first + offset, size + (fin ? 1 : 0))) {
        receiver.process(first + offset, base::Bytes(content).subspan(offset, size), fin, now);
        for (std::size_t i = offset; i < offset + size; ++i) seen[i] = true;
        if (fin) seen[total] = true;
      }
      for (; checked < static_cast<std::uint32_t>(receiver.next() - first); ++checked)
        ASSERT_TRUE(seen[checked]);
      if (random() % 3 == 0) {
        const base::Bytes piece = receiver.readable();
        const std::size_t count = random() % (piece.size() + 1);
        got.insert(got.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(count));
        receiver.consume(count);
      }
      if (random() % 3 == 0) {
        wire::TcpRepr segment;
        receiver.write_ack(segment);
        for (std::size_t i = 0; i < segment.options.sack_count; ++i) {
          const wire::SackBlock block = segment.options.sack[i];
          ASSERT_LT(segment.acknowledgment, block.begin);
          ASSERT_LT(block.begin, block.end);
          for (TcpSequence at = block.begin; at < block.end; at = at + 1) {
            ASSERT_TRUE(seen[static_cast<std::uint32_t>(at - first)]);
          }
        }
      }
    }
    EXPECT_TRUE(receiver.is_finished()) << seed;
    EXPECT_EQ(got, content) << seed;
  }
}

}  // namespace
}  // namespace net
