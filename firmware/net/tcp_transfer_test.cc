// SPDX-License-Identifier: MPL-2.0
// TCP against a real sender, over good and bad cables: whatever is lost, what arrives is intact.
#include "net/net_bench.h"

namespace net {
namespace {

using base::Duration;
using platform::host::LinkQuality;
using platform::host::SimulatedStream;
using platform::host::TcpBehaviour;

std::vector<std::uint8_t> pattern(std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  std::uint32_t state = 12345;
  for (std::uint8_t& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<std::uint8_t>(state >> 24);
  }
  return bytes;
}

struct Download {
  bool complete = false;
  std::vector<std::uint8_t> bytes;
  Duration time;
};

/// "GET" to port 80, everything until the server's FIN, and a farewell.
Download download(Bench& bench, Duration limit = Duration::seconds(600)) {
  Download result;
  const base::Instant begin = bench.network.now();
  auto connected = bench.loop->connect(Bench::server_address, 80);
  EXPECT_TRUE(connected.ok());
  TcpConnection& connection = **connected;
  EXPECT_EQ(connection.send(base::as_bytes("GET")), 3U);
  result.complete = bench.wait(
      [&] {
        for (base::Bytes piece = connection.readable(); !piece.empty(); piece = connection.readable()) {
          result.bytes.insert(result.bytes.end(), piece.begin(), piece.end());
          connection.consume(piece.size());
        }
        return connection.is_finished() || connection.failure() != nullptr;
      },
      limit);
  EXPECT_EQ(connection.failure(), nullptr) << connection.failure()->sentence();
  result.time = bench.network.now() - begin;
  connection.close();
  bench.loop->release(connection);
  return result;
}

void serve(Bench& bench, const std::vector<std::uint8_t>& content, const TcpBehaviour& behaviour = {}) {
  bench.server.serve_tcp(
      80,
      [&content](SimulatedStream& stream) {
        stream.on_data([&content](SimulatedStream& self, base::Bytes) {
          if (self.received() != "GET") return;
          self.write(content);
          self.close();
        });
      },
      behaviour);
}

void expect_no_faults(Bench& bench) {
  for (const auto& stream : bench.server.streams()) {
    for (const std::string& fault : stream->faults()) ADD_FAILURE() << fault;
  }
}

TEST(TcpTransfer, over_a_good_cable_needs_no_repetition) {
  const auto content = pattern(3 << 20);
  Bench bench;
  serve(bench, content);
  const Download result = download(bench);
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.bytes, content);
  EXPECT_EQ(bench.server.stream().retransmissions(), 0U);
  EXPECT_EQ(bench.platform.nic().overruns(), 0U);
  EXPECT_TRUE(bench.wait([&] { return bench.server.stream().end_seen(); }));
  bench.run(Duration::seconds(1));
  EXPECT_FALSE(bench.server.stream().was_reset());
  expect_no_faults(bench);
}

TEST(TcpTransfer, acknowledges_batches_and_not_segments) {
  const auto content = pattern(3 << 20);
  Bench bench;
  serve(bench, content);
  EXPECT_EQ(download(bench).bytes, content);
  EXPECT_LT(bench.server.stream().acks_received() * 3, bench.server.stream().segments_sent());
}

struct Loss {
  unsigned per_thousand;
  bool sack;
};
class TcpLoss : public testing::TestWithParam<Loss> {};

TEST_P(TcpLoss, leaves_the_data_intact) {
  const Loss loss = GetParam();
  const auto content = pattern(loss.per_thousand > 100 ? 200 << 10 : 1 << 20);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    LinkQuality bad;
    bad.loss = loss.per_thousand;
    Bench bench(seed, {}, bad, bad);
    TcpBehaviour behaviour;
    behaviour.sack = loss.sack;
    serve(bench, content, behaviour);
    const Download result = download(bench);
    EXPECT_TRUE(result.complete) << seed;
    EXPECT_EQ(result.bytes, content) << seed;
    expect_no_faults(bench);
    EXPECT_EQ(bench.server.stream().retransmissions() > 0, loss.per_thousand != 0);
    RecordProperty("virtual_ms_seed_" + std::to_string(seed), static_cast<int>(result.time.ms()));
  }
}

INSTANTIATE_TEST_SUITE_P(, TcpLoss,
                         testing::Values(Loss{0, true}, Loss{10, true}, Loss{50, true}, Loss{200, true},
                                         Loss{0, false}, Loss{10, false}, Loss{50, false}, Loss{200, false}),
                         [](const testing::TestParamInfo<Loss>& loss) {
                           return std::to_string(loss.param.per_thousand) + "_per_thousand_" +
                                  (loss.param.sack ? "with_sack" : "without_sack");
                         });

TEST(TcpTransfer, survives_disorder_duplicates_and_corruption_at_once) {
  const auto content = pattern(512 << 10);
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    LinkQuality bad;
    bad.loss = 10;
    bad.duplication = 100;
    bad.reordering = 250;
    bad.corruption = 10;
    bad.jitter = Duration::microseconds(500);
    Bench bench(seed, {}, bad, bad);
    TcpBehaviour behaviour;
    behaviour.watches_window_edge = false;
    serve(bench, content, behaviour);
    const Download result = download(bench);
    EXPECT_TRUE(result.complete) << seed;
    EXPECT_EQ(result.bytes, content) << seed;
    EXPECT_GT(bench.counters().bad_checksum, 0U);
    expect_no_faults(bench);
  }
}

// The cards that drop from the sixth back-to-back frame: the window finds what they take.
TEST(TcpTransfer, finds_the_window_that_a_small_receive_ring_takes) {
  const auto content = pattern(4 << 20);
  platform::host::SimulatedNic::Card card;
  card.receive_ring = 5;
  card.frame_cost = Duration::microseconds(60);
  Bench bench(1, card);
  serve(bench, content);
  const Download result = download(bench);
  EXPECT_EQ(result.bytes, content);
  const SimulatedStream& stream = bench.server.stream();
  EXPECT_LT(stream.retransmissions() * 50, stream.segments_sent());  // fewer than 2 in 100
  EXPECT_EQ(stream.timeouts(), 0U);
  expect_no_faults(bench);
}

TEST(TcpTransfer, grows_the_window_over_a_long_way) {
  const auto content = pattern(4 << 20);
  LinkQuality far;
  far.delay = Duration::milliseconds(25);
  Bench bench(1, {}, far, far);
  TcpBehaviour behaviour;
  behaviour.timeout = Duration::seconds(1);
  serve(bench, content, behaviour);
  const Download result = download(bench);
  EXPECT_EQ(result.bytes, content);
  EXPECT_GT(bench.server.stream().largest_window(), 65535U);  // only scaling can say so
  EXPECT_LT(result.time,
            Duration::seconds(4));  // 50 ms and 128 KiB: 2.5 MiB/s; with 4 segments it would be a minute
  expect_no_faults(bench);
}

TEST(TcpTransfer, does_without_options_if_the_server_has_none) {
  const auto content = pattern(300 << 10);
  Bench bench;
  TcpBehaviour behaviour;
  behaviour.sack = behaviour.window_scaling = behaviour.tells_mss = false;
  behaviour.mss = 536;
  serve(bench, content, behaviour);
  EXPECT_EQ(download(bench).bytes, content);
  EXPECT_LE(bench.server.stream().largest_window(), 65535U);
  expect_no_faults(bench);
}

TEST(TcpTransfer, stops_the_sender_when_nobody_reads_and_starts_it_again) {
  const auto content = pattern(600 << 10);
  Bench bench;
  serve(bench, content);
  auto connected = bench.loop->connect(Bench::server_address, 80);
  ASSERT_TRUE(connected.ok());
  TcpConnection& connection = **connected;
  connection.send(base::as_bytes("GET"));
  bench.run(Duration::seconds(5));
  std::vector<std::uint8_t> bytes;
  const auto read = [&] {
    for (base::Bytes piece = connection.readable(); !piece.empty(); piece = connection.readable()) {
      bytes.insert(bytes.end(), piece.begin(), piece.end());
      connection.consume(piece.size());
    }
    return connection.is_finished();
  };
  EXPECT_FALSE(read());
  EXPECT_EQ(bytes.size(), std::size_t{128} << 10);  // its share of the buffer, to the last byte
  EXPECT_TRUE(bench.wait(read));
  EXPECT_EQ(bytes, content);
  expect_no_faults(bench);
}

TEST(TcpTransfer, many_connections_one_after_the_other) {
  const auto content = pattern(20000);
  Bench bench;
  serve(bench, content);
  for (int i = 0; i < 50; ++i) ASSERT_EQ(download(bench).bytes, content) << i;
  EXPECT_EQ(bench.server.streams().size(), 50U);
  expect_no_faults(bench);
}

}  // namespace
}  // namespace net
