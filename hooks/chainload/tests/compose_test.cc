// SPDX-License-Identifier: MPL-2.0
// Facts given by hand come back from the walker as they were given.
#include "core/facts/compose.h"

#include <gtest/gtest.h>

#include "core/facts/text.h"

namespace chainload::tests {
namespace {

using namespace core;

TEST(compose, given_facts_are_read_back) {
  GivenFacts given;
  given.hardware_address = *parse_mac("52:54:00:77:00:01");
  given.message_type = message::request;
  given.relay = Ipv4{0xc0000201};
  given.user_class_list = {"gPXE", "lab"};
  given.vendor_class = "PXEClient:Arch:00007";
  given.architectures = {7, 9};
  given.uuid = parse_uuid("cf2ed26c-0102-0304-0506-0708090a0b0c");
  given.features = {19, 24};
  given.loader_version = {1, 0, 1};
  given.requested_options = {66, 67};
  const auto packet = compose_query(given);
  const Facts facts = read_facts(packet);
  EXPECT_EQ(facts.defect, Defect::none);
  EXPECT_EQ(mac_text(facts.hardware_address), "52:54:00:77:00:01");
  EXPECT_EQ(facts.message_type, message::request);
  EXPECT_EQ(ipv4_text(facts.relay), "192.0.2.1");
  EXPECT_TRUE(facts.user_classes->is_list);
  EXPECT_TRUE(facts.user_classes->name("lab"));
  EXPECT_EQ(as_text(*facts.vendor_class), "PXEClient:Arch:00007");
  EXPECT_EQ(facts.architectures.kept()[1], 9);
  EXPECT_EQ(uuid_text(*facts.client_uuid), "cf2ed26c-0102-0304-0506-0708090a0b0c");
  EXPECT_TRUE(facts.etherboot->features[24]);
  EXPECT_TRUE(facts.etherboot->names_a_loader());
  EXPECT_TRUE(facts.asks_for(66));
}

TEST(compose, nothing_given_is_a_query_with_nothing_in_it) {
  const auto packet = compose_query({});
  const Facts facts = read_facts(packet);
  EXPECT_EQ(facts.defect, Defect::none);
  EXPECT_EQ(facts.message_type, message::discover);
  EXPECT_EQ(mac_text(facts.hardware_address), "none");
  EXPECT_FALSE(facts.user_classes || facts.vendor_class || facts.client_uuid || facts.etherboot);
}

TEST(compose, long_values_go_in_pieces_and_come_back_whole) {
  GivenFacts given;
  given.vendor_class = std::string(700, 'v');
  given.user_class = std::string(256, 'u');
  const auto packet = compose_query(given);
  const Facts facts = read_facts(packet);
  EXPECT_EQ(facts.vendor_class->size(), 700u);
  EXPECT_TRUE(facts.user_classes->name(*given.user_class));
}

TEST(compose, hex_macs_and_uuids_are_read_exactly) {
  EXPECT_EQ(parse_hex("00fFa0"), (std::vector<std::uint8_t>{0, 0xff, 0xa0}));
  EXPECT_EQ(parse_hex("00:ff a0\n"), (std::vector<std::uint8_t>{0, 0xff, 0xa0}));
  for (const char* wrong : {"0", "0g", "0 0", "0x00", "000"}) EXPECT_FALSE(parse_hex(wrong)) << wrong;
  EXPECT_EQ(parse_mac("52-54-00-77-00-01"), parse_mac("525400770001"));
  EXPECT_FALSE(parse_mac(""));
  EXPECT_FALSE(parse_mac("52:54:00:77:00:0"));
  EXPECT_FALSE(parse_mac(std::string(34, '0')));
  EXPECT_FALSE(parse_uuid("cf2ed26c"));
  EXPECT_TRUE(parse_uuid("cf2ed26c0102030405060708090a0b0c"));
}

}  // namespace
}  // namespace chainload::tests
