// SPDX-License-Identifier: MPL-2.0
// Ethernet, ARP, IPv4, ICMP and UDP: literal packets at compile time, every truncation, and the hostile rows.
#include <gtest/gtest.h>

#include <vector>

#include "wire/arp.h"
#include "wire/icmp.h"
#include "wire/udp.h"

namespace wire {
namespace {

using base::Ipv4Address;

constexpr Ipv4Address server = Ipv4Address::of(198, 18, 0, 1);
constexpr Ipv4Address client = Ipv4Address::of(198, 18, 0, 2);
constexpr base::MacAddress server_mac{{0x52, 0x54, 0, 0, 0, 1}};
constexpr base::MacAddress client_mac{{0x52, 0x54, 0, 0, 0, 2}};

// "Who has 198.18.0.2? Tell 198.18.0.1", as a whole frame.
constexpr std::uint8_t arp_frame[] = {
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x52, 0x54, 0,    0,    0,   1,  0x08, 0x06,  //
    0,    1,    8,    0,    6,    4,    0,    1,    0x52, 0x54, 0,   0,  0,    1,
    198,  18,   0,    1,    0,    0,    0,    0,    0,    0,    198, 18, 0,    2};

static_assert(EthernetView::parse(arp_frame)->type() == EtherType::arp);
static_assert(EthernetView::parse(arp_frame)->destination() == base::MacAddress::broadcast());
static_assert(EthernetView::parse(arp_frame)->source() == server_mac);
static_assert(ArpRepr::parse(EthernetView::parse(arp_frame)->payload())->operation ==
              ArpRepr::Operation::request);
static_assert(ArpRepr::parse(EthernetView::parse(arp_frame)->payload())->sender_ip == server);
static_assert(ArpRepr::parse(EthernetView::parse(arp_frame)->payload())->target_ip == client);

// The example of [rfc1071 3]: the sum is ddf2, the checksum its complement.
constexpr std::uint8_t rfc1071_example[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
static_assert([] {
  Checksum sum;
  sum.add(rfc1071_example);
  return sum.finish();
}() == 0x220d);

// A UDP datagram "hi" from port 1024 to 69 in an IPv4 packet, made by scapy.
constexpr std::uint8_t udp_packet[] = {0x45, 0x00, 0x00, 0x1e, 0x00, 0x01, 0x00, 0x00, 0x40, 0x11,
                                       0xee, 0xa6, 198,  18,   0,    1,    198,  18,   0,    2,
                                       0x04, 0x00, 0x00, 0x45, 0x00, 0x0a, 0x07, 0x04, 'h',  'i'};
static_assert(Ipv4View::parse(udp_packet)->checksum_ok());
static_assert(Ipv4View::parse(udp_packet)->source() == server);
static_assert(Ipv4View::parse(udp_packet)->destination() == client);
static_assert(Ipv4View::parse(udp_packet)->protocol() == IpProtocol::udp);
static_assert(!Ipv4View::parse(udp_packet)->is_fragment());
static_assert(UdpView::parse(Ipv4View::parse(udp_packet)->payload())->checksum_ok(server, client));
static_assert(UdpView::parse(Ipv4View::parse(udp_packet)->payload())->destination_port() == 69);
static_assert(UdpView::parse(Ipv4View::parse(udp_packet)->payload())->payload().size() == 2);

using Buffer = std::vector<std::uint8_t>;
Buffer copy(base::Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

TEST(Checksum, is_the_same_by_words_and_by_bytes_at_every_length) {
  Buffer bytes(200);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 37 + 11);
  for (std::size_t begin = 0; begin < 4; ++begin) {
    for (std::size_t size = 0; begin + size <= bytes.size(); ++size) {
      Checksum fast, slow;
      fast.add(base::Bytes(bytes).subspan(begin, size));
      for (std::size_t i = 0; i < size; i += 2) {
        const unsigned low = i + 1 < size ? bytes[begin + i + 1] : 0U;
        slow.add_word(static_cast<std::uint16_t>(bytes[begin + i] << 8 | low));
      }
      ASSERT_EQ(fast.finish(), slow.finish()) << begin << " " << size;
    }
  }
}

TEST(Checksum, carries_of_the_largest_words_are_not_lost) {
  const Buffer ones(1480, 0xff);
  Checksum sum;
  sum.add(ones);
  EXPECT_EQ(sum.finish(), 0);
}

TEST(Arp, comes_out_as_it_went_in) {
  const ArpRepr reply{ArpRepr::Operation::reply, client_mac, client, server_mac, server};
  Buffer bytes(ArpRepr::size, 0xee);
  reply.emit(bytes);
  const auto parsed = ArpRepr::parse(bytes);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->operation, ArpRepr::Operation::reply);
  EXPECT_EQ(parsed->sender_mac, client_mac);
  EXPECT_EQ(parsed->sender_ip, client);
  EXPECT_EQ(parsed->target_mac, server_mac);
  EXPECT_EQ(parsed->target_ip, server);
}

// ARP rows: truncated; hlen/plen lies; sender a group address.
TEST(Arp, is_refused_when_truncated_or_lying) {
  const base::Bytes good = base::Bytes(arp_frame).subspan(EthernetRepr::size);
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(ArpRepr::parse(good.first(size))) << size;
  for (const std::size_t at : {0U, 1U, 2U, 3U, 4U, 5U, 6U, 7U}) {
    Buffer bad = copy(good);
    bad[at] = static_cast<std::uint8_t>(bad[at] + 2);
    EXPECT_FALSE(ArpRepr::parse(bad)) << at;
  }
  for (const base::MacAddress& sender :
       {base::MacAddress::broadcast(), base::MacAddress{{1, 0, 0x5e, 0, 0, 1}}, base::MacAddress{}}) {
    Buffer bad = copy(good);
    store_mac(bad.data() + offsetof(ArpLayout, sender_mac), sender);
    EXPECT_FALSE(ArpRepr::parse(bad));
  }
}

TEST(Ethernet, is_refused_below_its_header) {
  for (std::size_t size = 0; size < EthernetRepr::size; ++size) {
    EXPECT_FALSE(EthernetView::parse(base::Bytes(arp_frame).first(size)));
  }
  EXPECT_TRUE(EthernetView::parse(base::Bytes(arp_frame).first(EthernetRepr::size))->payload().empty());
}

TEST(Ipv4, comes_out_as_it_went_in_and_may_not_be_fragmented) {
  Buffer bytes(Ipv4Repr::size + 5, 0xee);
  Ipv4Repr{client, server, IpProtocol::tcp, 5}.emit(bytes);
  const auto view = Ipv4View::parse(bytes);
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->checksum_ok());
  EXPECT_EQ(view->source(), client);
  EXPECT_EQ(view->destination(), server);
  EXPECT_EQ(view->protocol(), IpProtocol::tcp);
  EXPECT_EQ(view->payload().size(), 5U);
  EXPECT_EQ(bytes[6], 0x40);
  EXPECT_EQ(bytes[8], Ipv4Repr::time_to_live);
}

// IPv4 rows and F9: version 6, IHL 0..4, total_len lies, truncation.
TEST(Ipv4, F9_is_refused_when_its_lengths_cannot_be) {
  for (std::size_t size = 0; size < sizeof udp_packet; ++size) {
    EXPECT_FALSE(Ipv4View::parse(base::Bytes(udp_packet).first(size))) << size;
  }
  for (const std::uint8_t first :
       std::initializer_list<std::uint8_t>{0x40, 0x41, 0x42, 0x43, 0x44, 0x65, 0x05, 0x4f, 0x48}) {
    Buffer bad = copy(udp_packet);
    bad[0] = first;
    EXPECT_FALSE(Ipv4View::parse(bad)) << unsigned{first};
  }
  for (const std::uint16_t total : std::initializer_list<std::uint16_t>{0, 1, 19, 31, 0x1e00, 0xffff}) {
    Buffer bad = copy(udp_packet);
    base::store_be16(bad.data() + 2, total);
    EXPECT_FALSE(Ipv4View::parse(bad)) << total;
  }
}

TEST(Ipv4, what_stands_behind_the_total_length_is_padding) {
  Buffer padded = copy(udp_packet);
  padded.resize(46, 0xaa);
  EXPECT_EQ(Ipv4View::parse(padded)->payload().size(), 10U);
}

TEST(Ipv4, every_single_flipped_bit_of_the_header_is_noticed) {
  for (std::size_t bit = 0; bit < Ipv4Repr::size * 8; ++bit) {
    Buffer bad = copy(udp_packet);
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ 1 << bit % 8);
    const auto view = Ipv4View::parse(bad);
    EXPECT_FALSE(view && view->checksum_ok()) << bit;
  }
}

// F21's first half: every kind of fragment is told as one, and "don't fragment" is none.
TEST(Ipv4, fragments_are_told_by_offset_or_more_flag) {
  const auto is_fragment = [](std::uint16_t flags) {
    Buffer bytes = copy(udp_packet);
    base::store_be16(bytes.data() + 6, flags);
    return Ipv4View::parse(bytes)->is_fragment();
  };
  EXPECT_TRUE(is_fragment(0x2000));
  EXPECT_TRUE(is_fragment(0x0001));
  EXPECT_TRUE(is_fragment(0x3fff));
  EXPECT_FALSE(is_fragment(0x4000));
}

// F4: options of length 0 and 1 and endless NOPs are stepped over unread.
TEST(Ipv4, F4_hostile_options_are_stepped_over) {
  for (const std::uint8_t filler : std::initializer_list<std::uint8_t>{0x01, 0x00, 0x83, 0xff}) {
    Buffer bytes(60 + 8, filler);
    base::store_be16(bytes.data(), 0x4f00);
    base::store_be16(bytes.data() + 2, 68);
    EXPECT_EQ(Ipv4View::parse(bytes)->payload().size(), 8U);
  }
}

TEST(IcmpEcho, comes_out_as_it_went_in) {
  const std::uint8_t body[] = {1, 2, 3};
  const IcmpEchoRepr echo{IcmpEchoRepr::Type::request, 0x1234, 7, body};
  Buffer bytes(echo.size());
  echo.emit(bytes);
  const auto parsed = IcmpEchoRepr::parse(bytes);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->type, IcmpEchoRepr::Type::request);
  EXPECT_EQ(parsed->identifier, 0x1234);
  EXPECT_EQ(parsed->sequence, 7);
  EXPECT_EQ(copy(parsed->body), copy(body));
}

// F3: redirect and unreachable, truncated at every byte, with an inner header of IHL 15: none of them is
// taken.
TEST(IcmpEcho, F3_other_messages_and_truncations_are_refused) {
  for (const std::uint8_t type : std::initializer_list<std::uint8_t>{3, 4, 5, 11, 12, 13, 17}) {
    Buffer message(8 + 60 + 8, 0x4f);
    message[0] = type;
    message[1] = 0;
    base::store_be16(message.data() + 2, 0);
    Checksum sum;
    sum.add(message);
    base::store_be16(message.data() + 2, sum.finish());
    for (std::size_t size = 0; size <= message.size(); ++size) {
      EXPECT_FALSE(IcmpEchoRepr::parse(base::Bytes(message).first(size))) << unsigned{type} << " " << size;
    }
  }
  const std::uint8_t body[] = {1, 2, 3, 4};
  const IcmpEchoRepr echo{IcmpEchoRepr::Type::request, 1, 1, body};
  Buffer bytes(echo.size());
  echo.emit(bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(IcmpEchoRepr::parse(base::Bytes(bytes).first(size))) << size;
  }
}

TEST(Udp, comes_out_as_it_went_in) {
  Buffer bytes(UdpRepr::size + 3, 0x5a);
  UdpRepr{68, 67, 3}.emit(bytes, client, server);
  const auto view = UdpView::parse(bytes);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->source_port(), 68);
  EXPECT_EQ(view->destination_port(), 67);
  EXPECT_EQ(view->payload().size(), 3U);
  EXPECT_TRUE(view->checksum_ok(client, server));
  EXPECT_FALSE(view->checksum_ok(client, client));
}

TEST(Udp, a_sum_of_zero_is_sent_as_all_ones_and_a_checksum_of_zero_is_none) {
  for (unsigned word = 0; word < 0x10000; ++word) {
    Buffer bytes(UdpRepr::size + 2);
    base::store_be16(bytes.data() + UdpRepr::size, static_cast<std::uint16_t>(word));
    UdpRepr{1, 2, 2}.emit(bytes, client, server);
    ASSERT_NE(base::load_be16(bytes.data() + 6), 0) << word;
    ASSERT_TRUE(UdpView::parse(bytes)->checksum_ok(client, server)) << word;
  }
  Buffer bytes(UdpRepr::size + 2, 0x77);
  UdpRepr{1, 2, 2}.emit(bytes, client, server);
  base::store_be16(bytes.data() + 6, 0);
  EXPECT_TRUE(UdpView::parse(bytes)->checksum_ok(client, server));
}

// F20: length field 0..7, more than there is, less than there is.
TEST(Udp, F20_is_refused_when_its_length_cannot_be) {
  Buffer bytes(UdpRepr::size + 4, 0x5a);
  UdpRepr{68, 67, 4}.emit(bytes, client, server);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(UdpView::parse(base::Bytes(bytes).first(size))) << size;
  }
  for (const std::uint16_t claimed :
       std::initializer_list<std::uint16_t>{0, 1, 2, 3, 4, 5, 6, 7, 13, 0xffff}) {
    base::store_be16(bytes.data() + 4, claimed);
    EXPECT_FALSE(UdpView::parse(bytes)) << claimed;
  }
  base::store_be16(bytes.data() + 4, 9);
  EXPECT_EQ(UdpView::parse(bytes)->payload().size(), 1U);
}

}  // namespace
}  // namespace wire
