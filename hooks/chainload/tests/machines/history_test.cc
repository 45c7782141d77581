// SPDX-License-Identifier: MPL-2.0
// What is kept of a machine's answers and of its last packet.
#include <gtest/gtest.h>

#include <random>

#include "../sample_packets.h"
#include "core/machines/history.h"
#include "core/machines/kept_packet.h"

namespace chainload::tests {
namespace {

using namespace core::machines;

Answered answer(std::uint32_t xid, std::uint8_t message, std::string_view boot_file = "undionly.kpxe") {
  Answered answered;
  answered.time = core::Instant(std::chrono::seconds(xid));
  answered.messages = core::message_bit::of(message);
  answered.queries = 1;
  answered.xid = xid;
  answered.print = {xid, 7};
  answered.outcome = core::Outcome::boot;
  answered.because = core::Because::architecture_served;
  answered.stage = Stage::first;
  answered.next_server = core::Ipv4{0xc000020a};
  answered.source = "subnet[1]";
  answered.rule = "built-in/x86-bios";
  answered.boot_file = boot_file;
  return answered;
}

TEST(KeptHistory, answer_comes_back_as_it_was_given) {
  History history;
  history.add(answer(5, 1));
  ASSERT_EQ(1u, history.list().size());
  const Answered kept = history.list().front();
  EXPECT_EQ(5u, kept.xid);
  EXPECT_EQ((Fingerprint{5, 7}), kept.print);
  EXPECT_EQ(core::Ipv4{0xc000020a}, kept.next_server);
  EXPECT_EQ("subnet[1]/built-in/x86-bios", kept.full_name());
  EXPECT_EQ("undionly.kpxe", kept.boot_file);
  EXPECT_EQ(Stage::first, kept.stage);
}

TEST(KeptHistory, discover_and_its_request_are_one_entry) {
  History history;
  history.add(answer(5, 1));
  history.add(answer(5, 1));
  history.add(answer(5, 3));
  ASSERT_EQ(1u, history.list().size());
  EXPECT_EQ(3, history.list().front().queries);
  EXPECT_EQ(core::message_bit::of(1) | core::message_bit::of(3), history.list().front().messages);
}

TEST(KeptHistory, same_xid_from_a_new_discover_is_a_new_entry) {
  History history;
  for (const std::uint8_t message : {1, 3, 1, 3}) history.add(answer(5, message));
  EXPECT_EQ(2u, history.list().size());
}

TEST(KeptHistory, different_answers_under_one_xid_are_two_entries) {
  History history;
  history.add(answer(5, 1));
  history.add(answer(5, 3, "other.kpxe"));
  EXPECT_EQ(2u, history.list().size());
}

TEST(KeptHistory, newest_are_kept_in_their_order) {
  History history;
  for (std::uint32_t xid = 1; xid <= 1000; ++xid) history.add(answer(xid, 1));
  const auto list = history.list();
  EXPECT_GE(list.size(), 4u);
  for (std::size_t i = 0; i < list.size(); ++i) EXPECT_EQ(1001 - list.size() + i, list[i].xid);
}

TEST(KeptHistory, longest_answer_fits) {
  History history;
  const std::string longest(core::Template::longest, 'f');
  const std::string long_name(300, 'n');
  Answered long_answer = answer(1, 1, longest);
  long_answer.source = long_answer.rule = long_name;
  history.add(answer(0, 1));
  history.add(long_answer);
  const auto list = history.list();
  ASSERT_FALSE(list.empty());
  EXPECT_EQ(longest, list.back().boot_file);
  EXPECT_EQ(History::longest_name, list.back().rule.size());
}

TEST(KeptHistory, random_answers_never_lose_the_newest) {
  std::mt19937 chance(42);
  History history;
  const std::string text(300, 'x');
  for (std::uint32_t i = 0; i < 20000; ++i) {
    Answered next = answer(i, static_cast<std::uint8_t>(chance() % 9));
    next.source = std::string_view(text).substr(0, chance() % 100);
    next.rule = std::string_view(text).substr(0, chance() % 100);
    next.boot_file = std::string_view(text).substr(0, chance() % 254);
    history.add(next);
    const auto list = history.list();
    ASSERT_FALSE(list.empty());
    ASSERT_EQ(i, list.back().xid);
    ASSERT_EQ(next.boot_file, list.back().boot_file);
  }
}

TEST(KeptLastPacket, every_sample_comes_back_octet_by_octet) {
  for (const Sample& sample : samples) {
    KeptPacket kept;
    const auto payload = sample.query.payload();
    kept.keep(payload);
    EXPECT_EQ(std::vector<std::uint8_t>(payload.begin(), payload.end()), kept.octets()) << sample.name;
  }
}

TEST(KeptLastPacket, one_padded_to_its_old_length_comes_back_with_its_padding) {
  std::vector<std::uint8_t> padded(1472);
  const Query query = gpxe_discover();
  const auto payload = query.payload();
  std::copy(payload.begin(), payload.end(), padded.begin());
  KeptPacket kept;
  kept.keep(padded);
  EXPECT_EQ(padded, kept.octets());
}

TEST(KeptLastPacket, what_does_not_fit_is_not_kept_in_part) {
  const std::vector<std::uint8_t> noise(1000, 0xa5);
  KeptPacket kept;
  kept.keep(gpxe_discover().payload());
  kept.keep(noise);
  EXPECT_TRUE(kept.octets().empty());
  EXPECT_EQ(1000u, kept.original_len());
}

TEST(KeptLastPacket, random_octets_come_back_or_are_not_kept) {
  std::mt19937 chance(7);
  std::size_t came_back = 0;
  for (int i = 0; i < 20000; ++i) {
    std::vector<std::uint8_t> octets(chance() % 700);
    for (auto& octet : octets) octet = chance() % 3 == 0 ? static_cast<std::uint8_t>(chance()) : 0;
    KeptPacket kept;
    kept.keep(octets);
    const auto back = kept.octets();
    ASSERT_TRUE(back.empty() || back == octets);
    came_back += back == octets;
  }
  EXPECT_GT(came_back, 10000u);
}

}  // namespace
}  // namespace chainload::tests
