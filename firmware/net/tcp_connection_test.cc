// SPDX-License-Identifier: MPL-2.0
// One connection against a peer whose every segment the test writes by hand.
#include "net/tcp_connection.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace net {
namespace {

using base::Duration;
using base::Instant;
using wire::TcpSequence;
using Buffer = std::vector<std::uint8_t>;

constexpr TcpEnds ends{base::Ipv4Address::of(198, 18, 0, 2), base::Ipv4Address::of(198, 18, 0, 1), 50000, 80};
constexpr std::size_t mss = 1460;

struct TcpConnectionTest : testing::Test {
  void SetUp() override { connection.open(ends, ours, mss, ring, window); }

  struct Sent {
    wire::TcpRepr header;
    std::string payload;
  };
  std::vector<Sent> transmit() {
    std::vector<Sent> sent;
    while (const auto segment = connection.transmit(now)) {
      sent.push_back({*segment, std::string(base::as_text(segment->payload))});
    }
    return sent;
  }
  /// Time goes on until the connection has something to say.
  std::vector<Sent> wait_and_transmit() {
    for (int turn = 0; turn < 10; ++turn) {
      if (connection.poll_at() == Instant::never()) return {};
      if (now < connection.poll_at()) now = connection.poll_at();
      const auto sent = transmit();
      if (!sent.empty()) return sent;
    }
    return {};
  }
  /// What the peer says next.
  wire::TcpRepr from_peer(std::size_t offset = 1) {
    wire::TcpRepr segment;
    segment.source_port = 80;
    segment.destination_port = 50000;
    segment.flags.ack = true;
    segment.sequence = theirs + offset;
    segment.acknowledgment = ours + 1;
    segment.window = 60000;
    return segment;
  }
  void arrive(const wire::TcpRepr& segment) {
    Buffer bytes(segment.size());
    segment.emit(bytes, ends.remote, ends.local);
    connection.process(*wire::TcpView::parse(bytes), now);
  }
  void establish(std::uint16_t peer_mss = mss) {
    ASSERT_EQ(transmit().size(), 1U);
    wire::TcpRepr syn_ack = from_peer(0);
    syn_ack.flags.syn = true;
    syn_ack.options.mss = peer_mss;
    arrive(syn_ack);
    ASSERT_TRUE(connection.is_connected());
    ASSERT_EQ(transmit().size(), 1U);
  }

  Instant now = Instant::from_us(9'000'000);
  TcpSequence ours{0xfffffffd}, theirs{0x7ffffffe};
  Buffer ring = Buffer(128 << 10);
  ReceiveWindow window{4};
  TcpConnection connection;
};

TEST_F(TcpConnectionTest, opens_with_its_options) {
  const auto sent = transmit();
  ASSERT_EQ(sent.size(), 1U);
  const wire::TcpRepr& syn = sent[0].header;
  EXPECT_TRUE(syn.flags.syn && !syn.flags.ack);
  EXPECT_EQ(syn.sequence, ours);
  EXPECT_EQ(syn.options.mss, 1460);
  EXPECT_EQ(syn.options.window_scale, 2);
  EXPECT_TRUE(syn.options.sack_permitted);
  EXPECT_EQ(syn.window, 4 * 1460);
}

TEST_F(TcpConnectionTest, gives_up_when_nobody_answers_its_syn) {
  const Instant begin = now;
  std::vector<std::int64_t> sent_at;
  for (auto sent = transmit(); !sent.empty(); sent = wait_and_transmit()) {
    EXPECT_TRUE(sent[0].header.flags.syn);
    sent_at.push_back((now - begin).ms());
  }
  EXPECT_EQ(sent_at, (std::vector<std::int64_t>{0, 500, 1500, 3500, 7500, 15500}));
  ASSERT_NE(connection.failure(), nullptr);
  EXPECT_EQ((now - begin).ms(), 23500);
  EXPECT_EQ(connection.failure()->code(), base::ErrorCode::timed_out);
  EXPECT_NE(connection.failure()->sentence().find("198.18.0.1 port 80"), std::string_view::npos);
  EXPECT_TRUE(connection.is_over());
}

TEST_F(TcpConnectionTest, says_so_when_it_is_refused) {
  transmit();
  wire::TcpRepr reset = from_peer();
  reset.flags.rst = true;
  arrive(reset);
  ASSERT_NE(connection.failure(), nullptr);
  EXPECT_EQ(connection.failure()->code(), base::ErrorCode::refused);
  EXPECT_TRUE(transmit().empty());
}

// [rfc9293 3.10.7.3]: resets that acknowledge nothing of ours, or nothing at all.
TEST_F(TcpConnectionTest, blind_resets_do_not_stop_the_handshake) {
  transmit();
  wire::TcpRepr reset = from_peer();
  reset.flags.rst = true;
  reset.flags.ack = false;
  arrive(reset);
  for (const std::size_t wrong : {0U, 2U, 1000U, 0x80000000U}) {
    reset.flags.ack = true;
    reset.acknowledgment = ours + wrong;
    arrive(reset);
  }
  EXPECT_EQ(connection.failure(), nullptr);
  EXPECT_TRUE(connection.is_connecting());
}

TEST_F(TcpConnectionTest, a_wrong_acknowledgment_of_the_syn_is_answered_by_a_reset) {
  transmit();
  wire::TcpRepr syn_ack = from_peer(0);
  syn_ack.flags.syn = true;
  syn_ack.acknowledgment = ours + 77;
  arrive(syn_ack);
  const auto sent = transmit();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_TRUE(sent[0].header.flags.rst);
  EXPECT_EQ(sent[0].header.sequence, ours + 77);
  EXPECT_TRUE(connection.is_connecting());
}

// F-TCP1: SYN-ACK with data, even with FIN.
TEST_F(TcpConnectionTest, F_TCP1_takes_data_that_comes_with_the_syn) {
  transmit();
  wire::TcpRepr syn_ack = from_peer(0);
  syn_ack.flags.syn = true;
  syn_ack.flags.fin = true;
  const Buffer data(5, 0x41);
  syn_ack.payload = data;
  arrive(syn_ack);
  EXPECT_EQ(connection.readable().size(), 5U);
  connection.consume(5);
  EXPECT_TRUE(connection.is_finished());
  EXPECT_EQ(transmit()[0].header.acknowledgment, theirs + 7);
}

// F-TCP1: MSS 0 and 1, and none.
TEST_F(TcpConnectionTest, F_TCP1_cuts_what_it_sends_to_the_peers_mss_within_reason) {
  for (const auto& [told, used] : {std::pair{0, 64}, {1, 64}, {100, 100}, {65535, 1460}}) {
    connection.open(ends, ours, mss, ring, window);
    establish(static_cast<std::uint16_t>(told));
    EXPECT_EQ(connection.send(Buffer(1460, 0x41)), 1460U);
    const auto sent = transmit();
    ASSERT_FALSE(sent.empty());
    EXPECT_EQ(sent[0].payload.size(), static_cast<std::size_t>(used)) << told;
    std::size_t sum = 0;
    for (const auto& piece : sent) sum += piece.payload.size();
    EXPECT_EQ(sum, 1460U);
  }
}

TEST_F(TcpConnectionTest, sends_takes_no_more_than_fits_and_goes_on_after_the_acknowledgment) {
  establish();
  const Buffer data(3000, 0x41);
  EXPECT_EQ(connection.send(data), TcpSender::buffer_size);
  EXPECT_EQ(connection.send(data), 0U);
  EXPECT_EQ(transmit().size(), 2U);
  EXPECT_FALSE(connection.is_sent());
  wire::TcpRepr ack = from_peer();
  ack.acknowledgment = ours + 1 + 1460;
  arrive(ack);
  EXPECT_EQ(connection.send(data), 1460U);
  ack.acknowledgment = ours + 1 + 2048;
  arrive(ack);
  EXPECT_EQ(transmit().size(), 1U);
}

TEST_F(TcpConnectionTest, repeats_with_growing_patience_and_gives_up_in_the_end) {
  establish();
  const Instant begin = now;
  connection.send(base::as_bytes("hello"));
  std::vector<std::int64_t> sent_at;
  for (auto sent = transmit(); !sent.empty(); sent = wait_and_transmit()) {
    EXPECT_EQ(sent[0].payload, "hello");
    EXPECT_EQ(sent[0].header.sequence, ours + 1);
    sent_at.push_back((now - begin).ms());
  }
  EXPECT_EQ(sent_at, (std::vector<std::int64_t>{0, 200, 600, 1400, 3000, 6200, 12600, 20600}));
  ASSERT_NE(connection.failure(), nullptr);
  EXPECT_EQ(connection.failure()->code(), base::ErrorCode::timed_out);
}

TEST_F(TcpConnectionTest, three_repeated_acknowledgments_bring_the_first_segment_again) {
  establish();
  connection.send(Buffer(2000, 0x41));
  EXPECT_EQ(transmit().size(), 2U);
  for (int i = 0; i < 2; ++i) arrive(from_peer());
  EXPECT_TRUE(transmit().empty());
  // The handshake's last segment already told this window, so all three count.
  arrive(from_peer());
  const auto sent = transmit();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].header.sequence, ours + 1);
  EXPECT_EQ(sent[0].payload.size(), 1460U);
}

TEST_F(TcpConnectionTest, second_repetition_is_of_a_size_that_passes_anywhere) {
  establish();
  connection.send(Buffer(1460, 0x41));
  EXPECT_EQ(transmit()[0].payload.size(), 1460U);
  EXPECT_EQ(wait_and_transmit()[0].payload.size(), 1460U);
  const auto small = wait_and_transmit();
  ASSERT_EQ(small.size(), 3U);
  EXPECT_EQ(small[0].payload.size(), 536U);
}

TEST_F(TcpConnectionTest, the_timeout_follows_the_round_trip) {
  establish();
  connection.send(Buffer(10, 0x41));
  transmit();
  now = now + Duration::seconds(2);
  wire::TcpRepr ack = from_peer();
  ack.acknowledgment = ours + 11;
  arrive(ack);
  connection.send(Buffer(10, 0x41));
  transmit();
  EXPECT_GT(connection.poll_at() - now, Duration::seconds(1));
}

// F-TCP1: ACK of unsent data is answered and changes nothing.
TEST_F(TcpConnectionTest, F_TCP1_an_acknowledgment_of_unsent_data_is_not_believed) {
  establish();
  connection.send(base::as_bytes("hello"));
  transmit();
  for (const std::uint32_t wrong : {7U, 1000U, 0x70000000U, 0x90000000U}) {
    wire::TcpRepr ack = from_peer();
    ack.acknowledgment = ours + wrong;
    const Buffer data(3, 0x42);
    ack.payload = data;
    arrive(ack);
    EXPECT_EQ(transmit().size(), 1U) << wrong;
  }
  EXPECT_FALSE(connection.is_sent());
  EXPECT_TRUE(connection.readable().empty());
}

// F-TCP1 and [rfc5961 3.2]: only the exact next number breaks the connection.
TEST_F(TcpConnectionTest, F_TCP1_resets_must_be_exact) {
  establish();
  wire::TcpRepr reset = from_peer();
  reset.flags.rst = true;
  for (const std::uint32_t outside : {0U, 0x7fffffffU, 4U * 1460 + 1, 100000U}) {
    reset.sequence = theirs + outside;
    arrive(reset);
    EXPECT_TRUE(transmit().empty()) << outside;
  }
  for (const std::uint32_t inside : {2U, 100U, 4U * 1460}) {
    reset.sequence = theirs + inside;
    arrive(reset);
    EXPECT_EQ(transmit().size(), 1U) << inside;
  }
  EXPECT_TRUE(connection.is_connected());
  reset.sequence = theirs + 1;
  arrive(reset);
  EXPECT_FALSE(connection.is_connected());
  ASSERT_NE(connection.failure(), nullptr);
  EXPECT_EQ(connection.failure()->code(), base::ErrorCode::interrupted);
}

TEST_F(TcpConnectionTest, a_reset_after_the_end_is_no_failure) {
  establish();
  wire::TcpRepr fin = from_peer();
  fin.flags.fin = true;
  arrive(fin);
  transmit();
  wire::TcpRepr reset = from_peer(2);
  reset.flags.rst = true;
  arrive(reset);
  EXPECT_EQ(connection.failure(), nullptr);
  EXPECT_TRUE(connection.is_finished());
  EXPECT_TRUE(connection.is_over());
}

TEST_F(TcpConnectionTest, a_syn_in_the_middle_is_only_answered) {
  establish();
  wire::TcpRepr syn = from_peer(10);
  syn.flags.syn = true;
  arrive(syn);
  EXPECT_EQ(transmit().size(), 1U);
  EXPECT_TRUE(connection.is_connected());
}

TEST_F(TcpConnectionTest, a_repeated_syn_ack_is_acknowledged_again) {
  establish();
  wire::TcpRepr syn_ack = from_peer(0);
  syn_ack.flags.syn = true;
  arrive(syn_ack);
  ASSERT_EQ(transmit().size(), 1U);
  EXPECT_TRUE(connection.is_connected());
}

// F-TCP1: an urgent pointer far beyond the data.
TEST_F(TcpConnectionTest, F_TCP1_urgent_data_is_ordinary_data) {
  establish();
  wire::TcpRepr segment = from_peer();
  const Buffer data(5, 0x41);
  segment.payload = data;
  Buffer bytes(segment.size());
  segment.emit(bytes, ends.remote, ends.local);
  bytes[13] |= 0x20;
  base::store_be16(bytes.data() + 18, 0xffff);
  connection.process(*wire::TcpView::parse(bytes), now);
  EXPECT_EQ(connection.readable().size(), 5U);
}

// F-TCP1: window 0 for ever is asked about for ever, as long as the peer answers.
TEST_F(TcpConnectionTest, F_TCP1_a_shut_window_is_probed_and_its_opening_is_seen) {
  establish();
  wire::TcpRepr shut = from_peer();
  shut.window = 0;
  arrive(shut);
  connection.send(Buffer(100, 0x41));
  EXPECT_TRUE(transmit().empty());
  for (int i = 0; i < 50; ++i) {
    const auto probe = wait_and_transmit();
    ASSERT_EQ(probe.size(), 1U) << i;
    EXPECT_EQ(probe[0].payload.size(), 1U);
    arrive(shut);
  }
  EXPECT_EQ(connection.failure(), nullptr);
  arrive(from_peer());
  const auto sent = transmit();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].payload.size(), 100U);
  EXPECT_EQ(sent[0].header.sequence, ours + 1);
}

TEST_F(TcpConnectionTest, F_TCP1_a_peer_that_shuts_its_window_and_vanishes_is_given_up) {
  establish();
  wire::TcpRepr shut = from_peer();
  shut.window = 0;
  arrive(shut);
  connection.send(Buffer(100, 0x41));
  transmit();
  for (int i = 0; i < 20 && connection.failure() == nullptr; ++i) wait_and_transmit();
  EXPECT_NE(connection.failure(), nullptr);
}

TEST_F(TcpConnectionTest, closes_after_the_last_byte_is_out) {
  establish();
  connection.send(base::as_bytes("bye"));
  connection.close();
  EXPECT_EQ(connection.send(base::as_bytes("more")), 0U);
  auto sent = transmit();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_TRUE(sent[0].header.flags.fin);
  EXPECT_EQ(sent[0].payload, "bye");
  wire::TcpRepr ack = from_peer();
  ack.acknowledgment = ours + 5;
  arrive(ack);
  EXPECT_FALSE(connection.is_over());
  ack.flags.fin = true;
  arrive(ack);
  sent = transmit();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].header.acknowledgment, theirs + 2);
  EXPECT_TRUE(connection.is_over());
  EXPECT_EQ(connection.failure(), nullptr);
}

TEST_F(TcpConnectionTest, both_may_close_at_once) {
  establish();
  connection.close();
  EXPECT_TRUE(transmit()[0].header.flags.fin);
  wire::TcpRepr fin = from_peer();
  fin.flags.fin = true;
  arrive(fin);
  EXPECT_EQ(transmit()[0].header.acknowledgment, theirs + 2);
  EXPECT_FALSE(connection.is_over());
  wire::TcpRepr ack = from_peer(2);
  ack.acknowledgment = ours + 2;
  arrive(ack);
  EXPECT_TRUE(transmit().empty());
  EXPECT_TRUE(connection.is_over());
}

TEST_F(TcpConnectionTest, a_lost_fin_is_repeated) {
  establish();
  connection.close();
  EXPECT_TRUE(transmit()[0].header.flags.fin);
  const auto again = wait_and_transmit();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_TRUE(again[0].header.flags.fin);
  EXPECT_EQ(again[0].header.sequence, ours + 1);
}

TEST_F(TcpConnectionTest, the_peer_may_close_first_and_still_be_sent_to) {
  establish();
  wire::TcpRepr fin = from_peer();
  fin.flags.fin = true;
  arrive(fin);
  transmit();
  connection.send(base::as_bytes("last words"));
  EXPECT_EQ(transmit()[0].payload, "last words");
  connection.close();
  EXPECT_TRUE(transmit()[0].header.flags.fin);
}

TEST_F(TcpConnectionTest, what_was_received_can_be_read_after_the_connection_broke) {
  establish();
  wire::TcpRepr segment = from_peer();
  const Buffer data(5, 0x41);
  segment.payload = data;
  arrive(segment);
  wire::TcpRepr reset = from_peer(6);
  reset.flags.rst = true;
  arrive(reset);
  ASSERT_NE(connection.failure(), nullptr);
  EXPECT_EQ(connection.readable().size(), 5U);
}

// Found by fuzzing: a full segment with SACK blocks was longer than a frame.
TEST_F(TcpConnectionTest, sack_gives_way_to_data_where_both_do_not_fit) {
  transmit();
  wire::TcpRepr syn_ack = from_peer(0);
  syn_ack.flags.syn = true;
  syn_ack.options.mss = 1460;
  syn_ack.options.sack_permitted = true;
  arrive(syn_ack);
  transmit();
  const Buffer data(10, 0x41);
  for (const std::size_t offset : {101U, 201U, 301U, 401U}) {
    wire::TcpRepr segment = from_peer(offset);
    segment.payload = data;
    arrive(segment);
  }
  connection.send(Buffer(1460 + 1440, 0x42));
  const auto sent = transmit();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].payload.size(), 1460U);
  EXPECT_EQ(sent[0].header.options.sack_count, 0U);
  EXPECT_EQ(sent[1].payload.size(), TcpSender::buffer_size - 1460);
  EXPECT_EQ(sent[1].header.options.sack_count, 4U);
}

// Old windows in old segments must not shut a newer one [rfc9293 3.10.7.4].
TEST_F(TcpConnectionTest, an_old_segment_does_not_change_the_window) {
  establish();
  wire::TcpRepr newer = from_peer(1);
  const Buffer data(10, 0x41);
  newer.payload = data;
  newer.window = 1000;
  arrive(newer);
  connection.send(Buffer(200, 0x41));
  transmit();
  wire::TcpRepr ack = from_peer(11);
  ack.acknowledgment = ours + 201;
  arrive(ack);
  wire::TcpRepr older = from_peer(11);
  older.acknowledgment = ours + 1;
  older.window = 0;
  arrive(older);
  connection.send(Buffer(200, 0x41));
  const auto sent = transmit();
  ASSERT_FALSE(sent.empty());
  EXPECT_EQ(sent.back().payload.size(), 200U);
}

}  // namespace
}  // namespace net
