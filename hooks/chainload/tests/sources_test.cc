// SPDX-License-Identifier: MPL-2.0
// The order of sources, what scopes switch and inherit, and what a rule that answers leads to.
#include "core/decide/decide.h"
#include "core/decide/describe.h"
#include "rules_of.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

using namespace core;

constexpr std::string_view both_forms = R"({"next-server": "192.0.2.10", "script": "http://192.0.2.10/s"})";

std::string rule_json(const std::string& name, const std::string& more = "") {
  return R"([{"name": ")" + name + "\", " + more + R"("boot": {"boot-file-name": "from-)" + name + "\"}}]";
}
std::string rules_json(const std::string& name) {
  return R"({"rules": )" + rule_json(name) + "}";
}

struct Answered {
  Answered(const Query& asked, const Surroundings& around, const Policy& policy)
      : query(asked), facts(read_facts(query.payload())), decision(decide(facts, around, policy, &trace)) {
    const Decision untraced = decide(facts, around, policy);
    EXPECT_EQ(untraced.full_name(), decision.full_name());
    EXPECT_EQ(untraced.outcome, decision.outcome);
    EXPECT_EQ(trace.back().rule, decision.full_name());
    EXPECT_TRUE(trace.back().matched);
  }
  Answered(const Answered&) = delete;

  Query query;
  Trace trace;
  Facts facts;
  Decision decision;
};

std::string name_of_answer(const Query& query, const Surroundings& around, const Policy& policy) {
  return Answered(query, around, policy).decision.full_name();
}

TEST(sources, the_first_in_order_answers_and_the_next_when_it_is_gone) {
  Policy policy = policy_from(R"({"next-server": "192.0.2.10", "script": "http://192.0.2.10/s", "rules": )" +
                              rule_json("parameters") + "}");
  policy = with_managed(
      std::move(policy),
      std::make_shared<const LayeredRules>(std::make_shared<const RuleSet>(rules_of(rule_json("changed")))));
  const auto scope = [&](const std::string& name) { return scope_from(name, rules_json("r"), policy); };
  const auto reservation = scope("reservation");
  const auto pool = scope("pool[192.0.2.1-192.0.2.9]");
  const auto subnet = scope("subnet[1]");
  const auto network = scope("shared-network[hall]");
  const auto first_class = scope("class[one]");
  const auto second_class = scope("class[two]");
  std::vector<const ScopePolicy*> classes = {first_class.get(), second_class.get()};
  Surroundings around;
  around.reservation = reservation.get();
  around.pool = pool.get();
  around.subnet = subnet.get();
  around.shared_network_scope = network.get();
  around.classes = classes;

  const auto answer = [&] { return name_of_answer(old_rom_discover(), around, policy); };
  EXPECT_EQ(answer(), "reservation/r");
  around.reservation = nullptr;
  EXPECT_EQ(answer(), "managed/changed");
  policy.managed.reset();
  EXPECT_EQ(answer(), "static/parameters");
  policy = policy_from(both_forms);
  EXPECT_EQ(answer(), "pool[192.0.2.1-192.0.2.9]/r");
  around.pool = nullptr;
  EXPECT_EQ(answer(), "subnet[1]/r");
  around.subnet = nullptr;
  EXPECT_EQ(answer(), "shared-network[hall]/r");
  around.shared_network_scope = nullptr;
  EXPECT_EQ(answer(), "class[one]/r");
  around.classes = std::span(classes).subspan(1);
  EXPECT_EQ(answer(), "class[two]/r");
  around.classes = {};
  EXPECT_EQ(answer(), "built-in/x86-bios");
}

TEST(sources, a_reserved_machine_leaves_stage_one_by_a_script_of_its_own) {
  const Policy policy = policy_from(both_forms);
  const auto reservation = scope_from("reservation", R"({"script": "http://192.0.2.10/mine"})", policy);
  Surroundings around;
  around.reservation = reservation.get();
  const Answered loader(gpxe_discover(), around, policy);
  EXPECT_EQ(loader.decision.full_name(), "reservation/built-in/script");
  EXPECT_EQ(loader.decision.boot_file_text(), "http://192.0.2.10/mine");
  const Answered rom(old_rom_discover(), around, policy);
  EXPECT_EQ(rom.decision.full_name(), "reservation/built-in/x86-bios");
  EXPECT_EQ(rom.decision.boot_file_text(), "undionly.kpxe");
}

TEST(sources, what_a_scope_does_not_say_it_inherits) {
  const Policy policy = policy_from(R"({"next-server": "192.0.2.10", "script": "http://192.0.2.10/s",
                                        "user-classes": ["gPXE"], "firmware": {"x86-bios": "outer.kpxe"}})");
  const auto table_of = [&](const char* json) { return scope_from("subnet[1]", json, policy); };
  const auto server = table_of(R"({"next-server": "192.0.2.20"})");
  EXPECT_EQ(server->table()->next_server_text, "192.0.2.20");
  EXPECT_EQ(server->table()->script->text(), "http://192.0.2.10/s");
  EXPECT_EQ(*server->table()->user_classes, (std::vector<std::string>{"gPXE"}));
  EXPECT_EQ((*server->table()->firmware)[0]->text(), "outer.kpxe");
  EXPECT_EQ((*server->table()->firmware)[20]->text(), "http://192.0.2.20/outer.kpxe");
  const auto firmware = table_of(R"({"firmware": {"x64-uefi": "inner.efi"}})");
  EXPECT_EQ((*firmware->table()->firmware)[0]->text(), "undionly.kpxe");  // replaced as a whole
  EXPECT_EQ((*firmware->table()->firmware)[7]->text(), "inner.efi");
  const auto script = table_of(R"({"script": "http://192.0.2.10/other"})");
  EXPECT_EQ(script->table()->firmware, policy.table()->firmware);  // one copy for ten thousand reservations
  EXPECT_EQ(script->table()->user_classes, policy.table()->user_classes);
  EXPECT_EQ(table_of(R"({"enabled": true})")->table(), nullptr);
}

TEST(sources, a_server_that_nobody_names_is_a_problem_that_says_so) {
  const Policy policy = policy_from(rules_json("r"));
  EXPECT_EQ(policy.table(), nullptr);
  Problems problems;
  const ScopePolicy scope("subnet[1]", settings_of(R"({"script": "http://h/s"})", ScopeKind::context),
                          policy.parameters->inherited(), nullptr, "subnet[1]", problems);
  ASSERT_EQ(problems.list().size(), 1u);
  EXPECT_EQ(problems.list()[0].path, "subnet[1].next-server");
  EXPECT_NE(problems.list()[0].sentence.find("no outer scope has one"), std::string::npos);
  EXPECT_EQ(problems.list()[0].place, "1:1");
}

TEST(sources, the_innermost_scope_that_says_enabled_decides) {
  Policy policy = policy_from(both_forms);
  const auto on = scope_from("on", R"({"enabled": true})", policy);
  const auto off = scope_from("off", R"({"enabled": false})", policy);
  const auto silent = scope_from("silent", rules_json("r"), policy);
  const auto is_on = [&](const Surroundings& around) {
    const std::string name = name_of_answer(old_rom_discover(), around, policy);
    EXPECT_TRUE(name == "built-in/switched-off" || name == "built-in/x86-bios" || name == "silent/r") << name;
    return name != "built-in/switched-off";
  };
  Surroundings around;
  around.subnet = off.get();
  EXPECT_FALSE(is_on(around));
  around.pool = on.get();
  EXPECT_TRUE(is_on(around));
  around.pool = silent.get();
  EXPECT_FALSE(is_on(around));
  around.reservation = on.get();
  EXPECT_TRUE(is_on(around));
  around = {};
  around.shared_network_scope = off.get();
  EXPECT_FALSE(is_on(around));
  around = {};
  const std::array<const ScopePolicy*, 3> classes = {silent.get(), off.get(), on.get()};
  around.classes = classes;
  EXPECT_FALSE(is_on(around));
  policy.enabled = false;
  EXPECT_FALSE(is_on({}));
  around = {};
  around.subnet = on.get();
  EXPECT_TRUE(is_on(around));
}

TEST(sources, a_scope_that_has_nothing_for_a_client_leaves_it_to_the_next) {
  const Policy policy = policy_from(R"({"next-server": "192.0.2.10", "script": "http://192.0.2.10/s",
                                        "firmware": {"x86-uefi": "ia32.efi"}})");
  const auto subnet = scope_from("subnet[1]", R"({"firmware": {"x86-bios": "u"}})", policy);
  Surroundings around;
  around.subnet = subnet.get();
  const Query ia32 = Query().message(1).arch(6).put(60, "PXEClient").end();
  EXPECT_EQ(name_of_answer(ia32, around, policy), "built-in/x86-uefi");
  const Query nobody = Query().message(1).arch(31).put(60, "PXEClient").end();
  EXPECT_EQ(name_of_answer(nobody, around, policy), "built-in/no-firmware");
}

TEST(sources, without_a_script_loaders_are_left_alone_and_never_looped) {
  const Policy policy = policy_from(R"({"next-server": "192.0.2.10", "rules": []})");
  const Answered loader(gpxe_discover(), {}, policy);
  EXPECT_EQ(loader.decision.outcome, Outcome::left_alone);
  EXPECT_EQ(loader.decision.because, Because::no_script);
  EXPECT_EQ(name_of_answer(old_rom_discover(), {}, policy), "built-in/x86-bios");
}

TEST(sources, without_rule_and_table_nothing_is_done) {
  const Policy policy = policy_from(R"({"rules": []})");
  EXPECT_EQ(name_of_answer(old_rom_discover(), {}, policy), "built-in/no-rule");
}

TEST(rules_that_answer, give_pass_or_deny) {
  const auto outcome = [](const std::string& boot) {
    const Policy policy = policy_from(R"({"rules": [{"name": "r", "boot": )" + boot + "}]}");
    return Answered(old_rom_discover(), {}, policy).decision.outcome;
  };
  EXPECT_EQ(outcome(R"({"boot-file-name": "f"})"), Outcome::boot);
  EXPECT_EQ(outcome(R"({"pass": true})"), Outcome::left_alone);
  EXPECT_EQ(outcome(R"({"deny": true})"), Outcome::denied);
  EXPECT_EQ(outcome(R"({"boot-file-name": "%{hostname}"})"), Outcome::refused);
}

TEST(rules_that_answer, name_a_server_or_take_that_of_their_scope) {
  const Policy policy = policy_from(R"({"next-server": "192.0.2.10", "rules": [
    {"name": "own", "match": {"arch": 7}, "boot": {"boot-file-name": "f", "next-server": "192.0.2.30"}},
    {"name": "none", "boot": {"boot-file-name": "%{next-server}"}}]})");
  const Answered own(edk2_pxe_request(), {}, policy);
  EXPECT_EQ(own.decision.next_server_text, "192.0.2.30");
  const Answered none(old_rom_discover(), {}, policy);
  EXPECT_EQ(none.decision.next_server, parse_ipv4("192.0.2.10"));
  EXPECT_EQ(none.decision.boot_file_text(), "192.0.2.10");
  const auto subnet = scope_from("subnet[1]", R"({"next-server": "192.0.2.40", "rules": [
    {"name": "r", "match": {"vendor-class": "x*"}, "boot": {"boot-file-name": "f"}}]})",
                                 policy);
  Surroundings around;
  around.subnet = subnet.get();
  const Policy bare = policy_from(R"({"rules": []})");
  const Query query = Query().message(1).arch(0).put(60, "x").end();
  EXPECT_EQ(Answered(query, around, bare).decision.next_server_text, "192.0.2.40");
  const Policy no_server = policy_from(rules_json("r"));
  EXPECT_FALSE(Answered(old_rom_discover(), {}, no_server).decision.next_server);
}

TEST(rules_that_answer, other_clients_only_where_a_rule_says_any) {
  const Query grub = Query().message(1).put(55, {1, 3}).end();
  const Policy boot_only = policy_from(rules_json("r"));
  EXPECT_EQ(name_of_answer(grub, {}, boot_only), "built-in/not-a-boot-client");
  const Policy any = policy_from(R"({"next-server": "192.0.2.10", "script": "http://h/s", "rules": [
    {"name": "grub", "client": "any", "match": {"mac": "52:54:00:*"}, "boot": {"boot-file-name": "grub.cfg"}},
    {"name": "rest", "boot": {"pass": true}}]})");
  EXPECT_EQ(name_of_answer(grub, {}, any), "static/grub");
  const Query elsewhere = Query({2, 0, 0, 0, 0, 1}).message(1).end();
  const Answered other(elsewhere, {}, any);
  EXPECT_EQ(other.decision.full_name(), "built-in/not-a-boot-client");
  EXPECT_EQ(other.trace.size(), 3u);
  EXPECT_EQ(other.trace[1].why, "it is not a boot client, and the rule does not say client: any");
}

TEST(rules_that_answer, inform_only_where_a_rule_names_it) {
  const auto inform = [](std::uint16_t arch) {
    return Query().message(8).arch(arch).put(60, "PXEClient").end();
  };
  const Policy policy = policy_from(R"({"next-server": "192.0.2.10", "script": "http://h/s", "rules": [
    {"name": "r", "match": {"message-type": "inform", "arch": 7}, "boot": {"boot-file-name": "f"}}]})");
  EXPECT_EQ(name_of_answer(inform(7), {}, policy), "static/r");
  EXPECT_EQ(name_of_answer(inform(0), {}, policy), "built-in/other-message");
  EXPECT_EQ(name_of_answer(Query().message(5).arch(7).end(), {}, policy), "built-in/other-message");
  EXPECT_EQ(name_of_answer(inform(7), {}, policy_from(both_forms)), "built-in/other-message");
}

TEST(rules_that_answer, too_long_for_this_client_is_refused_and_said) {
  const std::string name(130, 'n');
  const Policy policy =
      policy_from(R"({"rules": [{"name": "r", "boot": {"boot-file-name": ")" + name + "\"}}]}");
  const Answered old(old_rom_discover(), {}, policy);
  EXPECT_EQ(old.decision.outcome, Outcome::refused);
  EXPECT_NE(decision_text(old.facts, old.decision).find("130 characters, more than the 127"),
            std::string::npos)
      << decision_text(old.facts, old.decision);
  EXPECT_EQ(Answered(edk2_pxe_request(), {}, policy).decision.outcome, Outcome::boot);
  const Policy missing =
      policy_from(R"({"rules": [{"name": "r", "boot": {"boot-file-name": "%{hostname}"}}]})");
  const Answered unnamed(old_rom_discover(), {}, missing);
  EXPECT_NE(
      decision_text(unnamed.facts, unnamed.decision).find("give a default, such as %{hostname|unknown}"),
      std::string::npos);
}

TEST(trace, of_a_hundred_thousand_rules_is_bounded_and_counts_the_rest) {
  std::string json = "{\"rules\": [";
  for (int i = 0; i < 5000; ++i) {
    json += "{\"name\":\"r" + std::to_string(i) +
            R"(","match":{"mac":"00:00:00:00:00:01"},"boot":{"pass":true}},)";
  }
  const Policy policy = policy_from(json + R"({"name":"last","boot":{"pass":true}}]})");
  const Answered answered(old_rom_discover(), {}, policy);
  EXPECT_EQ(answered.trace.size(), Trace::kept + 1);
  EXPECT_EQ(answered.trace.not_shown(), 4000u);
  EXPECT_EQ(answered.trace.back().rule, "static/last");
  EXPECT_EQ(answered.trace.front().why,
            "its hardware address is 52:54:00:77:00:01; wanted is one of: 00:00:00:00:00:01");
}

TEST(needs_surroundings, is_false_for_whoever_is_dismissed_by_the_facts_alone) {
  const Policy usual = policy_from(both_forms);
  const auto needs = [&](const Query& query, const Policy& policy) {
    const Facts facts = read_facts(query.payload());
    return needs_surroundings(facts, policy);
  };
  EXPECT_TRUE(needs(gpxe_discover(), usual));
  EXPECT_FALSE(needs(Query().message(1).end(), usual));
  EXPECT_FALSE(needs(Query().message(8).arch(0).end(), usual));
  EXPECT_TRUE(needs(Query().message(1).end(), policy_from(R"({"rules": [{"name": "r", "client": "any",
    "match": {"mac": "52:54:00:*"}, "boot": {"pass": true}}]})")));
}

}  // namespace
}  // namespace chainload::tests
