// SPDX-License-Identifier: MPL-2.0
// Reading rules: what is taken, and that every fault is told with its path, its place and the remedy.
#include <set>

#include "rules_of.h"

namespace chainload::tests {
namespace {

using namespace core;

/// `path: sentence` of each problem of a rule list.
std::vector<Problem> problems_of(std::string_view json) {
  Problems problems;
  read_rules(value_of(json), "rules", problems);
  return problems.list();
}

/// A rule with one more key, or a changed one.
std::string rule_with(const std::string& more) {
  return R"([{"name": "r", "boot": {"boot-file-name": "f"}, )" + more + "}]";
}
std::string rule_with_match(const std::string& match) {
  return rule_with("\"match\": {" + match + "}");
}
std::string rule_with_boot(const std::string& boot) {
  return R"([{"name": "r", "boot": )" + boot + "}]";
}

TEST(read_rules, a_whole_rule_is_read) {
  const auto rules = rules_of(R"([{
    "name": "gpxe-gets-script", "enabled": false, "client": "any",
    "not-before": "2026-01-02T03:04:05Z", "not-after": "2027-01-01T00:00:00Z",
    "match": {"arch": ["x86-bios", 7, "16"], "user-class": "gPXE", "message-type": ["inform", "DISCOVER"]},
    "boot": {"next-server": "192.0.2.10", "server-hostname": "boot.example", "boot-file-name": "http://h/%{mac}"},
    "reply": {"write": "options", "null-terminate": true, "vendor-class": "X", "discovery-control": false,
              "no-proxydhcp": "auto", "force": false, "existing": "keep"}}])");
  ASSERT_EQ(rules.size(), 1u);
  const Rule& rule = rules[0];
  EXPECT_EQ(rule.name, "gpxe-gets-script");
  EXPECT_FALSE(rule.enabled);
  EXPECT_TRUE(rule.any_client);
  EXPECT_EQ(instant_text(*rule.not_before), "2026-01-02T03:04:05Z");
  EXPECT_EQ(rule.messages, message_bit::inform | message_bit::of(message::discover));
  ASSERT_EQ(rule.match.conditions.size(), 2u);
  EXPECT_EQ(rule.match.conditions[0].numbers, (std::vector<std::uint32_t>{0, 7, 16}));
  EXPECT_EQ(rule.boot.next_server, parse_ipv4("192.0.2.10"));
  EXPECT_EQ(rule.boot.boot_file->text(), "http://h/%{mac}");
  EXPECT_EQ(rule.reply.write, Write::options);
  EXPECT_EQ(rule.reply.null_terminate, Choice::yes);
  EXPECT_EQ(rule.reply.vendor_class_text, "X");
  EXPECT_EQ(rule.reply.discovery_control, Choice::no);
  EXPECT_FALSE(rule.reply.force);
  EXPECT_TRUE(rule.reply.keep_existing);
  EXPECT_EQ(rule.place, "1:2");
}

struct Wrong {
  std::string json;
  std::string path;
  std::string said;  // part of the sentence
};

std::vector<Wrong> wrong_rules() {
  const std::string match = "rules[0].match.";
  return {
      {R"({})", "rules", "it is a map"},
      {R"(["x"])", "rules[0]", "it is a string"},
      {R"([{"boot": {"pass": true}}])", "rules[0]", "no name"},
      {R"([{"name": "r"}])", "rules[0]", "no boot"},
      {rule_with("\"nmae\": 1"), "rules[0].nmae", "known are boot, client"},
      {R"([{"name": "a b", "boot": {"pass": true}}])", "rules[0].name", "\"a b\""},
      {R"([{"name": "", "boot": {"pass": true}}])", "rules[0].name", "no name"},
      {R"([{"name": ")" + std::string(65, 'n') + R"(", "boot": {"pass": true}}])", "rules[0].name", "64"},
      {R"([{"name": "a/b", "boot": {"pass": true}}])", "rules[0].name", "letters"},
      {R"([{"name": 5, "boot": {"pass": true}}])", "rules[0].name", "it is a whole number"},
      {R"([{"name": "r", "boot": {"pass": true}}, {"name": "r", "boot": {"pass": true}}])", "rules[1]",
       "taken"},
      {rule_with("\"enabled\": \"yes\""), "rules[0].enabled", "true or false"},
      {rule_with("\"enabled\": null"), "rules[0].enabled", "it is null"},
      {rule_with("\"client\": \"all\""), "rules[0].client", "neither"},
      {rule_with("\"not-before\": \"2026-13-01T00:00:00Z\""), "rules[0].not-before", "point in time"},
      {rule_with("\"not-after\": \"2026-02-29T00:00:00Z\""), "rules[0].not-after", "point in time"},
      {rule_with("\"not-after\": \"2026-01-01\""), "rules[0].not-after", "UTC"},
      {rule_with("\"not-after\": \"2026-01-01T00:00:00+01:00\""), "rules[0].not-after", "UTC"},
      {rule_with("\"not-after\": \"2026-01-01T24:00:00Z\""), "rules[0].not-after", "UTC"},
      {rule_with("\"not-after\": 5"), "rules[0].not-after", "string"},
      {rule_with("\"not-before\": \"2026-01-02T00:00:00Z\", \"not-after\": \"2026-01-01T00:00:00Z\""),
       "rules[0]", "never holds"},
      {rule_with("\"match\": []"), "rules[0].match", "it is a list"},
      {rule_with("\"enabled\": true, \"enabled\": false"), "rules[0].enabled", "twice"},
      {rule_with_match("\"macc\": 1"), match + "macc", "known are message-type"},
      {rule_with_match("\"arch\": []"), match + "arch", "empty"},
      {rule_with_match("\"arch\": {}"), match + "arch", "empty"},
      {rule_with_match("\"arch\": {\"all\": []}"), match + "arch.all", "empty"},
      {rule_with_match("\"arch\": {\"all\": 7}"), match + "arch.all", "list"},
      {rule_with_match("\"arch\": {\"any\": [7]}"), match + "arch.any", "known are all"},
      {rule_with_match("\"arch\": [\"x86-bios\", \"z80\"]"), match + "arch[1]", "\"z80\""},
      {rule_with_match("\"arch\": 65536"), match + "arch", "65536"},
      {rule_with_match("\"arch\": -1"), match + "arch", "-1"},
      {rule_with_match("\"arch\": 1.5"), match + "arch", "fraction"},
      {rule_with_match("\"arch\": [[7]]"), match + "arch[0]", "it is a list"},
      {rule_with_match("\"mac\": \"52:54:00:77:00\\u0000\""), match + "mac", "hardware address"},
      {rule_with_match("\"mac\": \"*\""), match + "mac", "hardware address"},
      {rule_with_match("\"mac\": \"52:*:00\""), match + "mac", "beginning"},
      {rule_with_match("\"mac\": \"52:54:00:7\""), match + "mac", "52:54:00:*"},
      {rule_with_match("\"mac\": {\"all\": [\"52:54:00:*\"]}"), match + "mac", "one mac only"},
      {rule_with_match("\"uuid\": \"1234\""), match + "uuid", "no UUID"},
      {rule_with_match("\"relay\": \"192.0.2.256\""), match + "relay", "IPv4"},
      {rule_with_match("\"relay\": \"0.0.0.0\""), match + "relay", "IPv4"},
      {rule_with_match("\"subnet\": 0"), match + "subnet", "subnet id"},
      {rule_with_match("\"subnet\": 4294967296"), match + "subnet", "subnet id"},
      {rule_with_match("\"subnet\": \"one\""), match + "subnet", "no subnet"},
      {rule_with_match("\"subnet\": true"), match + "subnet", "no subnet"},
      {rule_with_match("\"user-class\": \"\""), match + "user-class", "0 octets"},
      {rule_with_match("\"user-class\": \"" + std::string(256, 'u') + "\""), match + "user-class",
       "256 octets"},
      {rule_with_match("\"vendor-class\": \"" + std::string(255, 'v') + "*\""), match + "vendor-class",
       "256"},
      {rule_with_match("\"circuit-id\": \"0x\""), match + "circuit-id", "hexadecimal"},
      {rule_with_match("\"circuit-id\": \"0xabc\""), match + "circuit-id", "hexadecimal"},
      {rule_with_match("\"remote-id\": \"0xzz\""), match + "remote-id", "hexadecimal"},
      {rule_with_match("\"feature\": \"warp\""), match + "feature", "\"warp\""},
      {rule_with_match("\"feature\": \"\""), match + "feature", "no feature"},
      {rule_with_match("\"feature\": 15"), match + "feature", "16 to 79"},
      {rule_with_match("\"message-type\": \"nak\""), match + "message-type", "\"inform\""},
      {rule_with_match("\"message-type\": 1"), match + "message-type", "string"},
      {rule_with_match("\"client-class\": null"), match + "client-class", "it is null"},
      {rule_with_match("\"shared-network\": {\"all\": [\"a\"]}"), match + "shared-network",
       "one shared-network"},
      {rule_with_match("\"not\": {}"), match + "not", "empty"},
      {rule_with_match("\"not\": []"), match + "not", "empty"},
      {rule_with_match("\"not\": [{\"arch\": 7}, {\"arch\": \"q\"}]"), match + "not[1].arch", "\"q\""},
      {rule_with_match("\"not\": {\"not\": {\"mac\": 1}}"), match + "not.not.mac", "string"},
      {rule_with_boot("[]"), "rules[0].boot", "it is a list"},
      {rule_with_boot("{}"), "rules[0].boot", "empty"},
      {rule_with_boot(R"({"boot-file-name": ""})"), "rules[0].boot.boot-file-name", "empty"},
      {rule_with_boot(R"({"boot-file-name": "%{max}"})"), "rules[0].boot.boot-file-name", "no variable"},
      {rule_with_boot(R"({"boot-file-name": ")" + std::string(254, 'f') + "\"}"),
       "rules[0].boot.boot-file-name", "254"},
      {rule_with_boot(R"({"boot-file-name": "f", "next-server": "boot.example"})"),
       "rules[0].boot.next-server", "not an IPv4 address"},
      {rule_with_boot(R"({"boot-file-name": "f", "next-server": "224.0.0.1"})"), "rules[0].boot.next-server",
       "one machine"},
      {rule_with_boot(R"({"boot-file-name": "f", "server-hostname": "a_b"})"),
       "rules[0].boot.server-hostname", "host name"},
      {rule_with_boot(R"({"pass": true, "boot-file-name": "f"})"), "rules[0].boot", "stand alone"},
      {rule_with_boot(R"({"pass": true, "deny": true})"), "rules[0].boot", "stand alone"},
      {rule_with_boot(R"({"pass": false})"), "rules[0].boot.pass", "only be true"},
      {rule_with_boot(R"({"deny": 1})"), "rules[0].boot.deny", "true or false"},
      {rule_with_boot(R"({"file": "f"})"), "rules[0].boot.file", "known are boot-file-name"},
      {rule_with("\"reply\": 1"), "rules[0].reply", "write a map"},
      {rule_with("\"reply\": {\"write\": \"all\"}"), "rules[0].reply.write",
       "\"both\", \"fields\", \"options\""},
      {rule_with("\"reply\": {\"null-terminate\": \"no\"}"), "rules[0].reply.null-terminate", "\"auto\""},
      {rule_with("\"reply\": {\"vendor-class\": true}"), "rules[0].reply.vendor-class", "text of option 60"},
      {rule_with("\"reply\": {\"vendor-class\": \"\"}"), "rules[0].reply.vendor-class", "1 to 253"},
      {rule_with("\"reply\": {\"discovery-control\": 8}"), "rules[0].reply.discovery-control", "\"auto\""},
      {rule_with("\"reply\": {\"no-proxydhcp\": null}"), "rules[0].reply.no-proxydhcp", "\"auto\""},
      {rule_with("\"reply\": {\"force\": \"true\"}"), "rules[0].reply.force", "without quotes"},
      {rule_with("\"reply\": {\"existing\": \"merge\"}"), "rules[0].reply.existing", "\"keep\""},
      {rule_with("\"reply\": {\"speed\": 1}"), "rules[0].reply.speed", "known are discovery-control"},
  };
}

TEST(read_rules, every_fault_is_told_with_its_path_and_the_remedy) {
  for (const Wrong& wrong : wrong_rules()) {
    const auto problems = problems_of(wrong.json);
    ASSERT_EQ(problems.size(), 1u) << wrong.json << (problems.size() > 1 ? problems[1].text() : "");
    EXPECT_EQ(problems[0].path, wrong.path) << wrong.json;
    EXPECT_NE(problems[0].sentence.find(wrong.said), std::string::npos)
        << wrong.json << ": " << problems[0].sentence;
    EXPECT_NE(problems[0].sentence.find(':'), std::string::npos) << "no remedy: " << problems[0].sentence;
    EXPECT_FALSE(problems[0].place.empty()) << wrong.json;
  }
}

TEST(read_rules, all_faults_are_told_at_once_and_a_bounded_number_is_kept) {
  const auto two = problems_of(R"([
    {"name": "a", "boot": {"boot-file-name": "f"}, "match": {"arch": "z80"}},
    {"name": "b", "boot": {"boot-file-name": "f"}, "reply": {"write": 5}}])");
  ASSERT_EQ(two.size(), 2u);
  EXPECT_EQ(two[0].place, "2:70");
  EXPECT_EQ(two[0].text().find("rules[0].match.arch (2:70): \"z80\" is no architecture"), 0u)
      << two[0].text();
  std::string many = "[";
  for (int i = 0; i < 50; ++i) many += std::string(i == 0 ? "" : ",") + "{}";
  Problems problems;
  read_rules(value_of(many + "]"), "rules", problems);
  EXPECT_EQ(problems.list().size(), Problems::kept);
  EXPECT_EQ(problems.seen(), 100u);
  EXPECT_NE(problems.text().find("and 80 more"), std::string::npos);
}

TEST(read_rules, wrong_rules_are_left_out_and_right_ones_kept) {
  Problems problems;
  const auto rules = read_rules(value_of(R"([{"name": "a", "boot": {"pass": true}}, {"name": "b"},
                                            {"name": "c", "boot": {"deny": true}}])"),
                                "rules", problems);
  EXPECT_EQ(problems.seen(), 1u);
  ASSERT_EQ(rules.size(), 2u);
  EXPECT_EQ(rules[1].name, "c");
  EXPECT_EQ(rules[1].boot.action, BootAction::deny);
}

TEST(read_rules, canonical_text_tells_rules_apart_and_forgives_spelling) {
  const auto text = [](const std::string& more) { return canonical_text(rules_of(rule_with(more)).front()); };
  EXPECT_EQ(text(R"("match": {"arch": [7, "x86-bios", 7]})"),
            text(R"("match": {"arch": ["0", "x64-uefi"]})"));
  EXPECT_EQ(text(R"("match": {"mac": "52-54-00-77-00-01"})"), text(R"("match": {"mac": "525400770001"})"));
  EXPECT_EQ(text(R"("client": "boot")"), text(R"("enabled": true)"));
  std::set<std::string> texts;
  const std::vector<std::string> all = {R"("enabled": true)",
                                        R"("enabled": false)",
                                        R"("client": "any")",
                                        R"("not-before": "2026-01-01T00:00:00Z")",
                                        R"("not-after": "2026-01-01T00:00:00Z")",
                                        R"("match": {"arch": 7})",
                                        R"("match": {"arch": {"all": [7]}})",
                                        R"("match": {"not": {"arch": 7}})",
                                        R"("match": {"message-type": "inform"})",
                                        R"("match": {"mac": "52:54:00:*"})",
                                        R"("match": {"mac": "52:54:00"})",
                                        R"("reply": {"write": "fields"})",
                                        R"("reply": {"null-terminate": false})",
                                        R"("reply": {"vendor-class": false})",
                                        R"("reply": {"vendor-class": "x"})",
                                        R"("reply": {"discovery-control": true})",
                                        R"("reply": {"no-proxydhcp": true})",
                                        R"("reply": {"force": false})",
                                        R"("reply": {"existing": "keep"})"};
  for (const std::string& each : all) texts.insert(text(each));
  EXPECT_EQ(texts.size(), all.size());
}

TEST(read_scope, keys_of_a_context_are_read_and_others_refused) {
  const auto settings = settings_of(
      R"({"enabled": true, "next-server": "192.0.2.1", "script": "http://h/s", "user-classes": ["x"],
          "firmware": {"x86-bios": "u"}, "rules": []})",
      ScopeKind::context);
  EXPECT_EQ(settings.enabled, true);
  EXPECT_TRUE(settings.has_rules);
  EXPECT_EQ(settings.short_form.firmware->at(0).second, "u");
  for (const auto& [json, path] : std::initializer_list<std::pair<const char*, const char*>>{
           {R"({"default-enabled": true})", "here.default-enabled"},
           {R"({"scirpt": "x"})", "here.scirpt"},
           {R"({"user-classes": [1]})", "here.user-classes[0]"},
           {R"({"firmware": {"x86-bios": 5}})", "here.firmware.x86-bios"},
           {R"({"rules": {}})", "here.rules"},
           {R"({"enabled": 1})", "here.enabled"},
           {R"([])", "here"}}) {
    Problems problems;
    read_scope(value_of(json), ScopeKind::context, "here", problems);
    ASSERT_EQ(problems.list().size(), 1u) << json;
    EXPECT_EQ(problems.list()[0].path, path);
  }
}

}  // namespace
}  // namespace chainload::tests
