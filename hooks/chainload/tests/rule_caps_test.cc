// SPDX-License-Identifier: MPL-2.0
// The most that managed rules may be: just so many are taken, and one more is refused with its number.
#include "loaded_library.h"

namespace chainload::tests {
namespace {

using isc::data::Element;
using isc::data::ElementPtr;

constexpr std::size_t most = 200000;

class RuleCaps : public LoadedLibrary {
 protected:
  void start() {
    std::string parameters = short_form_json;
    ASSERT_TRUE(load(parameters.insert(1, R"("management": "full", )")));
  }
  static ElementPtr rule(const std::string& name) {
    const ElementPtr boot = Element::createMap();
    boot->set("deny", Element::create(true));
    const ElementPtr made = Element::createMap();
    made->set("name", Element::create(name));
    made->set("boot", boot);
    return made;
  }
  static Answer set(const ElementPtr& rules, const char* name = "chainload-rules-set") {
    const ElementPtr arguments = Element::createMap();
    arguments->set("rules", rules);
    const ElementPtr whole = Element::createMap();
    whole->set("command", Element::create(name));
    whole->set("arguments", arguments);
    return command(whole);
  }
};

TEST_F(RuleCaps, two_hundred_thousand_rules_are_taken_and_come_back) {
  start();
  const ElementPtr rules = Element::createList();
  for (std::size_t i = 0; i < most; ++i) rules->add(rule("r" + std::to_string(i)));
  const Answer answer = set(rules);
  ASSERT_EQ(0, answer.result) << answer.text;
  EXPECT_EQ("revision 1 is in use: 200000 rules", answer.text);
  const Answer one_more =
      command("chainload-rules-patch",
              R"({"patch": [{"op": "add", "rule": {"name": "one-more", "boot": {"deny": true}}}]})");
  EXPECT_EQ(1, one_more.result);
  EXPECT_NE(std::string::npos, one_more.text.find("200001")) << one_more.text;
  const Answer last = command("chainload-rule-stats-get-page", R"({"from": 199999, "source": "managed"})");
  EXPECT_EQ("managed/r199999", last.arguments->get("rules")->get(0)->get("rule")->stringValue());
  unload();
  start();
  EXPECT_EQ(200000, command("chainload-status", "").arguments->get("managed")->get("rules")->intValue());
}

TEST_F(RuleCaps, more_rules_are_refused) {
  start();
  const ElementPtr rules = Element::createList();
  const ElementPtr same = rule("a");
  for (std::size_t i = 0; i <= most; ++i) rules->add(same);
  for (const char* name : {"chainload-rules-set", "chainload-rules-check"}) {
    const Answer answer = set(rules, name);
    EXPECT_EQ(1, answer.result);
    EXPECT_NE(std::string::npos, answer.text.find("rules[200000]: there are more than 200000 rules"))
        << answer.text;
  }
}

TEST_F(RuleCaps, more_than_32_mebibytes_of_text_are_refused) {
  start();
  const auto rules_of_size = [](std::size_t kibibytes) {
    const ElementPtr rules = Element::createList();
    for (std::size_t i = 0; i < kibibytes / 64; ++i) {
      const ElementPtr classes = Element::createList();
      for (int k = 0; k < 256; ++k)
        classes->add(Element::create(std::to_string(k) + std::string(250 - std::to_string(k).size(), 'x')));
      const ElementPtr match = Element::createMap();
      match->set("user-class", classes);
      const ElementPtr each = rule("r" + std::to_string(i));
      each->set("match", match);
      rules->add(each);
    }
    return rules;
  };
  const Answer fits = set(rules_of_size(31 << 10), "chainload-rules-check");
  EXPECT_EQ(0, fits.result) << fits.text;
  const Answer answer = set(rules_of_size(34 << 10));
  EXPECT_EQ(1, answer.result);
  EXPECT_NE(std::string::npos, answer.text.find("more than 33554432")) << answer.text;
  EXPECT_EQ(0, command("chainload-status", "").arguments->get("managed")->get("revision")->intValue());
}

}  // namespace
}  // namespace chainload::tests
