// SPDX-License-Identifier: MPL-2.0
// Each finding with a rule list that has it and one that nearly has.
#include "core/lint/lint.h"

#include "rules_of.h"

namespace chainload::tests {
namespace {

using namespace core;

/// `rule: id` of each finding.
std::vector<std::string> findings(const std::string& rules, bool has_server = true) {
  std::vector<std::string> texts;
  for (const Finding& finding : lint(rules_of("[" + rules + "]"), has_server)) {
    EXPECT_NE(finding.sentence.find(':'), std::string::npos) << "no remedy: " << finding.sentence;
    texts.push_back((finding.rule.empty() ? "" : finding.rule + ": ") + std::string(name_of(finding.id)));
  }
  return texts;
}

std::string rule(const std::string& name, const std::string& match,
                 const std::string& boot = R"("pass": true)", const std::string& more = "") {
  return R"({"name": ")" + name + R"(", "match": {)" + match + R"(}, "boot": {)" + boot + "}" + more + "}";
}

std::string file(const std::string& name) {
  return R"("boot-file-name": ")" + name + "\"";
}

using Texts = std::vector<std::string>;

TEST(lint, the_usual_rules_have_no_findings) {
  EXPECT_EQ(findings(rule("script", R"("user-class": ["gPXE", "iPXE"])", file("http://192.0.2.10/s")) + "," +
                     rule("bios", R"("arch": "x86-bios")", file("undionly.kpxe")) + "," +
                     rule("uefi", R"("arch": "x64-uefi")", file("snponly.efi")) + "," +
                     rule("http", R"("arch": "x64-uefi-http")", file("http://192.0.2.10/snponly.efi"))),
            Texts{});
}

TEST(lint, unreachable) {
  const auto second = [](const std::string& first, const std::string& second_match) {
    const Texts texts = findings(rule("a", first) + "," + rule("b", second_match));
    return !texts.empty() && texts.back() == "b: unreachable";
  };
  EXPECT_TRUE(second("", R"("arch": 7)"));
  EXPECT_TRUE(second(R"("arch": [7, 0])", R"("arch": 0, "mac": "52:54:00:*")"));
  EXPECT_TRUE(second(R"("arch": 7)", R"("arch": 9)"));  // 9 counts as 7
  EXPECT_TRUE(second(R"("mac": "52:54:*")", R"("mac": ["52:54:00:00:00:01", "52:54:01:*"])"));
  EXPECT_TRUE(second(R"("vendor-class": "PXE*")", R"("vendor-class": "PXEClient:*")"));
  EXPECT_TRUE(second(R"("client-class": "a")", R"("client-class": {"all": ["a", "b"]})"));
  EXPECT_TRUE(second(R"("not": {"arch": 7})", R"("subnet": 1, "not": {"arch": 7})"));
  EXPECT_FALSE(second(R"("arch": 7)", ""));
  EXPECT_FALSE(second(R"("arch": 9)", R"("arch": 7)"));
  EXPECT_FALSE(second(R"("arch": 0)", R"("arch": [0, 7])"));
  EXPECT_FALSE(second(R"("client-class": {"all": ["a", "b"]})", R"("client-class": ["a", "b"])"));
  EXPECT_FALSE(second(R"("mac": "52:54:00:*")", R"("mac": "52:54:*")"));
  EXPECT_FALSE(second(R"("not": {"arch": 7})", R"("subnet": 1)"));
  EXPECT_FALSE(second(R"("message-type": "discover")", R"("subnet": 1)"));
  EXPECT_EQ(
      findings(rule("a", "", R"("pass": true)", R"(, "enabled": false)") + "," + rule("b", R"("arch": 7)")),
      Texts{});
  EXPECT_EQ(findings(rule("a", "", R"("pass": true)", R"(, "not-after": "2030-01-01T00:00:00Z")") + "," +
                     rule("b", R"("arch": 7)")),
            Texts{});
  EXPECT_EQ(findings(rule("a", "") + "," +
                     rule("b", R"("mac": "52:54:00:*")", R"("pass": true)", R"(, "client": "any")")),
            Texts{});
}

TEST(lint, user_class_rule_behind_a_catch_all) {
  const std::string script = rule("script", R"("user-class": "gPXE")", file("http://h/s"));
  const Texts behind{"script: user-class-behind-catch-all"};
  EXPECT_EQ(findings(rule("bios", R"("arch": 0)", file("u")) + "," + script), behind);
  EXPECT_EQ(findings(rule("all", "", file("u")) + "," + script), behind);
  EXPECT_EQ(findings(rule("pxe", R"("vendor-class": "PXEClient*")", file("u")) + "," + script), behind);
  EXPECT_EQ(findings(script + "," + rule("bios", R"("arch": 0)", file("u"))), Texts{});
  EXPECT_EQ(findings(rule("bios", R"("arch": 0, "not": {"user-class": "gPXE"})", file("u")) + "," + script),
            Texts{});
  EXPECT_EQ(findings(rule("mine", R"("mac": "52:54:00:00:00:01")", file("u")) + "," + script), Texts{});
  EXPECT_EQ(findings(rule("bios", R"("arch": 0)", file("u")) + "," +
                     rule("script", R"("user-class": "gPXE", "arch": 7)", file("http://h/s"))),
            Texts{});
}

TEST(lint, name_too_long) {
  const std::string name(128, 'n');
  EXPECT_EQ(findings(rule("r", R"("arch": 0)", file(name))), Texts{"r: name-too-long"});
  EXPECT_EQ(findings(rule("r", R"("arch": 0)", file(name.substr(1)))), Texts{});
  EXPECT_EQ(findings(rule("r", R"("arch": 7)", file(name))), Texts{});
  EXPECT_EQ(findings(rule("r", R"("user-class": "gPXE")", file(name))), Texts{});
  EXPECT_EQ(findings(rule("r", R"("arch": 7)", file(name), R"(, "reply": {"write": "fields"})")),
            Texts{"r: name-too-long"});
  EXPECT_EQ(findings(rule("r", "", file(name))), Texts{"r: name-too-long"});
}

TEST(lint, urls_and_who_can_use_them) {
  const std::string url = file("http://192.0.2.10/s");
  const Texts tftp{"r: url-for-tftp-client"};
  const Texts http{"r: http-client-without-url"};
  EXPECT_EQ(findings(rule("r", R"("arch": 0)", url)), tftp);
  EXPECT_EQ(findings(rule("r", R"("mac": "52:54:00:00:00:01")", url)), tftp);
  EXPECT_EQ(findings(rule("r", R"("arch": [16, 7])", url)), tftp);
  EXPECT_EQ(findings(rule("r", R"("arch": [16, 19])", url)), Texts{});
  EXPECT_EQ(findings(rule("r", R"("feature": "http")", url)), Texts{});
  EXPECT_EQ(findings(rule("r", R"("vendor-class": "HTTPClient*")", url)), Texts{});
  EXPECT_EQ(findings(rule("r", R"("arch": 0)", file("tftp://192.0.2.10/u"))), Texts{});
  EXPECT_EQ(findings(rule("r", R"("vendor-class": "HTTPClient*")", file("snponly.efi"))), http);
  EXPECT_EQ(findings(rule("r", R"("arch": 16)", file("snponly.efi"))), http);
  EXPECT_EQ(findings(rule("r", R"("arch": 16)", file("tftp://h/snponly.efi"))), http);
}

TEST(lint, a_file_needs_a_server) {
  const Texts unset{"r: next-server-unset"};
  EXPECT_EQ(findings(rule("r", R"("arch": 0)", file("u")), false), unset);
  EXPECT_EQ(findings(rule("r", R"("arch": 0)", file("u") + R"(, "next-server": "0.0.0.0")")), unset);
  EXPECT_EQ(findings(rule("r", R"("arch": 0)", file("u") + R"(, "next-server": "192.0.2.1")"), false),
            Texts{});
  EXPECT_EQ(
      findings(rule("r", R"("user-class": "gPXE")", file("http://h/s") + R"(, "next-server": "0.0.0.0")")),
      Texts{});
}

TEST(lint, many_rules_without_an_exact_key) {
  std::string rules;
  const auto add = [&](int i) {
    const std::string port = std::to_string(100 + i);
    rules += std::string(i == 0 ? "" : ",") +
             rule("r" + std::to_string(i), "\"mac\": \"52:01:*\", \"circuit-id\": \"" + port + "*\"");
  };
  for (int i = 0; i < 64; ++i) add(i);
  EXPECT_EQ(findings(rules), Texts{});
  add(64);
  EXPECT_EQ(findings(rules), Texts{"many-unindexed"});
}

TEST(lint, any_client_without_a_condition) {
  const std::string any = R"(, "client": "any")";
  EXPECT_EQ(findings(rule("r", "", R"("pass": true)", any)), Texts{"r: any-client-without-condition"});
  EXPECT_EQ(findings(rule("r", R"("mac": "52:54:00:*")", R"("pass": true)", any)), Texts{});
}

TEST(lint, of_a_large_list_ends_in_time) {
  std::string rules;
  for (int i = 0; i < 4000; ++i) {
    rules += std::string(i == 0 ? "" : ",") +
             rule("r" + std::to_string(i), "\"arch\": 0, \"subnet\": " + std::to_string(1 + i % 1000));
  }
  const auto found = lint(rules_of("[" + rules + "]"), true);
  EXPECT_EQ(found.size(), 3000u);  // the later of each subnet
  EXPECT_EQ(found.front().rule, "r1000");
}

}  // namespace
}  // namespace chainload::tests
