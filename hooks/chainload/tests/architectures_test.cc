// SPDX-License-Identifier: MPL-2.0
// The architecture table, and what options 60 and 93 say together.
#include "core/facts/architectures.h"

#include <gtest/gtest.h>

#include <set>

#include "sample_packets.h"

namespace chainload::tests {
namespace {

using namespace core;

static_assert(counted_as(9) == 7 && counted_as(17) == 16 && counted_as(7) == 7 && counted_as(0) == 0);

Bytes octets(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

TEST(architectures, every_number_has_one_name_that_finds_it) {
  std::set<std::string_view> names;
  for (std::uint16_t i = 0; i < architecture_count; ++i) {
    EXPECT_TRUE(names.insert(architecture_name(i)).second) << i;
    EXPECT_EQ(architecture_by_name(architecture_name(i)), i);
    EXPECT_EQ(architecture_by_name(std::to_string(i)), i);
    EXPECT_EQ(architecture_rule(i), "built-in/" + std::string(architecture_name(i)));
  }
}

TEST(architectures, http_forms_are_named_after_the_plain_ones) {
  int pairs = 0;
  for (std::uint16_t i = 0; i < architecture_count; ++i) {
    if (const auto http = http_form(i)) {
      EXPECT_EQ(architecture_name(*http), std::string(architecture_name(i)) + "-http");
      EXPECT_EQ(plain_form(*http), i);
      ++pairs;
    }
  }
  EXPECT_EQ(pairs, 13);
  EXPECT_EQ(http_form(0), 20);
  EXPECT_EQ(http_form(7), 16);
  EXPECT_EQ(http_form(9), 17);
  EXPECT_EQ(http_form(11), 19);
  EXPECT_FALSE(http_form(41));
  EXPECT_FALSE(http_form(0xffff));
}

TEST(architectures, names_that_are_none_are_not_found) {
  for (const char* name : {"", "x86", "42", "-1", "7 ", "0x7", "65536", "X86-BIOS"}) {
    EXPECT_FALSE(architecture_by_name(name)) << name;
  }
}

TEST(architectures, vendor_class_gives_its_number) {
  const auto number = [](std::string_view text) { return architecture_in_vendor_class(octets(text)); };
  EXPECT_EQ(number("PXEClient:Arch:00007:UNDI:003016"), 7);
  EXPECT_EQ(number("PXEClient:Arch:00016:UNDI:003016"), 16);
  EXPECT_EQ(number("PXEClient:Arch:00000"), 0);
  EXPECT_EQ(number("PXEClient:Arch:0001b:UNDI:003000"), 27);
  EXPECT_EQ(number("PXEClient:Arch:00000:UNDI:002001:PID:UCSC"), 0);
  EXPECT_FALSE(number("PXEClient"));
  EXPECT_FALSE(number("PXEClient:Arch:"));
  EXPECT_FALSE(number("PXEClient:Arch::UNDI"));
  EXPECT_FALSE(number("PXEClient:Arch:000007:UNDI"));
  EXPECT_FALSE(number("PXEClient:Arch:xyz:UNDI"));
  EXPECT_FALSE(number("PXEClient:Arch:-0001"));
  EXPECT_FALSE(number("PXEClient:Arch:99999"));
}

struct Told {
  std::string_view vendor_class;
  std::vector<std::uint16_t> sent;
  std::vector<std::uint16_t> understood;
  ArchitectureSource source;
  bool http_by_60 = false;
};

TEST(architectures, option_60_and_93_are_read_together) {
  using enum ArchitectureSource;
  const std::vector<Told> cases = {
      {"PXEClient:Arch:00007", {7}, {7}, option_93},
      {"PXEClient:Arch:00007", {0}, {0}, option_93},          // 93 wins about everything but HTTP
      {"HTTPClient:Arch:00016", {7}, {16}, option_93, true},  // 60 wins about HTTP
      {"PXEClient:Arch:00007", {16}, {7}, option_93, true},   // both ways
      {"HTTPClient", {0, 9}, {20, 17}, option_93, true},
      {"HTTPClient:Arch:00016", {41}, {41}, option_93},  // no HTTP form to take
      {"HTTPClient:Arch:00016", {}, {16}, option_60},
      {"HTTPClient:Arch:00007", {}, {16}, option_60, true},
      {"PXEClient:Arch:00011", {}, {11}, option_60},
      {"PXEClient", {}, {0}, bare_pxeclient},
      {"PXEClient:PID:X", {}, {0}, bare_pxeclient},
      {"PXEClient:Arch:huh", {}, {}, unknown},  // it did say something
      {"HTTPClient", {}, {}, unknown},
      {"U-Boot.armv8", {22}, {22}, option_93},
      {"", {16}, {16}, option_93},
      {"", {}, {}, unknown},
  };
  for (const Told& told : cases) {
    Query query = Query().message(1);
    if (!told.vendor_class.empty()) query.put(60, told.vendor_class);
    if (!told.sent.empty()) query.octet(93).octet(static_cast<std::uint8_t>(told.sent.size() * 2));
    for (const std::uint16_t number : told.sent)
      query.octet(static_cast<std::uint8_t>(number >> 8)).octet(static_cast<std::uint8_t>(number));
    query.end();
    const Facts facts = read_facts(query.payload());
    const ClientArchitectures client = client_architectures(facts);
    const auto kept = client.numbers.kept();
    EXPECT_EQ(std::vector<std::uint16_t>(kept.begin(), kept.end()), told.understood) << told.vendor_class;
    EXPECT_EQ(client.source, told.source) << told.vendor_class;
    EXPECT_EQ(client.vendor_class_decided_http, told.http_by_60) << told.vendor_class;
  }
}

}  // namespace
}  // namespace chainload::tests
