// SPDX-License-Identifier: MPL-2.0
#include "wire/dns.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wire {
namespace {

using Octets = std::vector<std::uint8_t>;
using Found = DnsMessage::Found;

DnsName named(std::string_view text) {
  DnsName name;
  EXPECT_TRUE(normalise_dns_name(text, name)) << text;
  return name;
}

void put_name(Octets& message, std::string_view name) {
  for (std::size_t dot = 0; !name.empty(); name.remove_prefix(std::min(dot + 1, name.size()))) {
    dot = std::min(name.find('.'), name.size());
    message.push_back(static_cast<std::uint8_t>(dot));
    message.insert(message.end(), name.begin(), name.begin() + static_cast<std::ptrdiff_t>(dot));
    if (dot == name.size()) break;
  }
  message.push_back(0);
}

void put(Octets& message, std::initializer_list<int> octets) {
  for (int octet : octets) message.push_back(static_cast<std::uint8_t>(octet));
}

/// An answer to the question for "host.test" with `count` records to be written behind it.
Octets answer(int count) {
  Octets message;
  put(message, {0x12, 0x34, 0x81, 0x80, 0, 1, count >> 8, count & 255, 0, 0, 0, 0});
  put_name(message, "host.test");
  put(message, {0, 1, 0, 1});
  return message;
}

void put_record(Octets& message, std::string_view owner, int type, const Octets& data, int size = -1) {
  put_name(message, owner);
  if (size < 0) size = static_cast<int>(data.size());
  put(message, {0, type, 0, 1, 0, 0, 0, 9, size >> 8, size & 255});
  message.insert(message.end(), data.begin(), data.end());
}

Octets encoded(std::string_view name) {
  Octets bytes;
  put_name(bytes, name);
  return bytes;
}

Found find(const Octets& message, std::string* name = nullptr, base::Ipv4Address* into = nullptr) {
  DnsName wanted = named("host.test");
  base::Ipv4Address address;
  const auto parsed = DnsMessage::parse(message);
  if (!parsed) return Found::malformed;
  const Found found = parsed->find_address(wanted, address);
  if (name != nullptr) *name = wanted.view();
  if (into != nullptr) *into = address;
  return found;
}

const Octets some_address = {198, 18, 0, 9};

TEST(DnsName, labels_and_lengths_are_bounded) {
  DnsName name;
  EXPECT_TRUE(normalise_dns_name("Boot.Example.", name));
  EXPECT_EQ(name.view(), "boot.example");
  EXPECT_TRUE(normalise_dns_name(std::string(63, 'a'), name));
  for (const std::string& bad :
       {std::string(), std::string("."), std::string("a..b"), std::string(".a"), std::string("a b"),
        std::string(64, 'a'), std::string("a\0b", 3), std::string("\xc3\xa4")}) {
    EXPECT_FALSE(normalise_dns_name(bad, name)) << bad;
  }
  const std::string longest = std::string(63, 'a') + "." + std::string(63, 'b') + "." + std::string(63, 'c') +
                              "." + std::string(61, 'd');
  EXPECT_TRUE(normalise_dns_name(longest, name));
  EXPECT_FALSE(normalise_dns_name(longest + "d", name));
}

TEST(DnsQuestion, is_the_one_of_the_rfc) {
  std::uint8_t room[64];
  const std::size_t size = emit_dns_question(room, 0xbeef, named("a.bc"));
  const Octets expected = {0xbe, 0xef, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 2, 'b', 'c', 0, 0, 1, 0, 1};
  EXPECT_EQ(Octets(room, room + size), expected);
  EXPECT_EQ(emit_dns_question(base::MutBytes(room).first(size - 1), 1, named("a.bc")), 0U);
  EXPECT_TRUE(DnsMessage::parse(expected)->answers(named("a.bc")));
  EXPECT_FALSE(DnsMessage::parse(expected)->answers(named("a.bd")));
  EXPECT_FALSE(DnsMessage::parse(expected)->is_response());
}

TEST(DnsMessage, address_is_found_through_compression_and_aliases) {
  Octets message = answer(3);
  put_record(message, "real.test", 1, some_address);
  put(message, {0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 4, 1, 'x', 0xc0, 17});  // host.test -> x.test
  put_record(message, "X.TEST", 5, encoded("real.test"));
  base::Ipv4Address address;
  std::string name;
  EXPECT_EQ(find(message, &name, &address), Found::address);
  EXPECT_EQ(address, base::Ipv4Address::of(198, 18, 0, 9));
  EXPECT_EQ(name, "real.test");
}

TEST(DnsMessage, records_of_others_are_no_answer) {
  Octets message = answer(2);
  put_record(message, "evil.test", 1, some_address);
  put_record(message, "host.test", 28, Octets(16, 1));
  EXPECT_EQ(find(message), Found::nothing);
}

// F-DNS2: an answer cut at every byte.
TEST(DnsMessage, F_DNS2_cut_at_every_byte_it_finds_nothing) {
  Octets message = answer(2);
  put_record(message, "host.test", 5, encoded("real.test"));
  put_record(message, "real.test", 1, some_address);
  EXPECT_EQ(find(message), Found::address);
  for (std::size_t size = 0; size < message.size(); ++size) {
    const Octets cut(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(find(cut), Found::malformed) << size;
  }
}

// F-DNS1: pointers to themselves, forward, in circles, out of the message, into the header.
TEST(DnsMessage, F_DNS1_pointers_lead_backwards_or_nowhere) {
  const std::size_t owner = answer(1).size();
  const int here = static_cast<int>(owner);
  for (int target : {here, here + 2, here + 4, 0x3fff, 0, 11, 200}) {
    Octets message = answer(1);
    put(message, {0xc0 | target >> 8, target & 255, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 198, 18, 0, 9});
    EXPECT_EQ(find(message), Found::malformed) << target;
  }
  Octets circle = answer(1);
  put(circle, {1, 'a', 0xc0, here, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 1, 2, 3, 4});
  EXPECT_EQ(find(circle), Found::malformed);
}

TEST(DnsMessage, F_DNS1_a_chain_of_pointers_that_all_lead_backwards_ends) {
  Octets chain = answer(2);
  put(chain, {0, 0, 16, 0, 1, 0, 0, 0, 9, 0, 254});  // a TXT record of the root holds them
  int previous = 12;
  for (int i = 0; i < 127; ++i) {
    const int here = static_cast<int>(chain.size());
    put(chain, {0xc0 | previous >> 8, previous & 255});
    previous = here;
  }
  put(chain, {0xc0 | previous >> 8, previous & 255, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 1, 2, 3, 4});
  EXPECT_EQ(find(chain), Found::address);
}

// F-DNS3: labels of 64 and more, names that are too long or have no end.
TEST(DnsMessage, F_DNS3_names_beyond_their_bounds_are_refused) {
  for (int length : {0x40, 0x7f, 0x80, 0xbf}) {
    Octets message = answer(1);
    put(message, {length});
    message.insert(message.end(), 255, 'a');
    EXPECT_EQ(find(message), Found::malformed) << length;
  }
  Octets message = answer(1);
  for (int label = 0; label < 5; ++label) {
    message.push_back(63);
    message.insert(message.end(), 63, 'a');
  }
  put(message, {0, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 1, 2, 3, 4});
  EXPECT_EQ(find(message), Found::malformed);
  Octets dotted = answer(1);  // a dot inside a label must not look like two labels
  put(dotted, {9, 'h', 'o', 's', 't', '.', 't', 'e', 's', 't', 0, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 1, 2, 3, 4});
  EXPECT_EQ(find(dotted), Found::malformed);
}

// F-DNS4: lengths of data that lie, aliases in circles and a hundred deep.
TEST(DnsMessage, F_DNS4_data_lengths_and_alias_circles_are_refused) {
  for (int size : {0, 3, 5, 0xffff}) {
    Octets message = answer(1);
    put_record(message, "host.test", 1, Octets(static_cast<std::size_t>(std::min(size, 5)), 7), size);
    EXPECT_EQ(find(message), Found::malformed) << size;
  }
  Octets circle = answer(2);
  put_record(circle, "host.test", 5, encoded("b.test"));
  put_record(circle, "b.test", 5, encoded("host.test"));
  EXPECT_EQ(find(circle), Found::malformed);
  Octets deep = answer(101);
  std::string owner = "host.test";
  for (int i = 0; i < 100; ++i) {
    const std::string next = "n" + std::to_string(i);
    put_record(deep, owner, 5, encoded(next));
    owner = next;
  }
  put_record(deep, owner, 1, some_address);
  EXPECT_EQ(find(deep), Found::malformed);
  Octets long_alias = answer(1);
  put_record(long_alias, "host.test", 5, encoded("b.test"), 20);
  EXPECT_EQ(find(long_alias), Found::malformed);
}

// F19: a thousand answers, and a count that lies.
TEST(DnsMessage, F19_counts_are_believed_as_far_as_there_are_records) {
  Octets message = answer(1000);
  put_record(message, "host.test", 1, some_address);
  EXPECT_EQ(find(message), Found::address);  // the first one is there
  message = answer(1000);
  for (int i = 0; i < 999; ++i) put_record(message, "b", 1, some_address);
  EXPECT_EQ(find(message), Found::malformed);
  put_record(message, "host.test", 1, some_address);
  EXPECT_EQ(find(message), Found::address);
  EXPECT_EQ(find(answer(0)), Found::nothing);
}

}  // namespace
}  // namespace wire
