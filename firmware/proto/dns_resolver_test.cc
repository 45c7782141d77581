// SPDX-License-Identifier: MPL-2.0
#include "proto/dns_resolver.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace proto {
namespace {

using base::Duration;
using base::Instant;
using base::Ipv4Address;
using Octets = std::vector<std::uint8_t>;

const Ipv4Address servers[] = {Ipv4Address::of(198, 18, 0, 1), Ipv4Address::of(198, 18, 0, 2)};
constexpr Ipv4Address wanted = Ipv4Address::of(198, 18, 7, 7);

struct Bench {
  base::EntropyPool entropy;
  Instant now = Instant::from_us(1'000'000);
  DnsResolver resolver;
  Octets question;
  net::UdpOutgoing last;

  explicit Bench(std::string_view name, std::string_view domain = "", std::size_t count = 2,
                 base::Bytes list = {})
      : resolver(name, list, domain, std::span(servers).first(count), 40000, entropy, now) {}

  /// The name that is asked for next; empty when nothing more is asked.
  std::string next() {
    while (!resolver.is_finished()) {
      now = std::max(now, resolver.poll_at());
      std::uint8_t room[600];
      const auto outgoing = resolver.transmit(room, now);
      if (!outgoing) continue;
      last = *outgoing;
      question.assign(room, room + outgoing->payload_size);
      std::string name;
      for (std::size_t at = 12; question[at] != 0; at += question[at] + 1U) {
        if (!name.empty()) name += '.';
        name.append(question.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                    question.begin() + static_cast<std::ptrdiff_t>(at) + 1 + question[at]);
      }
      return name;
    }
    return {};
  }
  /// The question with an answer's flags and these records behind it.
  Octets reply(int code, int records, const Octets& tail) const {
    Octets message = question;
    message[2] = 0x81;
    message[3] = static_cast<std::uint8_t>(0x80 | code);
    message[7] = static_cast<std::uint8_t>(records);
    message.insert(message.end(), tail.begin(), tail.end());
    return message;
  }
  Octets address_reply() const {
    return reply(0, 1, {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 198, 18, 7, 7});
  }
  void receive(const Octets& message, Ipv4Address from, std::uint16_t port = 53) {
    resolver.process({from, Ipv4Address::of(198, 18, 0, 77), port, 40000, message}, now);
  }
};

TEST(DnsResolver, one_question_one_answer) {
  Bench bench("Boot.Example");
  EXPECT_EQ(bench.next(), "boot.example");
  EXPECT_EQ(bench.last.destination, servers[0]);
  EXPECT_EQ(bench.last.destination_port, 53);
  EXPECT_EQ(bench.last.source_port, 40000);
  bench.receive(bench.address_reply(), servers[0]);
  EXPECT_EQ(bench.resolver.address(), wanted);
  EXPECT_EQ(bench.next(), "");
}

TEST(DnsResolver, search_domain_comes_first_for_short_names_and_last_for_long_ones) {
  Bench bare("boot", "example.org");
  EXPECT_EQ(bare.next(), "boot.example.org");
  bare.receive(bare.reply(3, 0, {}), servers[0]);
  EXPECT_EQ(bare.next(), "boot");
  bare.receive(bare.reply(0, 0, {}), servers[0]);
  EXPECT_EQ(bare.next(), "");
  EXPECT_EQ(bare.resolver.failure()->code(), base::ErrorCode::not_found);
  EXPECT_EQ(bare.resolver.failure()->sentence(),
            "the name \"boot\" has no address, says the DNS server 198.18.0.1; check its spelling, or use an "
            "IPv4 address");

  Bench dotted("boot.lan", "example.org");
  EXPECT_EQ(dotted.next(), "boot.lan");
  dotted.receive(dotted.reply(3, 0, {}), servers[0]);
  EXPECT_EQ(dotted.next(), "boot.lan.example.org");
  dotted.receive(dotted.address_reply(), servers[0]);
  EXPECT_TRUE(dotted.resolver.address());

  Bench absolute("boot.", "example.org");
  EXPECT_EQ(absolute.next(), "boot");
  absolute.receive(absolute.reply(3, 0, {}), servers[0]);
  EXPECT_TRUE(absolute.resolver.failure());
}

// "eng.example.org", "mkt." and a pointer to "example.org": [rfc3397 3]'s way to write a list.
const Octets search_list = {3, 'e', 'n', 'g', 7, 'e', 'x', 'a', 'm', 'p',  'l', 'e',
                            3, 'o', 'r', 'g', 0, 3,   'm', 'k', 't', 0xc0, 4};

TEST(DnsResolver, domains_of_the_list_are_tried_in_turn_and_the_single_domain_after_them) {
  Bench bench("boot", "lan", 2, search_list);
  for (const char* name : {"boot.eng.example.org", "boot.mkt.example.org", "boot.lan", "boot"}) {
    EXPECT_EQ(bench.next(), name);
    bench.receive(bench.reply(3, 0, {}), servers[0]);
  }
  EXPECT_TRUE(bench.resolver.failure());
  Bench dotted("boot.x", "", 2, search_list);
  for (const char* name : {"boot.x", "boot.x.eng.example.org", "boot.x.mkt.example.org"}) {
    EXPECT_EQ(dotted.next(), name);
    dotted.receive(dotted.reply(3, 0, {}), servers[0]);
  }
  EXPECT_TRUE(dotted.resolver.failure());
}

// Pointers in circles, forward and out of the list, labels without end, a name of 255, a hundred names, NULs,
// spaces: what can be read is tried, eight domains at the most, and the name alone in any case.
TEST(DnsResolver, F25_hostile_search_lists_end_and_leave_the_name_alone) {
  std::vector<Octets> lists = {{0xc0, 0},      {0xc0, 2, 0},   {0xff, 0xff},    {1, 'a', 0xc0, 0}, {0},
                               {63},           {0x40, 1},      {1, 0, 0},       {1, ' ', 0},       {1, 'a'},
                               Octets(255, 1), Octets(255, 0), Octets(1472, 63)};
  Octets many;
  for (int i = 0; i < 100; ++i) many.insert(many.end(), {1, 'a', 0});
  lists.push_back(many);
  for (const Octets& list : lists) {
    Bench bench("boot", "", 1, list);
    unsigned asked = 0;
    std::string last;
    for (std::string name = bench.next(); !name.empty(); name = bench.next()) {
      last = name;
      ++asked;
      bench.receive(bench.reply(3, 0, {}), servers[0]);
    }
    EXPECT_LE(asked, DnsResolver::max_search_domains + 1);
    EXPECT_EQ(last, "boot");
  }
  Bench long_name("boot", std::string(255, 'a'));
  EXPECT_EQ(long_name.next(), "boot");
}

TEST(DnsResolver, server_that_is_not_there_makes_way_at_once_and_is_named_in_the_end) {
  Bench bench("boot.lan");
  const Instant start = bench.now;
  wire::IcmpError error{3, 3, wire::IpProtocol::udp, {}, servers[0], 40000, 53};
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(bench.next(), "boot.lan");
    error.destination = servers[i % 2];
    bench.resolver.process_icmp({error, servers[i % 2]}, bench.now);
  }
  EXPECT_EQ(bench.next(), "");
  EXPECT_EQ(bench.now, start);
  EXPECT_NE(bench.resolver.failure()->sentence().find("port 53 cannot be reached"), std::string_view::npos);
}

TEST(DnsResolver, servers_are_asked_in_turn_and_the_end_is_a_sentence) {
  Bench bench("boot.lan");
  const Instant start = bench.now;
  std::vector<std::pair<std::int64_t, std::uint32_t>> asked;
  while (!bench.next().empty())
    asked.push_back({(bench.now - start).us() / 1'000'000, bench.last.destination.value & 255});
  EXPECT_EQ(asked, (std::vector<std::pair<std::int64_t, std::uint32_t>>{
                       {0, 1}, {1, 2}, {2, 1}, {4, 2}, {6, 1}, {10, 2}}));
  EXPECT_EQ((bench.now - start).us(), 14'000'000);
  EXPECT_EQ(bench.resolver.failure()->code(), base::ErrorCode::timed_out);
}

TEST(DnsResolver, server_that_fails_makes_way_for_the_next_at_once) {
  for (int code : {1, 2, 4, 5, 15}) {
    Bench bench("boot.lan");
    bench.next();
    const Instant asked = bench.now;
    bench.receive(bench.reply(code, 0, {}), servers[0]);
    EXPECT_EQ(bench.next(), "boot.lan");
    EXPECT_EQ(bench.now, asked);
    EXPECT_EQ(bench.last.destination, servers[1]);
  }
}

TEST(DnsResolver, F_DNS4_alias_without_an_address_is_asked_for_and_circles_end) {
  Bench bench("a.lan", "", 1);
  for (unsigned i = 0; i <= DnsResolver::max_aliases; ++i) {
    const std::string name = bench.next();
    EXPECT_EQ(name, i % 2 == 0 ? "a.lan" : "b.lan");
    const std::uint8_t other = i % 2 == 0 ? 'b' : 'a';
    bench.receive(bench.reply(0, 1, {0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 7, 1, other, 3, 'l', 'a', 'n', 0}),
                  servers[0]);
  }
  EXPECT_EQ(bench.next(), "");
  EXPECT_EQ(bench.resolver.failure()->code(), base::ErrorCode::malformed);
}

// F-DNS4: wrong id, port, server or question; a question that is no answer; a truncated one.
TEST(DnsResolver, F_DNS4_answers_that_are_none_are_ignored) {
  Bench bench("boot.lan");
  bench.next();
  Octets wrong = bench.address_reply();
  wrong[0] ^= 1;
  bench.receive(wrong, servers[0]);
  bench.receive(bench.address_reply(), servers[0], 5353);
  bench.receive(bench.address_reply(), servers[1]);  // not asked yet
  wrong = bench.address_reply();
  wrong[13] = 'x';
  bench.receive(wrong, servers[0]);
  bench.receive(bench.question, servers[0]);
  wrong = bench.reply(0, 0, {});
  wrong[2] |= 2;
  bench.receive(wrong, servers[0]);
  bench.receive({}, servers[0]);
  EXPECT_FALSE(bench.resolver.is_finished());
  bench.receive(bench.address_reply(), servers[0]);
  EXPECT_TRUE(bench.resolver.address());
}

TEST(DnsResolver, late_answer_of_a_server_asked_before_counts) {
  Bench bench("boot.lan");
  bench.next();
  bench.next();
  EXPECT_EQ(bench.last.destination, servers[1]);
  bench.receive(bench.address_reply(), servers[0]);
  EXPECT_TRUE(bench.resolver.address());
}

TEST(DnsResolver, names_and_lists_that_cannot_be_fail_at_once) {
  for (const std::string& name : {std::string("a..b"), std::string(300, 'a'), std::string("a b")}) {
    Bench bench(name);
    ASSERT_TRUE(bench.resolver.failure()) << name;
    EXPECT_EQ(bench.resolver.failure()->code(), base::ErrorCode::invalid);
  }
  Bench bench("boot.lan", "", 0);
  ASSERT_TRUE(bench.resolver.failure());
  EXPECT_NE(bench.resolver.failure()->sentence().find("option 6"), std::string_view::npos);
}

TEST(DnsResolver, F8_ids_are_random) {  // F8
  base::EntropyPool entropy;
  std::set<int> ids;
  for (int i = 0; i < 1000; ++i) {
    DnsResolver resolver("boot.lan", {}, "", servers, 40000, entropy, Instant());
    std::uint8_t room[600];
    ASSERT_TRUE(resolver.transmit(room, Instant()));
    ids.insert(room[0] << 8 | room[1]);
  }
  EXPECT_GT(ids.size(), 950U);
}

}  // namespace
}  // namespace proto
