// SPDX-License-Identifier: MPL-2.0
// chainload-rules-* through the loaded library: every answer, and that the next packet is decided by it.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "loaded_library.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

using isc::data::ConstElementPtr;

class RulesCommands : public LoadedLibrary {
 protected:
  static std::string parameters(const std::string& extra = "") {
    std::string text = short_form_json;
    return text.insert(1, R"("management": "full", )" + extra);
  }
  static std::string rule(const std::string& name, const std::string& file = "f") {
    return R"({"name": ")" + name + R"(", "boot": {"boot-file-name": ")" + file + "\"}}";
  }
  static Answer set(const std::string& rules, const std::string& more = "") {
    return command("chainload-rules-set", R"({"rules": [)" + rules + "]" + more + "}");
  }
  static Answer patch(const std::string& steps, const std::string& more = "") {
    return command("chainload-rules-patch", R"({"patch": [)" + steps + "]" + more + "}");
  }
  static std::int64_t number(const Answer& answer, const char* key) {
    const ConstElementPtr value = answer.arguments ? answer.arguments->get(key) : nullptr;
    return value ? value->intValue() : -1;
  }
  static std::string all() {
    const Answer answer = command("chainload-rules-get-page", "");
    return answer.arguments && answer.arguments->get("rules") ? answer.arguments->get("rules")->str() : "";
  }
  /// The file a ROM is given.
  static std::string given() {
    const auto query = query_of(old_rom_discover().payload());
    const auto reply = reply_to(query, 2);
    send(query, reply);
    return file_of(reply);
  }
  static ConstElementPtr managed() { return command("chainload-status", "").arguments->get("managed"); }
};

TEST_F(RulesCommands, a_set_decides_the_next_packet_and_is_shown_and_explained) {
  ASSERT_TRUE(load(parameters()));
  EXPECT_EQ(given(), "undionly.kpxe");
  const std::string hash = command("chainload-status", "").arguments->get("hash")->stringValue();
  const Answer answer = set(rule("a", "first") + "," + rule("b"), R"(, "reason": "ticket 7")");
  EXPECT_EQ(answer.result, 0) << answer.text;
  EXPECT_EQ(answer.text, "revision 1 is in use: 2 rules");
  EXPECT_EQ(number(answer, "revision"), 1);
  EXPECT_EQ(number(answer, "rules"), 2);
  EXPECT_EQ(given(), "first");
  EXPECT_EQ(managed()->get("revision")->intValue(), 1);
  EXPECT_EQ(managed()->get("reason")->stringValue(), "ticket 7");
  EXPECT_EQ(managed()->get("sha256")->stringValue(), answer.arguments->get("sha256")->stringValue());
  EXPECT_TRUE(managed()->get("owner")->boolValue());
  EXPECT_NE(command("chainload-status", "").arguments->get("hash")->stringValue(), hash);
  const Answer explained = command("chainload-explain", R"({"facts": {"arch": 0}})");
  EXPECT_EQ(explained.arguments->get("rule")->stringValue(), "managed/a");
  EXPECT_EQ(set("").result, 0);
  EXPECT_EQ(given(), "undionly.kpxe");
  EXPECT_EQ(command("chainload-status", "").arguments->get("hash")->stringValue(), hash);
}

TEST_F(RulesCommands, pages_hold_the_rules_in_order_and_say_where_to_go_on) {
  ASSERT_TRUE(load(parameters()));
  EXPECT_EQ(command("chainload-rules-get-page", "").result, 3);
  ASSERT_EQ(set(rule("a") + "," + rule("b") + "," + rule("c")).result, 0);
  const Answer first = command("chainload-rules-get-page", R"({"limit": 2})");
  EXPECT_EQ(first.result, 0);
  EXPECT_EQ(number(first, "total"), 3);
  EXPECT_EQ(number(first, "count"), 2);
  EXPECT_EQ(number(first, "next"), 2);
  const Answer last = command("chainload-rules-get-page", R"({"from": 2, "limit": 2, "if-revision": 1})");
  EXPECT_EQ(last.arguments->get("rules")->get(0)->get("name")->stringValue(), "c");
  EXPECT_EQ(last.arguments->get("next"), nullptr);
  EXPECT_EQ(command("chainload-rules-get-page", R"({"from": 3})").result, 3);
  EXPECT_EQ(command("chainload-rules-get-page", R"({"if-revision": 7})").result, 4);
}

TEST_F(RulesCommands, steps_of_a_patch_make_one_revision) {
  ASSERT_TRUE(load(parameters()));
  ASSERT_EQ(set(rule("a") + "," + rule("b")).result, 0);
  const Answer answer = patch(R"({"op": "add", "rule": )" + rule("new", "patched") +
                              R"(, "index": 0}, {"op": "del", "name": "b"})");
  EXPECT_EQ(answer.text, "revision 2 is in use: 2 rules");
  EXPECT_EQ(given(), "patched");
  EXPECT_EQ(patch(R"({"op": "del", "name": "b"})").result, 3);
  EXPECT_EQ(patch(R"({"op": "add", "rule": )" + rule("a") + "}").result, 4);
  EXPECT_EQ(managed()->get("revision")->intValue(), 2);
}

TEST_F(RulesCommands, many_patches_are_folded_while_packets_are_answered) {
  ASSERT_TRUE(load(parameters()));
  for (int i = 0; i < 300; ++i) {
    const std::string name = "r" + std::to_string(i);
    ASSERT_EQ(patch(R"({"op": "add", "index": 0, "rule": )" + rule(name, name) + "}").result, 0);
    ASSERT_EQ(given(), name);
  }
  EXPECT_EQ(managed()->get("revision")->intValue(), 300);
  EXPECT_EQ(managed()->get("rules")->intValue(), 300);
  EXPECT_EQ(managed()->get("fault"), nullptr);
}

TEST_F(RulesCommands, a_change_for_another_revision_is_refused_with_result_4) {
  ASSERT_TRUE(load(parameters()));
  ASSERT_EQ(set(rule("a"), R"(, "if-revision": 0)").result, 0);
  for (const Answer& answer : {set(rule("b"), R"(, "if-revision": 0)"),
                               patch(R"({"op": "del", "name": "a"})", R"(, "if-revision": 0)"),
                               command("chainload-rules-rollback", R"({"revision": 1, "if-revision": 0})"),
                               command("chainload-rules-reload", R"({"if-revision": 0})")}) {
    EXPECT_EQ(answer.result, 4) << answer.text;
    EXPECT_NE(answer.text.find("at revision 1 and not at 0"), std::string::npos) << answer.text;
  }
  EXPECT_EQ(given(), "f");
}

TEST_F(RulesCommands, a_dry_run_tells_what_would_be_and_changes_nothing) {
  ASSERT_TRUE(load(parameters()));
  const Answer answer = set(rule("a"), R"(, "dry-run": true)");
  EXPECT_EQ(answer.text, "revision 1 would be in use; nothing was changed");
  EXPECT_EQ(patch(R"({"op": "add", "rule": )" + rule("a") + "}", R"(, "dry-run": true)").result, 0);
  EXPECT_EQ(given(), "undionly.kpxe");
  EXPECT_EQ(managed()->get("revision")->intValue(), 0);
  EXPECT_EQ(set(rule("a")).arguments->get("sha256")->stringValue(),
            answer.arguments->get("sha256")->stringValue());
}

TEST_F(RulesCommands, rollback_goes_back_and_says_whose_rules_they_are) {
  ASSERT_TRUE(load(parameters()));
  EXPECT_EQ(command("chainload-rules-rollback", "").result, 3);
  ASSERT_EQ(set(rule("a", "one")).result, 0);
  ASSERT_EQ(set(rule("a", "two")).result, 0);
  const Answer back = command("chainload-rules-rollback", "");
  EXPECT_EQ(back.result, 0) << back.text;
  EXPECT_EQ(number(back, "revision"), 3);
  EXPECT_EQ(number(back, "rules-of-revision"), 1);
  EXPECT_EQ(given(), "one");
  EXPECT_EQ(command("chainload-rules-rollback", R"({"revision": 99})").result, 3);
}

TEST_F(RulesCommands, D5_rules_are_the_same_after_a_restart_and_after_a_reload) {
  ASSERT_TRUE(load(parameters()));
  const std::string foreign =
      "{\"name\": \"b\", \"match\": {\"user-class\": \"\xc3\xa9\\n\"}, \"boot\": {\"pass\": true}}";
  const Answer first = set(rule("a", "kept") + "," + foreign);
  ASSERT_EQ(first.result, 0) << first.text;
  ASSERT_EQ(patch(R"({"op": "add", "rule": )" + rule("later") + "}").result, 0);
  const std::string before = all();
  const std::string digest = managed()->get("sha256")->stringValue();
  ASSERT_TRUE(load(parameters()));
  EXPECT_EQ(all(), before);
  EXPECT_EQ(managed()->get("sha256")->stringValue(), digest);
  EXPECT_EQ(managed()->get("revision")->intValue(), 2);
  EXPECT_EQ(given(), "kept");
  // What a page shows can be sent back.
  const Answer again = command("chainload-rules-set", R"({"rules": )" + before + "}");
  EXPECT_EQ(again.arguments->get("sha256")->stringValue(), digest) << again.text;
}

TEST_F(RulesCommands, reload_takes_what_is_on_disk_and_only_if_all_is_well_with_it) {
  ASSERT_TRUE(load(parameters()));
  ASSERT_EQ(set(rule("a", "one")).result, 0);
  const std::string snapshot = state_directory() + "/rules.json";
  const std::string kept = directory() + "/kept.json";
  std::filesystem::copy_file(snapshot, kept);
  ASSERT_EQ(set(rule("a", "two")).result, 0);
  std::ofstream(snapshot, std::ios::trunc) << "no rules";
  const Answer refused = command("chainload-rules-reload", "");
  EXPECT_EQ(refused.result, 1) << refused.text;
  EXPECT_EQ(given(), "two");
  std::filesystem::copy_file(kept, snapshot, std::filesystem::copy_options::overwrite_existing);
  std::filesystem::remove(state_directory() + "/rules.journal");
  const Answer answer = command("chainload-rules-reload", "{}");
  EXPECT_EQ(answer.result, 0) << answer.text;
  EXPECT_EQ(given(), "one");
  EXPECT_EQ(set(rule("a", "three")).result, 0);
  EXPECT_EQ(given(), "three");
}

TEST_F(RulesCommands, D4_damaged_rules_do_not_stop_the_start_and_are_reported) {
  ASSERT_TRUE(load(parameters()));
  ASSERT_EQ(set(rule("a", "one")).result, 0);
  ASSERT_EQ(set(rule("a", "two")).result, 0);
  unload();
  std::filesystem::resize_file(state_directory() + "/rules.json", 100);
  ASSERT_TRUE(load(parameters()));
  EXPECT_EQ(given(), "one");  // the ones before
  EXPECT_NE(managed()->get("fault"), nullptr);
}

TEST_F(RulesCommands, a_wrong_rule_refuses_the_whole_list_and_is_named) {
  ASSERT_TRUE(load(parameters()));
  ASSERT_EQ(set(rule("a")).result, 0);
  const std::vector<std::pair<Answer, std::string>> cases = {
      {set(rule("b") + R"(,{"name": "c", "boot": {}, "colour": 1})"), "rules[1].colour"},
      {set(rule("b") + "," + rule("b")), "rules[1]"},
      {set("5"), "rules[0]"},
      {set(rule("b"), R"(, "reason": 5)"), "\"reason\""},
      {set(rule("b"), R"(, "dry-run": "yes")"), "\"dry-run\""},
      {set(rule("b"), R"(, "if-revision": -1)"), "\"if-revision\""},
      {set(rule("b"), R"(, "file": "/etc/passwd")"), "\"file\""},
      {command("chainload-rules-set", R"({"rules": {}})"), "\"rules\""},
      {command("chainload-rules-set", "{}"), "\"rules\""},
      {command("chainload-rules-set", ""), "\"arguments\""},
      {command("chainload-rules-patch", R"({"patch": []})"), "patch"},
      {patch(R"({"op": "add", "rule": {"name": "x"}})"), "patch[0].rule"},
      {command("chainload-rules-get-page", R"({"limit": 0})"), "\"limit\""},
      {command("chainload-rules-get-page", R"({"from": "start"})"), "\"from\""}};
  for (const auto& [answer, named] : cases) {
    EXPECT_EQ(answer.result, 1) << named;
    EXPECT_NE(answer.text.find(named), std::string::npos) << named << ": " << answer.text;
  }
  EXPECT_EQ(managed()->get("revision")->intValue(), 1);
}

TEST_F(RulesCommands, R4_deeply_nested_rules_are_refused) {
  ASSERT_TRUE(load(parameters()));
  std::string match = "{}";
  for (int i = 0; i < 60; ++i) match = R"({"not":)" + match + "}";
  const std::string deep = R"({"name": "a", "match": )" + match + R"(, "boot": {"deny": true}})";
  for (const Answer& answer : {set(deep), patch(R"({"op": "add", "rule": )" + deep + "}")}) {
    EXPECT_EQ(answer.result, 1);
    EXPECT_NE(answer.text.find("nested"), std::string::npos) << answer.text;
  }
}

TEST_F(RulesCommands, servers_that_are_not_allowed_are_refused) {
  ASSERT_TRUE(
      load(parameters(R"("allowed-servers": ["192.0.2.10", "198.18.0.0/15", "Boot.Example.org"], )")));
  const auto boot = [](const std::string& fields) {
    return set(R"({"name": "a", "boot": {)" + fields + "}}");
  };
  for (const std::string fields :
       {R"("boot-file-name": "pxelinux.0")", R"("boot-file-name": "http://192.0.2.10/a")",
        R"("boot-file-name": "http://boot.example.ORG:8080/%{mac}")", R"("deny": true)",
        R"("next-server": "198.19.255.1", "boot-file-name": "f")"}) {
    EXPECT_EQ(boot(fields).result, 0) << fields << ": " << boot(fields).text;
  }
  for (const std::string fields :
       {R"("next-server": "192.0.2.11", "boot-file-name": "f")", R"("boot-file-name": "http://192.0.2.11/a")",
        R"("boot-file-name": "http://192.0.2.10@203.0.113.5/a")", R"("boot-file-name": "//203.0.113.5/a")",
        R"("boot-file-name": "http://boot.example.org.evil.test/a")",
        R"("boot-file-name": "iscsi:203.0.113.5::::iqn")", R"("boot-file-name": "${next-url}")",
        R"("server-hostname": "elsewhere", "boot-file-name": "f")"}) {
    const Answer answer = boot(fields);
    EXPECT_EQ(answer.result, 1) << fields;
    EXPECT_NE(answer.text.find("rules[0].boot."), std::string::npos) << answer.text;
  }
  EXPECT_EQ(patch(R"({"op": "add", "rule": )" + rule("x", "http://192.0.2.11/a") + "}").result, 1);
}

TEST_F(RulesCommands, check_tells_faults_and_findings_and_changes_nothing) {
  ASSERT_TRUE(load(parameters()));
  const Answer shadowed =
      command("chainload-rules-check", R"({"rules": [)" + rule("a") + "," + rule("b") + "]}");
  EXPECT_EQ(shadowed.result, 0) << shadowed.text;
  ASSERT_GT(number(shadowed, "finding-count"), 0);
  EXPECT_EQ(shadowed.arguments->get("findings")->get(0)->get("rule")->stringValue().substr(0, 8), "managed/");
  EXPECT_EQ(command("chainload-rules-check", R"({"rules": [{"name": "a"}]})").result, 1);
  EXPECT_EQ(number(command("chainload-rules-check", ""), "rules"), 0);
  ASSERT_EQ(set(rule("a") + "," + rule("b")).result, 0);
  EXPECT_EQ(number(command("chainload-rules-check", ""), "rules"), 2);
  EXPECT_GT(number(command("chainload-rules-check", ""), "finding-count"), 0);
}

TEST_F(RulesCommands, R3_files_are_for_the_server_and_its_group_only) {
  const mode_t before = ::umask(0);
  ASSERT_TRUE(load(parameters()));
  const Answer answer = set(rule("a"));
  ::umask(before);
  ASSERT_EQ(answer.result, 0) << answer.text;
  for (const auto& entry : std::filesystem::directory_iterator(state_directory())) {
    struct stat status {};
    ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07137u, 0u) << entry.path();
  }
}

TEST_F(RulesCommands, D3_what_cannot_be_saved_is_not_in_use) {
  ASSERT_TRUE(load(parameters()));
  std::ofstream(state_directory()) << "in the way";
  const Answer answer = set(rule("a"));
  EXPECT_EQ(answer.result, 1) << answer.text;
  EXPECT_NE(answer.text.find(state_directory()), std::string::npos) << answer.text;
  EXPECT_EQ(given(), "undionly.kpxe");
  EXPECT_EQ(managed()->get("revision")->intValue(), 0);
}

}  // namespace
}  // namespace chainload::tests
