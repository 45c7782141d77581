// SPDX-License-Identifier: MPL-2.0
#include "proto/tftp_transfer.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace proto {
namespace {

using base::Duration;
using base::Instant;
using base::Ipv4Address;
using Octets = std::vector<std::uint8_t>;

constexpr Ipv4Address server = Ipv4Address::of(198, 18, 0, 1);
constexpr Ipv4Address ours = Ipv4Address::of(198, 18, 0, 77);

Octets octets(std::string_view text) {
  return Octets(text.begin(), text.end());
}
Octets with_strings(int opcode, std::initializer_list<std::string_view> strings) {
  Octets packet = {0, static_cast<std::uint8_t>(opcode)};
  for (std::string_view text : strings) {
    packet.insert(packet.end(), text.begin(), text.end());
    packet.push_back(0);
  }
  return packet;
}
Octets data_packet(std::uint64_t block, base::Bytes data) {
  Octets packet = {0, 3, static_cast<std::uint8_t>(block >> 8), static_cast<std::uint8_t>(block)};
  packet.insert(packet.end(), data.begin(), data.end());
  return packet;
}

/// The transfer under a clock of the test's own.
struct Bench {
  TftpTransfer::Request request{server, 69, "boot/x", 8, Duration::seconds(15)};
  Instant now = Instant::from_us(1'000'000);
  Octets file;
  std::vector<std::uint64_t> expected;
  std::size_t room = SIZE_MAX;
  std::optional<TftpTransfer> transfer_;
  net::UdpOutgoing last;

  TftpTransfer& transfer() {
    if (!transfer_) {
      const Sink sink{this,
                      [](void* self, std::uint64_t total) -> base::Status {
                        static_cast<Bench*>(self)->expected.push_back(total);
                        return base::Done{};
                      },
                      [](void* self, base::Bytes piece) -> base::Status {
                        Bench& bench = *static_cast<Bench*>(self);
                        if (piece.size() > bench.room - bench.file.size()) {
                          return base::Error(base::ErrorCode::too_large, "no room");
                        }
                        bench.file.insert(bench.file.end(), piece.begin(), piece.end());
                        return base::Done{};
                      }};
      transfer_.emplace(request, std::uint16_t{50000}, sink, now);
    }
    return *transfer_;
  }
  /// What is sent at this moment; empty when nothing.
  Octets transmit() {
    std::uint8_t packet[600];
    const auto outgoing = transfer().transmit(packet, now);
    if (!outgoing) return {};
    last = *outgoing;
    return Octets(packet, packet + outgoing->payload_size);
  }
  /// What is sent next, letting time pass for it.
  Octets next() {
    while (!transfer().is_finished()) {
      now = std::max(now, transfer().poll_at());
      if (Octets packet = transmit(); !packet.empty()) return packet;
    }
    return {};
  }
  void receive(const Octets& packet, std::uint16_t port = 1234, Ipv4Address from = server) {
    transfer().process({from, ours, port, 50000, packet}, now);
  }
  void receive_data(std::uint64_t block, std::size_t size, std::uint8_t fill = 'd') {
    receive(data_packet(block, Octets(size, fill)));
  }
  std::string sentence() { return transfer().failure() ? std::string(transfer().failure()->sentence()) : ""; }
};

Octets ack(std::uint64_t block) {
  return {0, 4, static_cast<std::uint8_t>(block >> 8), static_cast<std::uint8_t>(block)};
}
Octets error_head(int code) {
  return {0, 5, 0, static_cast<std::uint8_t>(code)};
}
Octets head(Octets packet) {
  packet.resize(std::min<std::size_t>(packet.size(), 4));
  return packet;
}
const Octets full_oack = with_strings(6, {"blksize", "1432", "tsize", "3000", "windowsize", "4"});

TEST(TftpTransfer, asks_with_options_and_takes_what_is_agreed) {
  Bench bench;
  EXPECT_EQ(bench.transmit(),
            with_strings(1, {"boot/x", "octet", "blksize", "1432", "tsize", "0", "windowsize", "8"}));
  EXPECT_EQ(bench.last.destination_port, 69);
  EXPECT_EQ(bench.last.source_port, 50000);
  bench.receive(full_oack);
  EXPECT_EQ(bench.expected, std::vector<std::uint64_t>{3000});
  EXPECT_EQ(bench.transmit(), ack(0));
  EXPECT_EQ(bench.last.destination_port, 1234);
  bench.receive_data(1, 1432);
  bench.receive_data(2, 1432);
  EXPECT_EQ(bench.transmit(), Octets());
  bench.receive_data(3, 136);
  EXPECT_FALSE(bench.transfer().is_finished());
  EXPECT_EQ(bench.transmit(), ack(3));
  EXPECT_TRUE(bench.transfer().is_finished());
  EXPECT_EQ(bench.sentence(), "");
  EXPECT_EQ(bench.file.size(), 3000U);
}

TEST(TftpTransfer, server_without_options_is_served_in_lockstep) {
  Bench bench;
  bench.transmit();
  bench.receive_data(1, 512);
  EXPECT_EQ(bench.transmit(), ack(1));
  bench.receive_data(2, 0);
  EXPECT_EQ(bench.transmit(), ack(2));
  EXPECT_TRUE(bench.transfer().is_finished());
  EXPECT_EQ(bench.file.size(), 512U);
  EXPECT_TRUE(bench.expected.empty());
}

TEST(TftpTransfer, window_of_one_asks_for_lockstep) {
  Bench bench;
  bench.request.window_size = 1;
  EXPECT_EQ(bench.transmit(), with_strings(1, {"boot/x", "octet", "blksize", "1432", "tsize", "0"}));
}

TEST(TftpTransfer, window_is_acknowledged_as_a_whole) {
  Bench bench;
  bench.transmit();
  bench.receive(with_strings(6, {"blksize", "8", "windowsize", "4"}));
  bench.transmit();
  for (std::uint64_t block = 1; block <= 12; ++block) {
    bench.receive_data(block, 8);
    EXPECT_EQ(bench.transmit(), block % 4 == 0 ? ack(block) : Octets()) << block;
  }
}

// RFC 7440, 4: a hole is answered once, at once, with the last block in order.
TEST(TftpTransfer, hole_in_a_window_is_told_once) {
  Bench bench;
  bench.transmit();
  bench.receive(with_strings(6, {"blksize", "8", "windowsize", "4"}));
  bench.transmit();
  bench.receive_data(1, 8, 'a');
  bench.receive_data(3, 8, 'c');
  EXPECT_EQ(bench.transmit(), ack(1));
  bench.receive_data(4, 8, 'd');
  EXPECT_EQ(bench.transmit(), Octets());
  bench.receive_data(2, 8, 'b');  // the window begins anew
  bench.receive_data(3, 8, 'c');
  bench.receive_data(2, 8, 'b');  // a copy
  bench.receive_data(4, 8, 'd');
  EXPECT_EQ(bench.transmit(), Octets());
  bench.receive_data(5, 8, 'e');
  EXPECT_EQ(bench.transmit(), ack(5));
  EXPECT_EQ(base::as_text(bench.file), "aaaaaaaabbbbbbbbccccccccddddddddeeeeeeee");
}

// A card that takes five of eight blocks: after the first loss the ACK comes after five, and no time is lost
// again.
TEST(TftpTransfer, window_shrinks_to_what_arrives_and_grows_again_with_patience) {
  Bench bench;
  bench.transmit();
  bench.receive(with_strings(6, {"blksize", "8", "windowsize", "8"}));
  bench.transmit();
  for (std::uint64_t block = 1; block <= 5; ++block) bench.receive_data(block, 8);
  EXPECT_EQ(bench.transmit(), Octets());
  EXPECT_EQ(bench.next(), ack(5));  // the server was silent
  for (std::uint64_t block = 6; block <= 5 + 32 * 5; ++block) {
    bench.receive_data(block, 8);
    EXPECT_EQ(bench.transmit(), block % 5 == 0 ? ack(block) : Octets());
  }
  EXPECT_EQ(bench.transfer().proven_window(), 6U);
}

TEST(TftpTransfer, shut_port_ends_it_at_once_and_what_is_not_about_it_does_not) {
  const auto report = [](std::uint8_t code, std::uint16_t port, Ipv4Address about = server) {
    return net::IcmpReport{{3, code, wire::IpProtocol::udp, ours, about, 50000, port}, server};
  };
  Bench bench;
  bench.transmit();
  bench.transfer().process_icmp(report(3, 70));
  bench.transfer().process_icmp(report(3, 69, ours));
  bench.transfer().process_icmp(report(1, 69));
  bench.transfer().process_icmp(report(1, 69));
  EXPECT_FALSE(bench.transfer().is_finished());
  bench.transfer().process_icmp(report(3, 69));
  EXPECT_NE(bench.sentence().find("198.18.0.1 says that nothing listens there"), std::string::npos);
  Bench later;  // the server's process ended in the middle
  later.transmit();
  later.receive_data(1, 512);
  later.transfer().process_icmp(report(3, 69));
  EXPECT_FALSE(later.transfer().is_finished());
  later.transfer().process_icmp(report(3, 1234));
  EXPECT_TRUE(later.transfer().is_finished());
}

TEST(TftpTransfer, silence_is_answered_with_the_last_ack_ever_slower) {
  Bench bench;
  bench.transmit();
  bench.receive(with_strings(6, {"blksize", "8", "windowsize", "4"}));
  bench.transmit();
  bench.now = bench.now + Duration::milliseconds(50);
  bench.receive_data(1, 8);
  const Instant since = bench.now;
  std::vector<std::int64_t> at;
  for (Octets packet = bench.next(); !packet.empty(); packet = bench.next()) {
    EXPECT_EQ(packet, ack(1));
    at.push_back((bench.now - since).ms());
  }
  EXPECT_EQ(at, (std::vector<std::int64_t>{200, 600, 1400, 3000, 6200, 10200, 14200}));
  EXPECT_EQ(bench.sentence(),
            "the TFTP server 198.18.0.1 fell silent: nothing for 15 s after 8 bytes; try again, or use HTTP");
}

TEST(TftpTransfer, request_is_repeated_and_given_up_with_a_sentence) {
  Bench bench;
  const Instant start = bench.now;
  std::vector<std::int64_t> at;
  for (Octets packet = bench.next(); !packet.empty(); packet = bench.next())
    at.push_back((bench.now - start).ms());
  EXPECT_EQ(at, (std::vector<std::int64_t>{0, 1000, 3000, 7000}));
  EXPECT_EQ((bench.now - start).ms(), 15000);
  EXPECT_EQ(bench.transfer().failure()->code(), base::ErrorCode::timed_out);
  EXPECT_NE(bench.sentence().find("no answer from the TFTP server 198.18.0.1 in 15 s"), std::string::npos);
}

// The sorcerer's apprentice [rfc1123 4.2.3.1]: copies of a block make no copies of ACKs.
TEST(TftpTransfer, copies_are_not_answered_but_a_server_that_waited_is) {
  Bench bench;
  bench.transmit();
  bench.receive_data(1, 512);
  EXPECT_EQ(bench.transmit(), ack(1));
  for (int copy = 0; copy < 10; ++copy) bench.receive_data(1, 512);
  EXPECT_EQ(bench.transmit(), Octets());
  bench.now = bench.now + TftpTransfer::least_wait;
  bench.receive_data(1, 512);
  EXPECT_EQ(bench.transmit(), ack(1));
  EXPECT_EQ(bench.file.size(), 512U);
}

TEST(TftpTransferHostile, blocks_that_cannot_be_are_ignored) {
  Bench bench;
  bench.transmit();
  bench.receive_data(0, 512);
  bench.receive_data(2, 512);
  bench.receive({});
  bench.receive({0});
  bench.receive({0, 3, 0});
  bench.receive({0, 9, 0, 1});
  bench.receive(ack(1));
  EXPECT_EQ(bench.transmit(), Octets());
  bench.receive_data(1, 512);
  EXPECT_EQ(bench.transmit(), ack(1));
  bench.receive_data(0, 512);
  bench.receive_data(65535, 512);
  EXPECT_EQ(bench.transmit(), Octets());
  EXPECT_EQ(bench.file.size(), 512U);
}

// A packet of a wrong TID gets ERROR 5 and the transfer goes on; one of another host gets nothing.
TEST(TftpTransferHostile, strangers_do_not_disturb) {
  Bench bench;
  bench.transmit();
  bench.receive_data(1, 512);
  EXPECT_EQ(bench.transmit(), ack(1));
  bench.receive(data_packet(2, Octets(512, 'x')), 4321);
  EXPECT_EQ(head(bench.transmit()), error_head(5));
  EXPECT_EQ(bench.last.destination_port, 4321);
  bench.receive(with_strings(5, {"\5"}), 4321);  // errors are never answered
  bench.receive(data_packet(2, Octets(512, 'x')), 1234, Ipv4Address::of(198, 18, 0, 2));
  bench.receive(with_strings(5, {"\1no"}), 1234, Ipv4Address::of(198, 18, 0, 2));
  EXPECT_EQ(bench.transmit(), Octets());
  bench.receive_data(2, 1);
  EXPECT_EQ(bench.transmit(), ack(2));
  EXPECT_TRUE(bench.transfer().is_finished());
  EXPECT_EQ(bench.sentence(), "");
}

TEST(TftpTransferHostile, options_that_were_not_agreed_lead_to_a_plain_request) {
  const Octets bad[] = {
      with_strings(6, {"blksize", "65465"}),
      with_strings(6, {"blksize", "0"}),
      with_strings(6, {"blksize", "7"}),
      with_strings(6, {"windowsize", "0"}),
      with_strings(6, {"windowsize", "9"}),
      with_strings(6, {"timeout", "1"}),
      with_strings(6, {"tsize", "-1"}),
      with_strings(6, {"tsize", "0x10"}),
      with_strings(6, {"tsize", "99999999999999999999"}),
      with_strings(6, {"blksize", "512", "BLKSIZE", "512"}),
      with_strings(6, {"blksize"}),
      with_strings(6, {""}),
      octets(std::string_view("\0\6blksize\0"
                              "512",
                              13)),
  };
  for (const Octets& packet : bad) {
    Bench bench;
    bench.transmit();
    bench.receive(packet);
    EXPECT_EQ(head(bench.transmit()), error_head(8));
    EXPECT_EQ(bench.last.destination_port, 1234);
    EXPECT_EQ(bench.transmit(), with_strings(1, {"boot/x", "octet"}));
    bench.receive(packet);  // the old transfer, again
    EXPECT_EQ(bench.transmit(), Octets());
    bench.receive_data(1, 5);
    EXPECT_EQ(bench.transmit(), ack(1));
    EXPECT_TRUE(bench.transfer().is_finished());
    EXPECT_TRUE(bench.expected.empty());
  }
}

TEST(TftpTransferHostile, server_that_refuses_options_is_asked_plainly_once) {
  for (const char* code : {"\0\5\0\10no", "\0\5\0\4no"}) {
    Bench bench;
    bench.transmit();
    bench.receive(octets(std::string_view(code, 6)));
    EXPECT_EQ(bench.next(), with_strings(1, {"boot/x", "octet"}));
    bench.receive(octets(std::string_view(code, 6)), 999);
    EXPECT_TRUE(bench.transfer().is_finished());
    EXPECT_NE(bench.sentence().find("says \"no\""), std::string::npos);
  }
}

TEST(TftpTransferHostile, errors_are_shown_clean_and_with_advice) {
  Bench bench;
  bench.transmit();
  bench.receive(octets(std::string_view("\0\5\0\1File \x1b[31mnot found", 23)));
  EXPECT_TRUE(bench.transfer().is_finished());
  EXPECT_EQ(bench.transfer().failure()->code(), base::ErrorCode::not_found);
  EXPECT_EQ(bench.sentence(),
            "the TFTP server 198.18.0.1 says \"File ?[31mnot found\" (error 1); check the file's name and "
            "the directory "
            "that the server serves");
  Bench midway;
  midway.transmit();
  midway.receive_data(1, 512);
  midway.receive(octets(std::string_view("\0\5\377\377", 4)));
  EXPECT_EQ(midway.sentence(), "the TFTP server 198.18.0.1 says \"\" (error 65535); look into its log");
}

TEST(TftpTransferHostile, block_larger_than_agreed_ends_the_transfer) {
  Bench bench;
  bench.transmit();
  bench.receive_data(1, 513);
  EXPECT_EQ(head(bench.transmit()), error_head(4));
  EXPECT_TRUE(bench.transfer().is_finished());
  EXPECT_EQ(bench.transfer().failure()->code(), base::ErrorCode::malformed);
  EXPECT_TRUE(bench.file.empty());
}

TEST(TftpTransferHostile, file_without_end_ends_where_the_sink_is_full) {
  Bench bench;
  bench.room = 2000;
  bench.transmit();
  for (std::uint64_t block = 1; !bench.transfer().is_finished(); ++block) {
    bench.receive_data(block, 512);
    bench.transmit();
  }
  EXPECT_EQ(bench.transfer().failure()->code(), base::ErrorCode::too_large);
  EXPECT_EQ(bench.file.size(), 3 * 512U);
}

TEST(TftpTransferHostile, sizes_that_lie_are_believed_only_as_a_hint) {
  for (const char* size : {"0", "4294967296", "1"}) {
    Bench bench;
    bench.transmit();
    bench.receive(with_strings(6, {"tsize", size}));
    bench.transmit();
    bench.receive_data(1, 512);
    bench.receive_data(2, 10);
    bench.transmit();
    EXPECT_TRUE(bench.transfer().is_finished());
    EXPECT_EQ(bench.sentence(), "");
    EXPECT_EQ(bench.file.size(), 522U);
  }
}

// F18: past block 65,535, with servers that go on with 0 and with servers that go on with 1.
TEST(TftpTransferHostile, F18_numbers_roll_over_to_0_and_to_1) {
  for (const unsigned first_again : {0U, 1U}) {
    for (const auto& [size, blocks] :
         {std::pair{8U, 140'000U}, std::pair{512U, 66'000U}, std::pair{1428U, 66'000U}}) {
      Bench bench;
      bench.transmit();
      bench.receive(with_strings(6, {"blksize", std::to_string(size)}));
      bench.transmit();
      unsigned block = 0;
      const Octets payload(size, 'p');
      for (unsigned count = 1; count <= blocks; ++count) {
        block = block == 65535 ? first_again : block + 1;
        bench.receive(data_packet(block, payload));
        ASSERT_EQ(bench.transmit(), ack(block)) << count;
        bench.file.clear();
      }
      bench.receive(data_packet(block + 1, {}));
      EXPECT_EQ(bench.transfer().bytes(), std::uint64_t{blocks} * size);
      EXPECT_EQ(bench.sentence(), "");
    }
  }
}

/// A server of RFC 7440 on a wire that loses, copies and reorders.
struct LossySession {
  Bench bench;
  std::mt19937 random;
  double loss, copy;
  unsigned window;
  Octets content;
  std::uint64_t acked = 0, last_block;
  Instant server_timer = Instant::never();
  std::multimap<std::int64_t, std::pair<bool, Octets>> wire;  // arrival -> to the client?, packet

  LossySession(unsigned seed, double loss_, double copy_, unsigned window_, std::size_t size)
      : random(seed), loss(loss_), copy(copy_), window(window_), content(size) {
    for (auto& octet : content) octet = static_cast<std::uint8_t>(random());
    bench.request.window_size = window;
    last_block = size / 100 + 1;
  }
  void put(bool to_client, const Octets& packet) {
    std::uniform_real_distribution<double> chance(0, 1);
    for (int copies = chance(random) < copy ? 2 : 1; copies > 0; --copies) {
      if (chance(random) >= loss)
        wire.insert({bench.now.us() + 1000 + static_cast<std::int64_t>(random() % 900), {to_client, packet}});
    }
  }
  void send_window() {
    for (std::uint64_t block = acked + 1; block <= std::min(acked + window, last_block); ++block) {
      const auto at = static_cast<std::size_t>(block - 1) * 100;
      put(true, data_packet(block, base::Bytes(content).subspan(
                                       at, std::min<std::size_t>(100, content.size() - at))));
    }
    server_timer = bench.now + Duration::seconds(1);
  }
  void serve(const Octets& packet) {
    if (packet[1] == 1) {
      acked = 0;
      put(true, with_strings(6, {"blksize", "100", "windowsize", std::to_string(window)}));
      server_timer = Instant::never();
    } else if (packet[1] == 4) {
      const std::uint64_t block = base::load_be16(&packet[2]);
      if (block < acked || block > last_block) return;
      acked = block;
      if (acked < last_block) send_window();
    }
  }
  bool run() {
    for (int turn = 0; turn < 1'000'000 && !bench.transfer().is_finished(); ++turn) {
      for (Octets packet = bench.transmit(); !packet.empty(); packet = bench.transmit()) put(false, packet);
      if (bench.transfer().is_finished()) break;
      const Instant arrival = wire.empty() ? Instant::never() : Instant::from_us(wire.begin()->first);
      bench.now = std::max(bench.now, std::min({arrival, server_timer, bench.transfer().poll_at()}));
      if (server_timer <= bench.now) send_window();
      while (!wire.empty() && wire.begin()->first <= bench.now.us()) {
        const auto [to_client, packet] = wire.begin()->second;
        wire.erase(wire.begin());
        if (to_client) {
          bench.receive(packet);
        } else {
          serve(packet);
        }
      }
    }
    return bench.transfer().is_finished() && bench.sentence().empty();
  }
};

TEST(TftpTransferLoss, file_arrives_whole_whatever_the_wire_does) {
  for (unsigned seed = 1; seed <= 6; ++seed) {
    for (const unsigned window : {1U, 4U, 8U}) {
      for (const double loss : {0.0, 0.01, 0.05, 0.2}) {
        LossySession session(seed, loss, 0.05, window, 20'000 + seed);
        EXPECT_TRUE(session.run()) << seed << ' ' << window << ' ' << loss << ' ' << session.bench.sentence();
        EXPECT_EQ(session.bench.file, session.content) << seed << ' ' << window << ' ' << loss;
      }
    }
  }
}

}  // namespace
}  // namespace proto
