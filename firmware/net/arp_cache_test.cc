// SPDX-License-Identifier: MPL-2.0
#include "net/arp_cache.h"

#include <gtest/gtest.h>

namespace net {
namespace {

using base::Duration;
using base::Instant;
using base::Ipv4Address;
using wire::ArpRepr;

constexpr Ipv4Address us = Ipv4Address::of(198, 18, 0, 2);
constexpr Ipv4Address neighbour = Ipv4Address::of(198, 18, 0, 1);
constexpr base::MacAddress mac{{2, 0, 0, 0, 0, 1}};
constexpr base::MacAddress other_mac{{2, 0, 0, 0, 0, 9}};

ArpRepr reply(Ipv4Address from, base::MacAddress sender = mac) {
  return {ArpRepr::Operation::reply, sender, from, {}, us};
}

struct ArpCacheTest : testing::Test {
  Instant now = Instant::from_us(1'000'000);
  ArpCache cache;
};

TEST_F(ArpCacheTest, asks_once_and_remembers) {
  EXPECT_FALSE(cache.find(neighbour, now));
  EXPECT_EQ(cache.transmit(now), neighbour);
  EXPECT_FALSE(cache.transmit(now));
  cache.process(reply(neighbour), now);
  EXPECT_EQ(cache.find(neighbour, now), mac);
  EXPECT_EQ(cache.poll_at(), Instant::never());
}

TEST_F(ArpCacheTest, asks_again_with_growing_patience_and_then_gives_up) {
  EXPECT_FALSE(cache.find(neighbour, now));
  const Instant begin = now;
  std::vector<std::int64_t> asked_at;
  while (cache.poll_at() != Instant::never()) {
    now = cache.poll_at();
    if (cache.transmit(now)) asked_at.push_back((now - begin).ms());
  }
  EXPECT_EQ(asked_at, (std::vector<std::int64_t>{0, 200, 600, 1400, 3000, 6200}));
  EXPECT_TRUE(cache.has_failed(neighbour));
  EXPECT_EQ((now - begin).ms(), 12600);
}

TEST_F(ArpCacheTest, asks_anew_some_time_after_it_gave_up) {
  EXPECT_FALSE(cache.find(neighbour, now));
  while (cache.poll_at() != Instant::never()) {
    now = cache.poll_at();
    cache.transmit(now);
  }
  EXPECT_FALSE(cache.find(neighbour, now));
  EXPECT_FALSE(cache.transmit(now));
  now = now + ArpCache::failure_lifetime;
  EXPECT_FALSE(cache.find(neighbour, now));
  EXPECT_FALSE(cache.has_failed(neighbour));
  EXPECT_EQ(cache.transmit(now), neighbour);
}

TEST_F(ArpCacheTest, goes_on_with_the_old_answer_while_it_asks_for_a_new_one) {
  EXPECT_FALSE(cache.find(neighbour, now));
  cache.transmit(now);
  cache.process(reply(neighbour), now);
  now = now + ArpCache::lifetime;
  EXPECT_EQ(cache.find(neighbour, now), mac);
  EXPECT_EQ(cache.transmit(now), neighbour);
  cache.process(reply(neighbour, other_mac), now);
  EXPECT_EQ(cache.find(neighbour, now), other_mac);
}

// ARP rows: replies that nobody asked for, before, during the entry's life, and from strangers.
TEST_F(ArpCacheTest, believes_only_what_it_asked_for) {
  cache.process(reply(neighbour), now);
  EXPECT_FALSE(cache.find(neighbour, now));
  cache.process(reply(neighbour), now);  // the question has not left yet
  EXPECT_FALSE(cache.find(neighbour, now));
  cache.transmit(now);
  cache.process(reply(Ipv4Address::of(198, 18, 0, 77)), now);
  EXPECT_FALSE(cache.find(neighbour, now));
  cache.process(reply(neighbour), now);
  cache.process(reply(neighbour, other_mac), now);  // an attempt to take it over
  EXPECT_EQ(cache.find(neighbour, now), mac);
}

// ARP row: a gratuitous storm.
TEST_F(ArpCacheTest, a_storm_of_announcements_changes_nothing) {
  EXPECT_FALSE(cache.find(neighbour, now));
  cache.transmit(now);
  cache.process(reply(neighbour), now);
  for (std::uint32_t i = 0; i < 100'000; ++i) cache.process(reply({i * 2654435761U}, other_mac), now);
  EXPECT_EQ(cache.find(neighbour, now), mac);
}

TEST_F(ArpCacheTest, keeps_the_latest_packet_until_the_answer_comes) {
  const std::uint8_t first[] = {1}, second[] = {2, 3};
  EXPECT_FALSE(cache.find(neighbour, now));
  cache.hold(neighbour, first);
  cache.hold(neighbour, second);
  cache.transmit(now);
  EXPECT_FALSE(cache.take_released());
  cache.process(reply(neighbour), now);
  const auto released = cache.take_released();
  ASSERT_TRUE(released);
  EXPECT_EQ(released->mac, mac);
  ASSERT_EQ(released->packet.size(), 2U);
  EXPECT_EQ(released->packet[1], 3);
  EXPECT_FALSE(cache.take_released());
}

TEST_F(ArpCacheTest, drops_the_held_packet_when_it_gives_up) {
  const std::uint8_t packet[] = {1};
  EXPECT_FALSE(cache.find(neighbour, now));
  cache.hold(neighbour, packet);
  while (cache.poll_at() != Instant::never()) {
    now = cache.poll_at();
    cache.transmit(now);
  }
  now = now + ArpCache::failure_lifetime;
  EXPECT_FALSE(cache.find(neighbour, now));
  cache.transmit(now);
  cache.process(reply(neighbour), now);
  EXPECT_FALSE(cache.take_released());
}

TEST_F(ArpCacheTest, the_one_not_used_for_longest_makes_room) {
  for (std::uint32_t i = 0; i <= ArpCache::max_entries; ++i) {
    now = now + Duration::seconds(1);
    const Ipv4Address address{neighbour.value + i};
    EXPECT_FALSE(cache.find(address, now));
    EXPECT_EQ(cache.transmit(now), address);
    cache.process(reply(address), now);
    EXPECT_TRUE(cache.find(neighbour, now)) << i;  // always in use
  }
  EXPECT_FALSE(cache.find({neighbour.value + 1}, now));
}

}  // namespace
}  // namespace net
