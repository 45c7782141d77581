// SPDX-License-Identifier: MPL-2.0
// Contexts read from a Dhcp4 map: which count for a client, what they inherit, and what is wrong with them.
#include "core/policy/scopes.h"

#include <cc/data.h>
#include <gtest/gtest.h>

#include <map>

#include "core/policy/policy.h"
#include "kea/network_part.h"
#include "kea/value_of_element.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

using namespace core;
using isc::data::ConstElementPtr;
using isc::data::Element;

struct Read {
  std::shared_ptr<const ShortForm> short_form;
  Policy policy;
  Scopes scopes;
  Problems problems;
};

/// Parameters and a Dhcp4 map, both as JSON text.
Read read(const std::string& parameters, const std::string& dhcp4) {
  Read result;
  Problems problems;
  ScopeSettings settings =
      read_scope(kea::value_of(Element::fromJSON(parameters)), ScopeKind::parameters, "", problems);
  EXPECT_TRUE(problems.empty()) << problems.text();
  result.short_form = std::make_shared<const ShortForm>(settings.short_form);
  MadePolicy made = make_policy(std::move(settings));
  EXPECT_TRUE(made.policy) << made.problems.text();
  if (made.policy) result.policy = std::move(*made.policy);
  const ConstElementPtr networks = kea::network_part(Element::fromJSON(dhcp4));
  result.scopes =
      read_scopes(kea::value_of(networks), {result.short_form, result.policy.table()}, result.problems);
  return result;
}

const std::string short_form_json =
    R"({ "next-server": "192.0.2.10", "script": "http://192.0.2.10/boot.php" })";

/// A context whose one rule is named.
std::string context(const std::string& rule) {
  return R"("user-context": {"other": 1, "chainload": {"rules": [ {"name": ")" + rule +
         R"(", "match": {"user-class": "gPXE"}, "boot": {"boot-file-name": "x"}} ]}})";
}

/// The names of the scopes that concern the gPXE client of the samples at an address, innermost first.
std::string scopes_at(const Scopes& scopes, std::string_view address,
                      std::vector<std::string_view> classes = {}) {
  const Query query = gpxe_discover();
  const Facts facts = read_facts(query.payload());
  ClientScopes found;
  Surroundings around;
  around.client_classes = classes;
  scopes.find(facts, parse_ipv4(address).value_or(Ipv4::unset), found, around);
  std::string names;
  const auto add = [&](const ScopePolicy* scope) {
    if (scope != nullptr) names += (names.empty() ? "" : " ") + scope->name();
  };
  for (const ScopePolicy* scope :
       {around.reservation, around.pool, around.subnet, around.shared_network_scope}) {
    add(scope);
  }
  for (const ScopePolicy* scope : around.classes) add(scope);
  return names;
}

const std::string nested_json = R"({
  "shared-networks": [ { "name": "floor", )" +
                                context("network") + R"(, "subnet4": [
    { "id": 1, "subnet": "192.0.2.0/24", )" +
                                context("subnet") + R"(,
      "pools": [ { "pool": "192.0.2.100 - 192.0.2.149", )" +
                                context("pool") + R"( },
                 { "pool": "192.0.2.192/26" } ],
      "reservations": [ { "hw-address": "52:54:00:77:00:01", "ip-address": "192.0.2.110", )" +
                                context("machine") + R"( } ] },
    { "id": 2, "subnet": "198.51.100.0/24" } ] } ],
  "subnet4": [ { "id": 3, "subnet": "203.0.113.0/24" } ],
  "client-classes": [ { "name": "A", )" +
                                context("a") + R"( }, { "name": "none" }, { "name": "B", )" + context("b") +
                                R"( } ] })";

TEST(scopes, context_counts_where_the_client_is) {
  const Read all = read(short_form_json, nested_json);
  ASSERT_TRUE(all.problems.empty()) << all.problems.text();
  EXPECT_EQ(scopes_at(all.scopes, "192.0.2.120"),
            "reservation pool[192.0.2.100-192.0.2.149] subnet[1] shared-network[floor]");
  EXPECT_EQ(scopes_at(all.scopes, "192.0.2.200"), "reservation subnet[1] shared-network[floor]");
  EXPECT_EQ(scopes_at(all.scopes, "198.51.100.7"), "shared-network[floor]");
  EXPECT_EQ(scopes_at(all.scopes, "203.0.113.7"), "");
  EXPECT_EQ(scopes_at(all.scopes, "8.8.8.8"), "");
}

TEST(scopes, classes_count_in_evaluation_order_wherever_the_client_is) {
  const Read all = read(short_form_json, nested_json);
  EXPECT_EQ(scopes_at(all.scopes, "203.0.113.7", {"ALL", "B", "none", "A"}), "class[B] class[A]");
  EXPECT_EQ(scopes_at(all.scopes, "8.8.8.8", {"A"}), "class[A]");
  EXPECT_EQ(scopes_at(all.scopes, "8.8.8.8", {"a", "AA"}), "");
}

TEST(scopes, surroundings_name_subnet_and_shared_network) {
  const Read all = read(short_form_json, nested_json);
  const Query query = gpxe_discover();
  const Facts facts = read_facts(query.payload());
  ClientScopes found;
  Surroundings around;
  all.scopes.find(facts, *parse_ipv4("198.51.100.7"), found, around);
  EXPECT_EQ(around.subnet_id, 2u);
  EXPECT_EQ(around.subnet_prefix, "198.51.100.0/24");
  EXPECT_EQ(around.shared_network, "floor");
  EXPECT_EQ(found.reservation, nullptr);
  Surroundings nowhere;
  ClientScopes nothing;
  all.scopes.find(facts, *parse_ipv4("8.8.8.8"), nothing, nowhere);
  EXPECT_FALSE(nowhere.subnet_id);
}

// The server counts shared networks first, then the subnets outside of them.
TEST(scopes, subnets_without_an_id_are_numbered_as_the_server_does) {
  const Read all = read(short_form_json, R"({
    "subnet4": [ { "subnet": "203.0.113.0/24" }, { "id": 7, "subnet": "10.0.0.0/8" }, { "id": 0, "subnet": "172.16.0.0/12" } ],
    "shared-networks": [ { "name": "n", "subnet4": [ { "subnet": "192.0.2.0/24" } ] } ] })");
  EXPECT_EQ(all.scopes.networks().place_of(*parse_ipv4("192.0.2.1")).subnet->id, 1u);
  EXPECT_EQ(all.scopes.networks().place_of(*parse_ipv4("203.0.113.1")).subnet->id, 2u);
  EXPECT_EQ(all.scopes.networks().place_of(*parse_ipv4("10.1.1.1")).subnet->id, 7u);
  EXPECT_EQ(all.scopes.networks().place_of(*parse_ipv4("172.16.0.1")).subnet->id, 3u);
}

TEST(scopes, each_level_may_say_which_reservations_count) {
  const auto counts = [](const std::string& global, const std::string& network, const std::string& subnet) {
    const Read all = read(short_form_json, R"({ )" + global + R"( "shared-networks": [ { )" + network +
                                               R"( "name": "n", "subnet4": [ { )" + subnet +
                                               R"( "id": 1, "subnet": "192.0.2.0/24" } ] } ] })");
    const Subnet& only = all.scopes.networks().subnets().front();
    return std::pair(only.honours_its_reservations, only.honours_global_reservations);
  };
  using Both = std::pair<bool, bool>;
  EXPECT_EQ(counts("", "", ""), Both(true, false));
  EXPECT_EQ(counts(R"("reservations-global": true,)", "", ""), Both(true, true));
  EXPECT_EQ(counts(R"("reservations-global": true,)", R"("reservations-global": false,)", ""),
            Both(true, false));
  EXPECT_EQ(counts("", "", R"("reservations-in-subnet": false,)"), Both(false, false));
  EXPECT_EQ(counts("", R"("reservation-mode": "disabled",)", ""), Both(false, false));
  EXPECT_EQ(counts("", "", R"("reservation-mode": "global",)"), Both(false, true));
  EXPECT_EQ(counts(R"("reservation-mode": "global",)", "", R"("reservation-mode": "all",)"),
            Both(true, false));
  EXPECT_EQ(counts("", "", R"("reservation-mode": "out-of-pool",)"), Both(true, false));
}

TEST(scopes, identifiers_are_read_as_the_server_reads_them) {
  for (const char* text :
       {"52:54:00:77:00:01", "525400770001", "0x525400770001", "52:54:0:77:0:1", "52 54 00 77 00 01"}) {
    const Read all =
        read(short_form_json, R"({ "subnet4": [ { "id": 1, "subnet": "192.0.2.0/24", "reservations": [
        { "hw-address": ")" + std::string(text) +
                                  R"(", )" + context("machine") + R"( } ] } ] })");
    EXPECT_EQ(scopes_at(all.scopes, "192.0.2.7"), "reservation") << text;
  }
  const Read quoted =
      read(short_form_json, R"({ "subnet4": [ { "id": 1, "subnet": "192.0.2.0/24", "reservations": [
        { "circuit-id": "'p17'", )" +
                                context("port") + R"( } ] } ] })");
  const Query query = Query().message(1).put(82, {1, 3, 'p', '1', '7'}).end();
  const Facts facts = read_facts(query.payload());
  ClientScopes found;
  Surroundings around;
  quoted.scopes.find(facts, *parse_ipv4("192.0.2.7"), found, around);
  ASSERT_NE(around.reservation, nullptr);
}

TEST(scopes, reservation_without_a_context_is_this_clients_too) {
  const Read all =
      read(short_form_json, R"({ "subnet4": [ { "id": 1, "subnet": "192.0.2.0/24", "reservations": [
        { "hw-address": "52:54:00:77:00:01" },
        { "client-id": "01:52:54:00:77:00:01", )" +
                                context("machine") + R"( } ] } ] })");
  EXPECT_EQ(scopes_at(all.scopes, "192.0.2.7"), "");  // the hardware address is looked for first
}

TEST(scopes, global_reservation_counts_where_the_subnet_honours_them) {
  const std::string reservations =
      R"("reservations": [ { "hw-address": "52:54:00:77:00:01", )" + context("m") + R"( } ])";
  const std::string subnets = R"("subnet4": [ { "id": 1, "subnet": "192.0.2.0/24" } ])";
  EXPECT_EQ(scopes_at(read(short_form_json, "{ " + subnets + ", " + reservations + " }").scopes, "192.0.2.7"),
            "");
  EXPECT_EQ(scopes_at(read(short_form_json,
                           R"({ "reservations-global": true, )" + subnets + ", " + reservations + " }")
                          .scopes,
                      "192.0.2.7"),
            "reservation");
}

/// The script and the boot server that the scope around a client gives it.
std::string table_at(const ScopePolicy* scope) {
  if (scope == nullptr || scope->table() == nullptr) return "none";
  const BuiltInTable& table = *scope->table();
  return (table.script ? table.script->text() : std::string("no script")) + " " + table.next_server_text;
}

TEST(scopes, short_form_is_inherited_from_the_next_outer_scope) {
  const Read all = read(short_form_json, R"({
    "shared-networks": [ { "name": "n", "user-context": {"chainload": {"next-server": "192.0.2.11"}}, "subnet4": [
      { "id": 1, "subnet": "192.0.2.0/24", "user-context": {"chainload": {"script": "http://a/"}},
        "pools": [ { "pool": "192.0.2.100-192.0.2.149", "user-context": {"chainload": {"next-server": "192.0.2.12"}} } ],
        "reservations": [
          { "hw-address": "52:54:00:77:00:01", "ip-address": "192.0.2.110", "user-context": {"chainload": {"script": "http://b/"}} },
          { "hw-address": "52:54:00:77:00:02", "user-context": {"chainload": {"user-classes": ["x"]}} } ] } ] } ],
    "client-classes": [ { "name": "A", "user-context": {"chainload": {"script": "http://c/"}} } ] })");
  ASSERT_TRUE(all.problems.empty()) << all.problems.text();
  std::map<std::string, std::string> tables;
  int reservations = 0;
  for (const auto& scope : all.scopes.policies()) {
    const std::string name =
        scope->name() == "reservation" ? "reservation " + std::to_string(++reservations) : scope->name();
    tables[name] = table_at(scope.get());
  }
  EXPECT_EQ(tables["shared-network[n]"], "http://192.0.2.10/boot.php 192.0.2.11");
  EXPECT_EQ(tables["subnet[1]"], "http://a/ 192.0.2.11");
  EXPECT_EQ(tables["pool[192.0.2.100-192.0.2.149]"], "http://a/ 192.0.2.12");
  EXPECT_EQ(tables["reservation 1"], "http://b/ 192.0.2.12");  // its address lies in the pool
  EXPECT_EQ(tables["reservation 2"], "http://a/ 192.0.2.11");
  EXPECT_EQ(tables["class[A]"], "http://c/ 192.0.2.10");
}

TEST(scopes, rules_alone_make_no_table) {
  const Read all = read(short_form_json, nested_json);
  for (const auto& scope : all.scopes.policies()) EXPECT_EQ(table_at(scope.get()), "none") << scope->name();
}

TEST(scopes, what_is_wrong_is_named_with_its_place) {
  const auto problem = [](const std::string& parameters, const std::string& dhcp4) {
    const Read all = read(parameters, dhcp4);
    EXPECT_EQ(all.problems.seen(), 1u) << all.problems.text();
    return all.problems.text();
  };
  const auto subnet = [](const std::string& inside) {
    return R"({ "subnet4": [ { "id": 4, "subnet": "192.0.2.0/24", )" + inside + " } ] }";
  };
  const auto starts_with = [](const std::string& text, const std::string& beginning) {
    EXPECT_EQ(text.substr(0, beginning.size()), beginning) << text;
  };
  starts_with(problem(short_form_json, subnet(R"("user-context": {"chainload": {"scripts": "x"}})")),
              "subnet[4].scripts");
  starts_with(problem(short_form_json, subnet(R"("user-context": {"chainload": 5})")), "subnet[4]");
  starts_with(
      problem(
          short_form_json,
          subnet(
              R"("pools": [ {"pool": "192.0.2.1 - 192.0.2.9", "user-context": {"chainload": {"script": ""}}} ])")),
      "subnet[4].pool[192.0.2.1-192.0.2.9].script");
  starts_with(
      problem(
          short_form_json,
          subnet(
              R"("reservations": [ {"hw-address": "2:2:2:2:2:2", "user-context": {"chainload": {"enabled": 1}}} ])")),
      "subnet[4].reservation[2:2:2:2:2:2].enabled");
  starts_with(
      problem(
          short_form_json,
          subnet(
              R"("reservations": [ {"flex-id": "'x'", "user-context": {"chainload": {"enabled": true}}} ])")),
      "subnet[4].reservation['x']");
  starts_with(
      problem(short_form_json,
              R"({ "client-classes": [ {"name": "A", "user-context": {"chainload": {"rules": {}}}} ] })"),
      "class[A].rules");
}

TEST(scopes, server_that_can_be_inherited_from_nowhere_is_missed) {
  const Read all = read(
      R"({ "rules": [] })",
      R"({ "subnet4": [ { "id": 1, "subnet": "192.0.2.0/24", "user-context": {"chainload": {"script": "http://a/"}} } ] })");
  ASSERT_EQ(all.problems.seen(), 1u);
  EXPECT_NE(all.problems.text().find("next-server"), std::string::npos) << all.problems.text();
}

TEST(scopes, nothing_is_wrong_with_what_is_not_ours) {
  const Read all = read(short_form_json, R"({ "subnet4": [ { "id": 1, "subnet": "192.0.2.0/24",
      "user-context": { "deep": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]] } } ] })");
  EXPECT_TRUE(all.problems.empty()) << all.problems.text();
  EXPECT_TRUE(all.scopes.empty());
}

TEST(values, nesting_is_bounded) {
  const auto nested = [](std::size_t depth) {
    // Not from JSON: Kea 3.0 refuses to read more than a hundred levels.
    isc::data::ElementPtr element = Element::create(static_cast<std::int64_t>(1));
    for (std::size_t i = 0; i < depth; ++i) {
      const isc::data::ElementPtr list = Element::createList();
      list->add(element);
      element = list;
    }
    return ConstElementPtr(element);
  };
  EXPECT_NO_THROW(kea::value_of(nested(max_value_depth - 1)));
  EXPECT_THROW(kea::value_of(nested(max_value_depth)), kea::NestedTooDeep);
  EXPECT_THROW(kea::value_of(nested(5000)), kea::NestedTooDeep);
}

TEST(values, every_kind_of_element_keeps_its_value) {
  const Value value =
      kea::value_of(Element::fromJSON(R"({ "b": true, "i": -5, "r": 1.5, "s": "x", "l": [ 1, null ] })"));
  EXPECT_EQ(*value.find("b")->boolean(), true);
  EXPECT_EQ(*value.find("i")->integer(), -5);
  EXPECT_EQ(*value.find("r")->real(), 1.5);
  EXPECT_EQ(*value.find("s")->string(), "x");
  ASSERT_EQ(value.find("l")->list()->size(), 2u);
  EXPECT_TRUE(value.find("l")->list()->at(1).is(Value::Kind::null));
  EXPECT_TRUE(kea::value_of(ConstElementPtr()).is(Value::Kind::null));
}

}  // namespace
}  // namespace chainload::tests
