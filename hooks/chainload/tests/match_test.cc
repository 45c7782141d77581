// SPDX-License-Identifier: MPL-2.0
// Each key of match with a client it fits and one it does not; lists, all, not, times, kinds of client.
#include "core/match/match.h"

#include "rules_of.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

using namespace core;

Query rom() {
  return Query().message(1).arch(0).put(60, "PXEClient:Arch:00000:UNDI:002001").uuid().end();
}
Query loader(std::string_view user_class = "gPXE") {
  return Query()
      .message(1)
      .arch(0)
      .put(60, "PXEClient:Arch:00000:UNDI:002001")
      .put(77, user_class)
      .put(175, {0x13, 1, 1, 0x18, 1, 1, 0x23, 1, 0, 0xeb, 3, 1, 0, 1})
      .uuid()
      .end();
}
Query relayed(std::initializer_list<std::uint8_t> option_82) {
  Query query = Query().message(1).put(60, "PXEClient").put(82, option_82).end();
  return query.at(header::giaddr, 192).at(header::giaddr + 2, 2).at(header::giaddr + 3, 1);
}

bool answers_to(const Rule& rule, const Query& query, const Surroundings& around = {}) {
  const Facts facts = read_facts(query.payload());
  const Client client(facts, around, boot_sign(facts) != BootSign::none);
  const bool answer = answers(rule, client);
  // The words agree with the answer, and are plain text.
  const std::string text = answer ? why(rule, client) : why_not(rule, client);
  EXPECT_FALSE(text.empty());
  EXPECT_NE(text, "it answers");
  for (const char c : text) EXPECT_TRUE(c >= ' ' && c < 0x7f) << text;
  return answer;
}

bool matches(const std::string& match, const Query& query, const Surroundings& around = {}) {
  return answers_to(rule_matching("{" + match + "}"), query, around);
}

TEST(match, user_class_exactly_with_case_raw_or_listed) {
  EXPECT_TRUE(matches(R"("user-class": "gPXE")", loader()));
  EXPECT_TRUE(matches(R"("user-class": "gPXE")", loader("\x04gPXE")));
  EXPECT_TRUE(matches(R"("user-class": "b")", loader("\x01"
                                                     "a\x01"
                                                     "b")));
  EXPECT_TRUE(matches(R"("user-class": ["x", "gPXE"])", loader()));
  for (const char* other : {"gpxe", "gPXEx", "xgPXE", "gPX", "g*", "gPXE "}) {
    EXPECT_FALSE(matches(R"("user-class": "gPXE")", loader(other))) << other;
  }
  EXPECT_FALSE(matches(R"("user-class": "g*")", loader()));  // no patterns here
  EXPECT_FALSE(matches(R"("user-class": "gPXE")", rom()));
}

TEST(match, arch_by_name_number_and_what_counts_as_it) {
  EXPECT_TRUE(matches(R"("arch": "x86-bios")", rom()));
  EXPECT_TRUE(matches(R"("arch": [7, 0])", rom()));
  EXPECT_FALSE(matches(R"("arch": [6, 7])", rom()));
  const auto with = [](std::uint16_t number, std::string_view vendor) {
    return Query().message(1).arch(number).put(60, vendor).end();
  };
  EXPECT_TRUE(matches(R"("arch": "x64-uefi")", with(9, "PXEClient")));
  EXPECT_TRUE(matches(R"("arch": "ebc")", with(9, "PXEClient")));
  EXPECT_FALSE(matches(R"("arch": "ebc")", with(7, "PXEClient")));
  EXPECT_TRUE(matches(R"("arch": "x64-uefi-http")", with(7, "HTTPClient")));  // 60 decides about HTTP
  EXPECT_TRUE(matches(R"("arch": 99)", with(99, "PXEClient")));
  EXPECT_TRUE(matches(R"("arch": 0)", Query().message(1).put(60, "PXEClient").end()));
  EXPECT_FALSE(matches(R"("arch": 0)", Query().message(1).put(77, "gPXE").end()));
  const Query both = Query().message(1).put(93, {0, 0, 0, 7}).put(60, "PXEClient").end();
  EXPECT_TRUE(matches(R"("arch": {"all": [7, 0]})", both));
  EXPECT_FALSE(matches(R"("arch": {"all": [7, 0]})", rom()));
}

TEST(match, vendor_class_exactly_or_by_pattern) {
  EXPECT_TRUE(matches(R"("vendor-class": "PXEClient*")", rom()));
  EXPECT_TRUE(matches(R"("vendor-class": "*UNDI:002001")", rom()));
  EXPECT_TRUE(matches(R"("vendor-class": "PXE*Arch:00000*")", rom()));
  EXPECT_FALSE(matches(R"("vendor-class": "PXEClient")", rom()));
  EXPECT_TRUE(matches(R"("vendor-class": "PXEClient")", Query().message(1).put(60, "PXEClient").end()));
  EXPECT_FALSE(matches(R"("vendor-class": "HTTPClient*")", rom()));
  EXPECT_TRUE(matches(R"("vendor-class": {"all": ["PXE*", "*Arch:00000*"]})", rom()));
  EXPECT_FALSE(matches(R"("vendor-class": {"all": ["PXE*", "*Arch:00007*"]})", rom()));
  EXPECT_FALSE(matches(R"("vendor-class": "*")", Query().message(1).put(77, "gPXE").end()));
}

TEST(match, patterns_take_any_octets_and_no_time) {
  EXPECT_TRUE(matches_pattern("", "*"));
  EXPECT_TRUE(matches_pattern("abc", "a**c"));
  EXPECT_TRUE(matches_pattern("abcbc", "*bc"));
  EXPECT_FALSE(matches_pattern("abcb", "*bc"));
  EXPECT_FALSE(matches_pattern("", "a*"));
  EXPECT_FALSE(matches_pattern("ab", "a"));
  EXPECT_TRUE(matches_pattern(std::string_view("a\0b", 3), "a*b"));
  EXPECT_FALSE(matches_pattern(std::string(255, 'a'), std::string(127, '*') + "a*b"));
}

TEST(match, feature_any_or_all_of_those_that_are_not_zero) {
  EXPECT_TRUE(matches(R"("feature": "http")", loader()));
  EXPECT_TRUE(matches(R"("feature": ["iscsi", 24])", loader()));
  EXPECT_TRUE(matches(R"("feature": {"all": ["http", "bzimage"]})", loader()));
  EXPECT_FALSE(matches(R"("feature": {"all": ["http", "iscsi"]})", loader()));
  EXPECT_FALSE(matches(R"("feature": 35)", loader()));  // sent with value 0
  EXPECT_FALSE(matches(R"("feature": "http")", rom()));
  EXPECT_FALSE(matches(R"("feature": "http")", Query().message(1).arch(0).put(175, "http://x").end()));
}

TEST(match, mac_whole_or_by_its_beginning) {
  EXPECT_TRUE(matches(R"("mac": "52:54:00:77:00:01")", rom()));
  EXPECT_TRUE(matches(R"("mac": ["00:00:00:00:00:01", "52-54-00-77-00-01"])", rom()));
  EXPECT_TRUE(matches(R"("mac": "52:54:00:*")", rom()));
  EXPECT_TRUE(matches(R"("mac": "52:*")", rom()));
  EXPECT_FALSE(matches(R"("mac": "52:54:01:*")", rom()));
  EXPECT_FALSE(matches(R"("mac": "52:54:00:77:00")", rom()));
  EXPECT_FALSE(matches(R"("mac": "52:54:00:77:00:02")", rom()));
  const Query without = rom().at(header::hlen, 0);
  EXPECT_FALSE(matches(R"("mac": "52:54:00:77:00:01")", without));
  EXPECT_FALSE(matches(R"("mac": "52:*")", without));
}

TEST(match, uuid_of_the_registered_type_and_length) {
  EXPECT_TRUE(matches(R"("uuid": "6cd22ecf-0201-0403-0506-0708090a0b0c")", rom()));
  EXPECT_TRUE(matches(R"("uuid": "6CD22ECF-0201-0403-0506-0708090A0B0C")", rom()));
  EXPECT_FALSE(matches(R"("uuid": "6cd22ecf-0201-0403-0506-0708090a0b0d")", rom()));
  EXPECT_FALSE(
      matches(R"("uuid": "00000000-0000-0000-0000-000000000000")", Query().message(1).arch(0).end()));
  const Query other_type =
      Query().message(1).arch(0).put(97, std::string_view("\1AAAAAAAAAAAAAAAA", 17)).end();
  EXPECT_FALSE(matches(R"("uuid": "41414141-4141-4141-4141-414141414141")", other_type));
  const Query right_type =
      Query().message(1).arch(0).put(97, std::string_view("\0AAAAAAAAAAAAAAAA", 17)).end();
  EXPECT_TRUE(matches(R"("uuid": "41414141-4141-4141-4141-414141414141")", right_type));
}

TEST(match, relay_circuit_id_and_remote_id) {
  const Query query = relayed({1, 4, 'p', 'o', '/', '7', 2, 2, 0xab, 0xcd});
  EXPECT_TRUE(matches(R"("relay": "192.0.2.1")", query));
  EXPECT_FALSE(matches(R"("relay": "192.0.2.2")", query));
  EXPECT_FALSE(matches(R"("relay": "192.0.2.1")", rom()));
  EXPECT_TRUE(matches(R"("circuit-id": "po/7")", query));
  EXPECT_TRUE(matches(R"("circuit-id": "0x706f2f37")", query));
  EXPECT_TRUE(matches(R"("circuit-id": "po/*")", query));
  EXPECT_FALSE(matches(R"("circuit-id": "po")", query));
  EXPECT_TRUE(matches(R"("remote-id": ["0xabcd", "0x01"])", query));
  EXPECT_FALSE(matches(R"("remote-id": "0xabce")", query));
  EXPECT_FALSE(matches(R"("circuit-id": "*")", relayed({})));
  EXPECT_FALSE(matches(R"("circuit-id": "*")", relayed({1})));
  EXPECT_FALSE(matches(R"("circuit-id": "*")", relayed({1, 5, 'a'})));
  EXPECT_FALSE(matches(R"("circuit-id": "*")", relayed({1, 0})));
  EXPECT_TRUE(matches(R"("remote-id": "b")", relayed({0, 1, 'x', 255, 1, 'y', 2, 1, 'b'})));
}

TEST(match, what_the_server_knows) {
  Surroundings around;
  EXPECT_FALSE(matches(R"("subnet": 1)", rom()));
  EXPECT_FALSE(matches(R"("client-class": "lab")", rom()));
  EXPECT_FALSE(matches(R"("shared-network": "hall")", rom()));
  const std::array<std::string_view, 3> classes = {"ALL", "lab", "UNKNOWN"};
  around.client_classes = classes;
  around.subnet_id = 1;
  around.subnet_prefix = "192.0.2.0/24";
  around.shared_network = "hall";
  EXPECT_TRUE(matches(R"("subnet": [1, 2])", rom(), around));
  EXPECT_TRUE(matches(R"("subnet": "192.0.2.0/24")", rom(), around));
  EXPECT_FALSE(matches(R"("subnet": [2, "192.0.2.0/25"])", rom(), around));
  EXPECT_TRUE(matches(R"("client-class": ["x", "lab"])", rom(), around));
  EXPECT_FALSE(matches(R"("client-class": "la")", rom(), around));
  EXPECT_TRUE(matches(R"("client-class": {"all": ["lab", "UNKNOWN"]})", rom(), around));
  EXPECT_FALSE(matches(R"("client-class": {"all": ["lab", "KNOWN"]})", rom(), around));
  EXPECT_TRUE(matches(R"("shared-network": "hall")", rom(), around));
  EXPECT_FALSE(matches(R"("shared-network": "hal")", rom(), around));
}

TEST(match, all_given_keys_are_required) {
  EXPECT_TRUE(matches(R"("user-class": "gPXE", "arch": 0)", loader()));
  EXPECT_FALSE(matches(R"("user-class": "gPXE", "arch": 7)", loader()));
  EXPECT_FALSE(matches(R"("user-class": "iPXE", "arch": 0)", loader()));
  EXPECT_TRUE(matches("", rom()));
}

TEST(match, not_holds_where_the_fact_is_absent) {
  EXPECT_TRUE(matches(R"("not": {"user-class": "gPXE"})", rom()));
  EXPECT_FALSE(matches(R"("not": {"user-class": "gPXE"})", loader()));
  EXPECT_TRUE(matches(R"("not": {"user-class": "gPXE", "arch": 7})", loader()));       // not both
  EXPECT_FALSE(matches(R"("not": [{"user-class": "gPXE"}, {"arch": 7}])", loader()));  // neither
  EXPECT_TRUE(matches(R"("not": [{"user-class": "iPXE"}, {"arch": 7}])", loader()));
  EXPECT_TRUE(matches(R"("not": {"not": {"user-class": "gPXE"}})", loader()));
  EXPECT_FALSE(matches(R"("not": {"not": {"user-class": "gPXE"}})", rom()));
  EXPECT_FALSE(matches(R"("arch": 7, "not": {"user-class": "gPXE"})", rom()));
  for (const char* key :
       {R"("relay": "192.0.2.1")", R"("circuit-id": "a")", R"("subnet": 1)", R"("feature": "http")",
        R"("client-class": "x")", R"("shared-network": "x")", R"("mac": "00:00:00:*")"}) {
    EXPECT_TRUE(matches(R"("not": {)" + std::string(key) + "}", rom())) << key;
  }
  EXPECT_FALSE(matches(R"("not": {"message-type": "discover"})", rom()));
  EXPECT_TRUE(matches(R"("not": {"message-type": "request"})", rom()));
}

TEST(match, message_types_are_the_usual_three_unless_the_rule_names_others) {
  const auto of_type = [](std::uint8_t type) { return Query().message(type).arch(0).end(); };
  const Query bootp = Query().arch(0).end();
  EXPECT_TRUE(matches("", of_type(1)));
  EXPECT_TRUE(matches("", of_type(3)));
  EXPECT_TRUE(matches("", bootp));
  for (const std::uint8_t type : {2, 4, 5, 6, 7, 8, 9, 15, 16, 17, 255}) {
    EXPECT_FALSE(matches("", of_type(type))) << int{type};
  }
  EXPECT_TRUE(matches(R"("message-type": "inform")", of_type(8)));
  EXPECT_FALSE(matches(R"("message-type": "inform")", of_type(1)));
  EXPECT_TRUE(matches(R"("message-type": ["BOOTP", "DHCPREQUEST"])", bootp));
  EXPECT_FALSE(matches(R"("message-type": ["bootp", "request"])", of_type(1)));
}

TEST(match, rules_speak_of_boot_clients_unless_they_say_any) {
  const Query plain = Query().message(1).end();
  Rule rule = rule_matching("{}");
  EXPECT_FALSE(answers_to(rule, plain));
  rule.any_client = true;
  EXPECT_TRUE(answers_to(rule, plain));
  EXPECT_TRUE(answers_to(rule, rom()));
  rule.enabled = false;
  EXPECT_FALSE(answers_to(rule, rom()));
}

TEST(match, a_rule_holds_from_its_first_second_to_its_last) {
  Rule rule = rule_matching("{}");
  rule.not_before = parse_instant("2026-11-22T10:00:00Z");
  rule.not_after = parse_instant("2026-11-22T11:00:00Z");
  const auto at = [&](std::string_view text) {
    Surroundings around;
    around.now = *parse_instant(text);
    return answers_to(rule, rom(), around);
  };
  EXPECT_FALSE(at("2026-11-22T09:59:59Z"));
  EXPECT_TRUE(at("2026-11-22T10:00:00Z"));
  EXPECT_TRUE(at("2026-11-22T11:00:00Z"));
  EXPECT_FALSE(at("2026-11-22T11:00:01Z"));
}

TEST(match, the_words_name_the_first_condition_that_failed_and_the_value_seen) {
  const auto said = [](const std::string& match, const Query& query, const Surroundings& around = {}) {
    const Facts facts = read_facts(query.payload());
    return why_not(rule_matching("{" + match + "}"), Client(facts, around, true));
  };
  EXPECT_EQ(said(R"("user-class": "gPXE", "arch": 0)", loader("iPXE")),
            "its user class is iPXE; wanted is one of: gPXE");
  EXPECT_EQ(said(R"("user-class": "gPXE", "arch": 7)", loader("iPXE")),
            "by option 93 its architecture is 0 (x86-bios); wanted is one of: 7 (x64-uefi)");
  EXPECT_EQ(said(R"("mac": ["52:54:01:*", "00:00:00:00:00:01"])", rom()),
            "its hardware address is 52:54:00:77:00:01; wanted is one of: 00:00:00:00:00:01, 52:54:01:*");
  EXPECT_EQ(said(R"("relay": "192.0.2.1")", rom()), "it comes through no relay; wanted is one of: 192.0.2.1");
  EXPECT_EQ(said(R"("feature": {"all": ["http", "iscsi"]})", loader()),
            "its features are http, bzimage; wanted are all of: iscsi, http");
  EXPECT_EQ(said(R"("subnet": [1,2,3,4,5,6,7])", rom()),
            "its subnet is not known; wanted is one of: 1, 2, 3, 4, 5 and 2 more");
  EXPECT_EQ(said(R"("not": {"arch": 0})", rom()),
            "its not excludes this client: by option 93 its architecture is 0 (x86-bios)");
  EXPECT_EQ(said(R"("message-type": "inform")", rom()),
            "its message is DHCPDISCOVER; the rule answers DHCPINFORM");
}

}  // namespace
}  // namespace chainload::tests
