// SPDX-License-Identifier: MPL-2.0
// chainload-rule-stats-get-page through the loaded library: what counts, what is kept over changes, and
// pages.
#include "loaded_library.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

using isc::data::ConstElementPtr;

class RuleStats : public LoadedLibrary {
 protected:
  void start(const std::string& extra = "") {
    std::string parameters = short_form_json;
    ASSERT_TRUE(load(parameters.insert(1, R"("management": "full", "user-classes": ["gPXE"], )" + extra)));
  }
  static std::string rule(const std::string& name, const std::string& match, const std::string& file = "f") {
    return R"({"name": ")" + name + R"(", "match": {)" + match + R"(}, "boot": {"boot-file-name": ")" + file +
           "\"}}";
  }
  static std::string gpxe(const std::string& name, const std::string& file = "f") {
    return rule(name, R"("user-class": "gPXE")", file);
  }
  static void set(const std::string& rules) {
    const Answer answer = command("chainload-rules-set", R"({"rules": [)" + rules + "]}");
    ASSERT_EQ(answer.result, 0) << answer.text;
  }
  static void patch(const std::string& steps) {
    const Answer answer = command("chainload-rules-patch", R"({"patch": [)" + steps + "]}");
    ASSERT_EQ(answer.result, 0) << answer.text;
  }
  static void ask(const Query& query, int times = 1) {
    for (int i = 0; i < times; ++i) {
      const auto packet = query_of(query.payload());
      send(packet, reply_to(packet, 2));
    }
  }
  static Answer stats(const std::string& arguments = "{}") {
    return command("chainload-rule-stats-get-page", arguments);
  }
  /// `managed/a 2, managed/b 0`
  static std::string hits(const std::string& arguments = "{}") {
    const Answer answer = stats(arguments);
    std::string text;
    if (!answer.arguments || !answer.arguments->get("rules")) return answer.text;
    for (const auto& each : answer.arguments->get("rules")->listValue()) {
      text += (text.empty() ? "" : ", ") + each->get("rule")->stringValue() + " " +
              std::to_string(each->get("hits")->intValue());
    }
    return text;
  }
  static ConstElementPtr row(const std::string& rule) {
    const Answer answer = stats(R"({"limit": 1000})");
    for (const auto& each : answer.arguments->get("rules")->listValue()) {
      if (each->get("rule")->stringValue() == rule) return each;
    }
    ADD_FAILURE() << "no row " << rule;
    return isc::data::Element::createMap();
  }
};

const std::string only_managed = R"({"source": "managed"})";

TEST_F(RuleStats, each_answer_counts_for_the_rule_that_gave_it) {
  start();
  set(gpxe("a") + "," + rule("b", R"("arch": 0)") + "," + rule("c", R"("arch": 7)"));
  ask(gpxe_discover(), 2);
  ask(old_rom_discover(), 3);
  EXPECT_EQ(hits(only_managed), "managed/a 2, managed/b 3, managed/c 0");
  EXPECT_EQ(row("managed/a")->get("state")->stringValue(), "in-force");
  EXPECT_GE(row("managed/a")->get("last-hit")->stringValue(), row("managed/a")->get("since")->stringValue());
  EXPECT_EQ(row("managed/c")->get("last-hit"), nullptr);
}

TEST_F(RuleStats, sources_come_in_the_order_in_which_they_are_asked) {
  start(
      R"("rules": [{"name": "s", "match": {"user-class": "gPXE"}, "boot": {"boot-file-name": "static"}}], )");
  configured(R"({"subnet4": [{"id": 7, "subnet": "192.0.2.0/24", "user-context": {"chainload": {
      "script": "http://192.0.2.10/lab.php", "rules": [{"name": "in-7", "boot": {"deny": true}}]}}}]})");
  set(rule("m", R"("arch": 7)"));
  ask(gpxe_discover());
  ask(old_rom_discover());
  EXPECT_TRUE(
      hits().starts_with("managed/m 0, static/s 1, subnet[7]/in-7 1, subnet[7]/built-in/script 0, "
                         "subnet[7]/built-in/raspberry-pi 0, subnet[7]/built-in/x86-bios 0, "))
      << hits();
  EXPECT_NE(hits().find(", built-in/script 0, built-in/raspberry-pi 0, built-in/x86-bios 0"),
            std::string::npos)
      << hits();
  EXPECT_EQ(hits(R"({"source": "static"})"), "static/s 1");
  EXPECT_TRUE(hits(R"({"source": "built-in"})").starts_with("built-in/script 0"))
      << hits(R"({"source": "built-in"})");
  EXPECT_TRUE(hits(R"({"source": "subnet[7]"})").starts_with("subnet[7]/in-7 1"));
  const Answer none = stats(R"({"source": "subnet[8]"})");
  EXPECT_EQ(none.result, 3);
  EXPECT_NE(none.text.find("\"subnet[8]\""), std::string::npos) << none.text;
}

TEST_F(RuleStats, rows_of_the_built_in_table_count_too) {
  start();
  ask(gpxe_discover());
  ask(old_rom_discover(), 2);
  EXPECT_TRUE(hits().starts_with("built-in/script 1, built-in/raspberry-pi 0, built-in/x86-bios 2"))
      << hits();
}

TEST_F(RuleStats, rule_whose_text_stays_keeps_its_count_and_one_that_changes_starts_anew) {
  start();
  set(gpxe("a") + "," + rule("b", R"("arch": 0)"));
  ask(gpxe_discover(), 2);
  ask(old_rom_discover());
  set(rule("new", R"("arch": 9)") + "," + gpxe("a") + "," + rule("b", R"("arch": 0)", "changed"));
  EXPECT_EQ(hits(only_managed), "managed/new 0, managed/a 2, managed/b 0");
  ask(gpxe_discover());
  patch(R"({"op": "del", "name": "new"}, {"op": "update", "rule": )" + gpxe("a") + "}");
  EXPECT_EQ(hits(only_managed), "managed/a 3, managed/b 0") << "updated to what it was";
  patch(R"({"op": "update", "rule": )" + gpxe("a", "other") + R"(}, {"op": "add", "rule": )" +
        rule("c", R"("arch": 11)") + "}");
  ask(gpxe_discover());
  EXPECT_EQ(hits(only_managed), "managed/a 1, managed/b 0, managed/c 0");
  ASSERT_EQ(command("chainload-rules-rollback", "").result, 0);
  EXPECT_EQ(hits(only_managed), "managed/a 0, managed/b 0");
}

TEST_F(RuleStats, counts_outlive_the_folding_of_many_changes) {
  start();
  set(gpxe("a"));
  ask(gpxe_discover());
  for (int i = 0; i < 140; ++i) {
    patch(R"({"op": "add", "rule": )" + rule("r" + std::to_string(i), R"("arch": 9)") + "}");
    ask(gpxe_discover());
  }
  EXPECT_EQ(row("managed/a")->get("hits")->intValue(), 141);
}

TEST_F(RuleStats, pages_show_every_rule_once) {
  start();
  std::string rules;
  for (int i = 0; i < 25; ++i) rules += (i == 0 ? "" : ",") + rule("r" + std::to_string(i), R"("arch": 9)");
  set(rules);
  std::string arguments = R"({"source": "managed", "limit": 10})";
  std::vector<std::size_t> counts;
  std::string seen;
  for (int pages = 0; pages < 4; ++pages) {
    const Answer answer = stats(arguments);
    ASSERT_EQ(answer.result, 0) << answer.text;
    EXPECT_EQ(answer.arguments->get("total")->intValue(), 25);
    counts.push_back(answer.arguments->get("rules")->size());
    seen += hits(arguments) + ", ";
    const auto next = answer.arguments->get("next");
    if (!next) break;
    arguments = R"({"source": "managed", "limit": 10, "from": )" + next->str() + "}";
  }
  EXPECT_EQ(counts, (std::vector<std::size_t>{10, 10, 5}));
  for (int i = 0; i < 25; ++i)
    EXPECT_NE(seen.find("managed/r" + std::to_string(i) + " 0, "), std::string::npos);
  EXPECT_EQ(stats(R"({"source": "managed", "from": 25})").result, 3);
  EXPECT_EQ(stats(R"({"from": 9223372036854775807})").result, 3);
}

TEST_F(RuleStats, unused_rules_are_found_with_why_they_cannot_answer) {
  start();
  set(gpxe("used") + R"(,{"name": "off", "enabled": false, "boot": {"pass": true}},
      {"name": "later", "not-before": "2999-01-01T00:00:00Z", "boot": {"pass": true}},
      {"name": "past", "not-after": "2001-01-01T00:00:00Z", "boot": {"pass": true}})");
  ask(gpxe_discover());
  EXPECT_EQ(hits(R"({"source": "managed", "unused": true})"),
            "managed/off 0, managed/later 0, managed/past 0");
  EXPECT_EQ(row("managed/off")->get("state")->stringValue(), "disabled");
  EXPECT_EQ(row("managed/later")->get("state")->stringValue(), "not-yet");
  EXPECT_EQ(row("managed/past")->get("state")->stringValue(), "over");
}

TEST_F(RuleStats, override_and_explanation_count_for_no_rule) {
  start();
  set(gpxe("a"));
  command("chainload-explain", R"({"facts": {"user-class": "gPXE"}})");
  ASSERT_EQ(command("chainload-override-set",
                    R"({"mac": "52:54:00:77:00:01", "boot": {"deny": true}, "for": "any"})")
                .result,
            0);
  ask(gpxe_discover());
  EXPECT_EQ(hits(only_managed), "managed/a 0");
}

}  // namespace
}  // namespace chainload::tests
