// SPDX-License-Identifier: MPL-2.0
// Facts read from raw queries, well-formed and hostile.
#include "core/facts/facts.h"

#include <gtest/gtest.h>

#include <cstring>

#include "core/facts/option_walk.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

using namespace core;

// The walker, on literal octets.
constexpr std::size_t count_options(Bytes area, WalkEnd expected_end) {
  std::size_t count = 0;
  const WalkEnd end = walk_options(area, [&](std::uint8_t, Bytes) { ++count; });
  return end == expected_end ? count : 999;
}
constexpr std::array<std::uint8_t, 7> two_options = {0, 53, 1, 1, 60, 0, 255};
static_assert(count_options(two_options, WalkEnd::end_option) == 2);
static_assert(count_options(Bytes(two_options).first(6), WalkEnd::ran_out) == 2);
static_assert(count_options(Bytes(two_options).first(5), WalkEnd::cut_short) == 1);
static_assert(count_options(Bytes(two_options).first(3), WalkEnd::cut_short) == 0);
static_assert(count_options(Bytes(), WalkEnd::ran_out) == 0);

// Option 77 in both encodings, and the values that look like the wrong one.
template <std::size_t n>
constexpr UserClasses classes_of(const std::array<std::uint8_t, n>& value) {
  return read_user_classes(value);
}
constexpr std::array<std::uint8_t, 4> raw_gpxe = {'g', 'P', 'X', 'E'};
constexpr std::array<std::uint8_t, 5> listed_gpxe = {4, 'g', 'P', 'X', 'E'};
constexpr std::array<std::uint8_t, 8> two_listed = {2, 'a', 'b', 4, 'g', 'P', 'X', 'E'};
constexpr std::array<std::uint8_t, 6> empty_item = {0, 4, 'g', 'P', 'X', 'E'};
constexpr std::array<std::uint8_t, 5> overrun = {5, 'g', 'P', 'X', 'E'};
constexpr std::array<std::uint8_t, 5> nul_at_end = {'g', 'P', 'X', 'E', 0};
static_assert(!classes_of(raw_gpxe).is_list && classes_of(raw_gpxe).name("gPXE"));
static_assert(classes_of(listed_gpxe).is_list && classes_of(listed_gpxe).name("gPXE"));
static_assert(classes_of(two_listed).name("gPXE") && classes_of(two_listed).name("ab"));
static_assert(!classes_of(empty_item).is_list && !classes_of(empty_item).name("gPXE"));
static_assert(!classes_of(overrun).is_list && !classes_of(overrun).name("gPXE"));
static_assert(!classes_of(nul_at_end).name("gPXE"));
static_assert(!classes_of(raw_gpxe).name("gpxe") && !classes_of(raw_gpxe).name("gPX"));
// A raw string that happens to be a whole list is read as the list, and its raw value still matches.
static_assert(classes_of(listed_gpxe).name("\x04gPXE"));
static_assert(!read_user_classes(Bytes()).is_list);

std::string text_of(const std::optional<Bytes>& value) {
  return value ? std::string(as_text(*value)) : std::string("absent");
}

TEST(facts, gpxe_discover_is_read_whole) {
  const Query query = gpxe_discover();
  const Facts facts = read_facts(query.payload());
  EXPECT_EQ(facts.defect, Defect::none);
  EXPECT_EQ(facts.message_type, message::discover);
  EXPECT_EQ(facts.htype, 1);
  ASSERT_EQ(facts.hardware_address.size(), 6u);
  EXPECT_EQ(facts.hardware_address[5], 1);
  EXPECT_EQ(text_of(facts.vendor_class), "PXEClient:Arch:00000:UNDI:002001");
  ASSERT_TRUE(facts.user_classes);
  EXPECT_TRUE(facts.user_classes->name("gPXE"));
  ASSERT_EQ(facts.architectures.kept().size(), 1u);
  EXPECT_EQ(facts.architectures.kept()[0], 0);
  EXPECT_EQ(facts.client_uuid->size(), 17u);
  EXPECT_EQ(facts.max_message_size, 1472);
  EXPECT_TRUE(facts.asks_for(67));
  EXPECT_FALSE(facts.asks_for(97));
  ASSERT_TRUE(facts.etherboot);
  EXPECT_TRUE(facts.etherboot->names_a_loader());
  EXPECT_TRUE(facts.etherboot->features[19]);  // http
  EXPECT_FALSE(facts.etherboot->features[20]);
  EXPECT_FALSE(facts.etherboot->features[177]);
  EXPECT_EQ(facts.etherboot->version[2], 1);
  EXPECT_EQ(facts.etherboot->bus_id.size(), 5u);
  EXPECT_TRUE(facts.joined.empty());
}

TEST(facts, every_sample_is_read_without_a_defect) {
  for (const Sample& sample : samples) {
    EXPECT_EQ(read_facts(sample.query.payload()).defect, Defect::none) << sample.name;
  }
}

// Copied to a heap block of exactly the length, so that a read past the end is seen.
TEST(facts, every_truncation_of_every_sample_is_survived) {
  for (const Sample& sample : samples) {
    const Bytes whole = sample.query.payload();
    for (std::size_t len = 0; len <= whole.size(); ++len) {
      const std::vector<std::uint8_t> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(len));
      const Facts facts = read_facts(cut);
      if (len < header::cookie) {
        EXPECT_EQ(facts.defect, Defect::short_header) << len;
      } else if (len < header::options) {
        EXPECT_EQ(facts.defect, Defect::no_cookie) << len;
      } else {
        EXPECT_TRUE(facts.is_readable_request()) << len;
      }
    }
  }
}

TEST(facts, every_octet_of_a_query_may_be_anything) {
  const Query query = gpxe_discover();
  std::vector<std::uint8_t> payload(query.payload().begin(), query.payload().end());
  for (std::size_t at = 0; at < payload.size(); ++at) {
    const std::uint8_t before = payload[at];
    for (const int value : {0, 1, 52, 77, 127, 128, 175, 254, 255}) {
      payload[at] = static_cast<std::uint8_t>(value);
      const Facts facts = read_facts(payload);
      EXPECT_LE(facts.hardware_address.size(), 16u);
      EXPECT_LE(facts.joined.size(), payload.size());
    }
    payload[at] = before;
  }
}

TEST(facts, option_in_pieces_is_joined_across_other_options) {
  const Query query = Query().put(77, "gP").message(1).put(60, "PXE").put(77, "XE").put(60, "Client").end();
  const Facts facts = read_facts(query.payload());
  ASSERT_TRUE(facts.user_classes);
  EXPECT_TRUE(facts.user_classes->name("gPXE"));
  EXPECT_EQ(text_of(facts.vendor_class), "PXEClient");
  EXPECT_EQ(facts.message_type, message::discover);
}

TEST(facts, joined_values_stay_good_when_facts_are_moved) {
  const Query query = Query().put(77, "gP").message(1).put(77, "XE").end();
  Facts first = read_facts(query.payload());
  const Facts second = std::move(first);
  EXPECT_TRUE(second.user_classes->name("gPXE"));
}

TEST(facts, list_item_crossing_a_cut_is_joined) {
  const Query query = Query().message(1).put(77, {4, 'g'}).put(77, "PXE").end();
  const Facts facts = read_facts(query.payload());
  EXPECT_TRUE(facts.user_classes->is_list);
  EXPECT_TRUE(facts.user_classes->name("gPXE"));
}

TEST(facts, overloaded_file_and_sname_are_read_in_order) {
  Query query = Query().message(1).put(52, {3}).put(77, "g").end();
  const auto lay = [&](std::size_t at, std::initializer_list<std::uint8_t> octets) {
    for (const std::uint8_t octet : octets) query.at(at++, octet);
  };
  lay(header::file, {77, 2, 'P', 'X', 255});
  lay(header::sname, {77, 1, 'E', 93, 2, 0, 7, 255});
  const Facts facts = read_facts(query.payload());
  EXPECT_TRUE(facts.user_classes->name("gPXE"));
  EXPECT_EQ(facts.architectures.kept()[0], 7);
}

TEST(facts, each_field_is_read_only_when_it_is_lent) {
  for (const std::uint8_t lent : std::initializer_list<std::uint8_t>{1, 2, 3}) {
    Query query = Query().message(1).put(52, {lent}).end();
    query.at(header::file, 60).at(header::file + 1, 1).at(header::file + 2, 'f').at(header::file + 3, 255);
    query.at(header::sname, 77)
        .at(header::sname + 1, 1)
        .at(header::sname + 2, 's')
        .at(header::sname + 3, 255);
    const Facts facts = read_facts(query.payload());
    EXPECT_EQ(facts.vendor_class.has_value(), lent != 2) << int{lent};
    EXPECT_EQ(facts.user_classes.has_value(), lent != 1) << int{lent};
  }
}

TEST(facts, file_and_sname_that_are_not_lent_are_not_read) {
  for (const int lent : {0, 4, 255}) {
    Query query = Query().message(1).put(52, {static_cast<std::uint8_t>(lent)}).end();
    query.at(header::file, 77).at(header::file + 1, 1).at(header::file + 2, 'x');
    EXPECT_FALSE(read_facts(query.payload()).user_classes) << lent;
  }
  Query twice = Query().message(1).put(52, {1, 1}).end();
  twice.at(header::file, 77).at(header::file + 1, 1).at(header::file + 2, 'x');
  EXPECT_FALSE(read_facts(twice.payload()).user_classes);
}

TEST(facts, unterminated_lent_field_is_cut_short_and_what_stands_before_counts) {
  Query query = Query().message(1).put(52, {1}).end();
  query.at(header::file, 60).at(header::file + 1, 3).at(header::file + 2, 'a').at(header::file + 5, 77);
  query.at(header::file + 6, 200);
  const Facts facts = read_facts(query.payload());
  EXPECT_EQ(facts.defect, Defect::option_cut_short);
  EXPECT_TRUE(facts.vendor_class);
  EXPECT_FALSE(facts.user_classes);
}

TEST(facts, vendor_class_loses_trailing_nuls_and_nothing_else) {
  EXPECT_EQ(text_of(read_facts(Query().message(1).put(60, std::string_view("CP-7941G\0", 9)).end().payload())
                        .vendor_class),
            "CP-7941G");
  EXPECT_EQ(
      text_of(
          read_facts(Query().message(1).put(60, std::string_view("\0\0", 2)).end().payload()).vendor_class),
      "absent");
  EXPECT_EQ(text_of(read_facts(Query().message(1).put(60, "").end().payload()).vendor_class), "absent");
  const Query inner = Query().message(1).put(60, std::string_view("a\0b\0", 4)).end();
  EXPECT_EQ(read_facts(inner.payload()).vendor_class->size(), 3u);
}

TEST(facts, odd_or_empty_architecture_lists_give_their_whole_numbers) {
  const auto count = [](const Query& query) { return read_facts(query.payload()).architectures.seen(); };
  EXPECT_EQ(count(Query().message(1).put(93, "").end()), 0u);
  EXPECT_EQ(count(Query().message(1).put(93, {7}).end()), 0u);
  EXPECT_EQ(count(Query().message(1).put(93, {0, 7, 0}).end()), 1u);
  EXPECT_EQ(count(Query().message(1).put(93, {0, 7, 0, 9, 0}).end()), 2u);
}

TEST(facts, eight_architectures_and_sixteen_user_classes_are_kept_and_all_are_counted) {
  Query many = Query().message(1);
  many.octet(93).octet(40);
  for (std::uint8_t i = 0; i < 20; ++i) many.octet(0).octet(i);
  many.octet(77).octet(60);
  for (std::uint8_t i = 0; i < 30; ++i) many.octet(1).octet(static_cast<std::uint8_t>('A' + i));
  many.end();
  const Facts facts = read_facts(many.payload());
  EXPECT_EQ(facts.architectures.kept().size(), 8u);
  EXPECT_EQ(facts.architectures.seen(), 20u);
  EXPECT_EQ(facts.user_classes->items.kept().size(), 16u);
  EXPECT_EQ(facts.user_classes->items.seen(), 30u);
  EXPECT_TRUE(facts.user_classes->name("P"));
  EXPECT_FALSE(facts.user_classes->name("Q"));
}

TEST(facts, option_175_counts_only_when_it_parses_to_its_end) {
  const auto names_a_loader = [](const Query& query) {
    const Facts facts = read_facts(query.payload());
    return facts.etherboot && facts.etherboot->names_a_loader();
  };
  EXPECT_TRUE(names_a_loader(Query().message(1).put(175, {235, 3, 1, 0, 0}).end()));
  EXPECT_TRUE(names_a_loader(Query().message(1).put(175, {177, 5, 1, 2, 3, 4, 5, 255}).end()));
  EXPECT_FALSE(names_a_loader(Query().message(1).put(175, {235, 3, 1, 0}).end()));
  EXPECT_FALSE(names_a_loader(Query().message(1).put(175, {235, 1, 1, 19}).end()));
  EXPECT_FALSE(names_a_loader(Query().message(1).put(175, {19, 1, 1}).end()));
  EXPECT_FALSE(names_a_loader(Query().message(1).put(175, "http://192.0.2.1/x").end()));
  EXPECT_FALSE(names_a_loader(Query().message(1).put(175, "").end()));
}

TEST(facts, hardware_address_lengths_that_lie_are_bounded) {
  EXPECT_EQ(read_facts(Query().at(header::hlen, 0).message(1).end().payload()).hardware_address.size(), 0u);
  EXPECT_EQ(read_facts(Query().at(header::hlen, 255).message(1).end().payload()).hardware_address.size(),
            16u);
}

TEST(facts, reply_is_not_taken_for_a_request) {
  EXPECT_EQ(read_facts(Query().at(header::op, 2).message(2).end().payload()).defect, Defect::not_a_request);
}

TEST(facts, maximum_size_of_a_wrong_length_is_absent) {
  EXPECT_FALSE(read_facts(Query().message(1).put(57, {1}).end().payload()).max_message_size);
  EXPECT_FALSE(read_facts(Query().message(1).put(57, {1, 2, 3}).end().payload()).max_message_size);
  EXPECT_EQ(read_facts(edk2_pxe_request().payload()).max_message_size, 0xff00);
}

}  // namespace
}  // namespace chainload::tests
