// SPDX-License-Identifier: MPL-2.0
// Which queries come from one machine.
#include <gtest/gtest.h>

#include "../sample_packets.h"
#include "core/machines/keyed_hash.h"
#include "core/machines/machine_key.h"

namespace chainload::tests {
namespace {

using namespace core::machines;
using core::Facts;
using Uuid = std::array<std::uint8_t, 16>;

constexpr Uuid own_uuid = {0xcf, 0x2e, 0xd2, 0x6c, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

Query without_address() {
  return Query().at(core::header::hlen, 0).at(core::header::htype, 32);
}

MachineKey key_of(const Query& query) {
  const Facts facts = core::read_facts(query.payload());
  return machine_key(facts);
}

TEST(MachineKeyOf, hardware_address_comes_first) {
  const MachineKey key = key_of(gpxe_discover());
  EXPECT_EQ(KeyKind::hardware_address, key.kind());
  EXPECT_EQ("52:54:00:77:00:01", key.text());
}

TEST(MachineKeyOf, same_address_of_another_hardware_type_is_another_machine) {
  EXPECT_NE(key_of(gpxe_discover()), key_of(gpxe_discover().at(core::header::htype, 6)));
  EXPECT_EQ("6/52:54:00:77:00:01", key_of(gpxe_discover().at(core::header::htype, 6)).text());
}

TEST(MachineKeyOf, client_identifier_serves_where_there_is_no_address) {
  const MachineKey key = key_of(without_address().message(1).put(61, {0xff, 1, 2}).uuid().end());
  EXPECT_EQ(KeyKind::client_id, key.kind());
  EXPECT_EQ("client-id/ff0102", key.text());
}

TEST(MachineKeyOf, long_client_identifiers_that_differ_at_their_end_are_two_machines) {
  const std::string common(40, 'x');
  const MachineKey one = key_of(without_address().message(1).put(61, common + "1").end());
  const MachineKey other = key_of(without_address().message(1).put(61, common + "2").end());
  EXPECT_NE(one, other);
  EXPECT_EQ(one, read_machine_key(one.text())) << one.text();
}

TEST(MachineKeyOf, uuid_serves_where_there_is_nothing_else) {
  const MachineKey key = key_of(without_address().message(1).uuid().end());
  EXPECT_EQ(KeyKind::uuid, key.kind());
  EXPECT_EQ("uuid/6cd22ecf-0201-0403-0506-0708090a0b0c", key.text());
}

TEST(MachineKeyOf, query_that_says_nothing_has_none) {
  EXPECT_TRUE(key_of(without_address().message(1).end()).is_none());
  EXPECT_TRUE(key_of(Query({0, 0, 0, 0, 0, 0}).message(1).end()).is_none());
  EXPECT_TRUE(key_of(Query({255, 255, 255, 255, 255, 255}).message(1).end()).is_none());
}

TEST(MachineKeyOf, uuids_that_boards_share_name_nobody) {
  EXPECT_TRUE(is_plausible_uuid(own_uuid));
  EXPECT_FALSE(is_plausible_uuid(Uuid{}));
  Uuid all_ones;
  all_ones.fill(0xff);
  EXPECT_FALSE(is_plausible_uuid(all_ones));
  const Uuid shared = {0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8, 0, 9};
  EXPECT_FALSE(is_plausible_uuid(shared));
  const Uuid swapped = {3, 0, 2, 0, 4, 0, 5, 0, 0, 6, 0, 7, 0, 8, 0, 9};
  EXPECT_FALSE(is_plausible_uuid(swapped));
  EXPECT_FALSE(is_plausible_uuid(core::Bytes(own_uuid).first(15)));
}

TEST(MachineKeyOf, uuid_of_another_type_or_length_names_nobody) {
  const Query odd =
      Query().message(1).put(97, {1, 0xcf, 0x2e, 0xd2, 0x6c, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  EXPECT_TRUE(uuid_key(core::read_facts(odd.payload())).is_none());
  EXPECT_TRUE(uuid_key(core::read_facts(Query().message(1).put(97, {0, 1, 2}).payload())).is_none());
}

TEST(MachineKeyOf, text_is_read_back_as_the_same_machine) {
  const std::array<std::uint8_t, 6> mac = {0x52, 0x54, 0, 0xab, 0xcd, 0xef};
  const std::array<std::uint8_t, 3> id = {0, 1, 0xff};
  for (const MachineKey& key : {MachineKey::of_address(1, mac), MachineKey::of_address(32, mac),
                                MachineKey::of_client_id(id), MachineKey::of_uuid(own_uuid)}) {
    EXPECT_FALSE(key.is_none());
    EXPECT_EQ(key, read_machine_key(key.text())) << key.text();
  }
}

TEST(MachineKeyOf, mac_may_be_written_as_people_do) {
  const MachineKey key = read_machine_key("52:54:00:ab:cd:ef");
  EXPECT_FALSE(key.is_none());
  EXPECT_EQ(key, read_machine_key("52-54-00-AB-CD-EF"));
  EXPECT_EQ(KeyKind::uuid, read_machine_key("6CD22ECF-0201-0403-0506-0708090A0B0C").kind());
}

TEST(MachineKeyOf, text_that_is_no_machine_is_none) {
  for (const char* text : {"",
                           "none",
                           "52",
                           "52:54",
                           "52:54:00:ab:cd",
                           "525400abcdef",
                           "52:54:00:ab:cd:ef:",
                           "52:54:00:ab:cd:eg",
                           ":52:54:00:ab:cd:ef",
                           "52:54:00:ab:cd:ef:00",
                           "300/52:54:00:ab:cd:ef",
                           "/52:54:00:ab:cd:ef",
                           "client-id/",
                           "client-id/0",
                           "client-id/~0102",
                           "uuid/",
                           "uuid/00000000-0000-0000-0000-000000000000",
                           "00:00:00:00:00:00",
                           "52:54:00:+b:cd:ef",
                           "52:54:00:ab-cd:ef"}) {
    EXPECT_TRUE(read_machine_key(text).is_none()) << text;
  }
}

TEST(MachineKeyOf, hash_gives_the_value_that_its_authors_published) {
  std::array<std::uint8_t, 15> input{};
  for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(0xa129ca6149be45e5u, KeyedHash({0x0706050403020100, 0x0f0e0d0c0b0a0908})(input));
}

}  // namespace
}  // namespace chainload::tests
