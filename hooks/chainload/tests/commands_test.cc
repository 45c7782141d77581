// SPDX-License-Identifier: MPL-2.0
// chainload-status and chainload-explain through the loaded library.
#include "core/facts/text.h"
#include "loaded_library.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

using isc::data::ConstElementPtr;

using Commands = LoadedLibrary;

Answer explain_packet(core::Bytes payload, Answer (*ask)(const std::string&, const std::string&)) {
  return ask("chainload-explain", R"({"packet": ")" + core::hex(payload) + "\"}");
}

TEST_F(Commands, status_says_what_is_in_use) {
  ASSERT_TRUE(load(short_form_json));
  const Answer status = command("chainload-status", "");
  EXPECT_EQ(status.result, 0);
  EXPECT_EQ(status.arguments->get("version")->stringValue(), CHAINLOAD_VERSION);
  EXPECT_EQ(status.arguments->get("policy-source")->stringValue(), "configured");
  EXPECT_EQ(status.arguments->get("hash")->stringValue().size(), 64u);
  EXPECT_EQ(status.arguments->get("state-directory")->stringValue(), state_directory());
  EXPECT_EQ(status.arguments->get("load-error"), nullptr);
  const ConstElementPtr policy = status.arguments->get("policy");
  EXPECT_EQ(policy->get("next-server")->stringValue(), "192.0.2.10");
  EXPECT_EQ(policy->get("firmware")->get("x86-bios")->stringValue(), "undionly.kpxe");
  EXPECT_EQ(policy->get("user-classes")->size(), 2u);
}

TEST_F(Commands, status_counts_what_became_of_replies) {
  ASSERT_TRUE(load(short_form_json));
  for (const Sample& sample : samples) {
    const auto query = query_of(sample.query.payload());
    send(query, reply_to(query, 2));
  }
  const ConstElementPtr counters = command("chainload-status", "{}").arguments->get("counters");
  EXPECT_EQ(counters->get("boot-files")->intValue(), 5);
  EXPECT_EQ(counters->get("left-alone")->intValue(), 3);
  EXPECT_EQ(counters->get("not-boot-clients")->intValue(), 4);
  EXPECT_EQ(counters->get("refused")->intValue(), 0);
  EXPECT_EQ(counters->get("failed")->intValue(), 0);
}

TEST_F(Commands, hash_follows_the_policy_and_not_its_spelling) {
  const auto hash_of = [&](const std::string& extra) {
    std::string parameters = short_form_json;
    parameters.insert(1, extra);
    EXPECT_TRUE(load(parameters));
    return command("chainload-status", "").arguments->get("hash")->stringValue();
  };
  const std::string plain = hash_of("");
  EXPECT_EQ(hash_of(R"("user-classes": [ "iPXE", "gPXE" ],)"), plain);
  EXPECT_EQ(hash_of(R"("log-decisions": "all",)"), plain);
  EXPECT_NE(hash_of(R"("user-classes": [ "gPXE" ],)"), plain);
}

TEST_F(Commands, explain_and_packet_path_say_the_same_for_every_sample) {
  ASSERT_TRUE(load(short_form_json));
  for (const Sample& sample : samples) {
    const Answer explained = explain_packet(sample.query.payload(), &LoadedLibrary::command);
    ASSERT_EQ(explained.result, 0) << sample.name << explained.text;
    EXPECT_EQ(explained.arguments->get("rule")->stringValue(), sample.rule) << sample.name;
    EXPECT_EQ(explained.arguments->get("boot-client")->get("is")->boolValue(), sample.boot_client)
        << sample.name;
    EXPECT_EQ(explained.arguments->get("text")->stringValue(), explained.text) << sample.name;

    const auto query = query_of(sample.query.payload());
    const auto reply = reply_to(query, 2);
    send(query, reply);
    const ConstElementPtr planned = explained.arguments->get("reply");
    ASSERT_EQ(planned != nullptr, reply->options_.count(67) != 0) << sample.name;
    if (!planned) continue;
    EXPECT_EQ(planned->get("file")->stringValue(), file_of(reply)) << sample.name;
    EXPECT_EQ(planned->get("siaddr")->stringValue(), reply->getSiaddr().toText()) << sample.name;
    for (const auto& each : planned->get("options")->listValue()) {
      const auto code = static_cast<std::uint8_t>(each->get("code")->intValue());
      const bool written = each->get("action")->stringValue() == "write";
      EXPECT_EQ(reply->options_.count(code), written ? 1u : 0u) << sample.name << ' ' << int{code};
      if (written) {
        EXPECT_EQ(each->get("hex")->stringValue(), core::hex(option_of(reply, code))) << sample.name;
      }
    }
  }
}

TEST_F(Commands, explain_shows_the_facts_and_each_rule_tried) {
  ASSERT_TRUE(load(short_form_json));
  const Answer explained = explain_packet(gpxe_discover().payload(), &LoadedLibrary::command);
  const ConstElementPtr facts = explained.arguments->get("facts");
  EXPECT_EQ(facts->get("mac")->stringValue(), "52:54:00:77:00:01");
  EXPECT_EQ(facts->get("message-type")->stringValue(), "DHCPDISCOVER");
  EXPECT_EQ(facts->get("user-class")->get("encoding")->stringValue(), "raw");
  EXPECT_EQ(facts->get("user-class")->get("names")->get(0)->stringValue(), "gPXE");
  EXPECT_EQ(facts->get("arch")->get(0)->get("name")->stringValue(), "x86-bios");
  EXPECT_EQ(facts->get("option-175")->get("version")->stringValue(), "1.0.1");
  EXPECT_EQ(facts->get("uuid")->stringValue(), "6cd22ecf-0201-0403-0506-0708090a0b0c");
  EXPECT_EQ(facts->get("max-message-size")->intValue(), 1472);
  const ConstElementPtr tried = explained.arguments->get("tried");
  EXPECT_EQ(tried->get(0)->get("rule")->stringValue(), "built-in/script");
  EXPECT_TRUE(tried->get(0)->get("matched")->boolValue());
}

TEST_F(Commands, explain_takes_facts_in_every_form) {
  ASSERT_TRUE(load(short_form_json));
  const auto rule = [&](const std::string& facts) {
    const Answer answer = command("chainload-explain", R"({"facts": )" + facts + "}");
    EXPECT_EQ(answer.result, 0) << facts << ": " << answer.text;
    return answer.result == 0 ? answer.arguments->get("rule")->stringValue() : answer.text;
  };
  EXPECT_EQ(rule("{}"), "built-in/not-a-boot-client");
  EXPECT_EQ(rule(R"({"arch": 0})"), "built-in/x86-bios");
  EXPECT_EQ(rule(R"({"arch": "x64-uefi"})"), "built-in/x64-uefi");
  EXPECT_EQ(rule(R"({"arch": ["6", 9]})"), "built-in/x64-uefi");
  EXPECT_EQ(rule(R"({"user-class": ["lab", "gPXE"]})"), "built-in/script");
  EXPECT_EQ(rule(R"({"features": ["http"], "loader-version": "1.0.1", "arch": 7})"), "built-in/x64-uefi");
  EXPECT_EQ(rule(R"({"arch": 0, "message-type": "INFORM"})"), "built-in/other-message");
  EXPECT_EQ(rule(R"({"arch": 0, "message-type": "BOOTP"})"), "built-in/x86-bios");
  EXPECT_EQ(rule(R"({"arch": 0, "mac": "b8-27-eb-01-02-03"})"), "built-in/raspberry-pi");
  EXPECT_EQ(rule(R"({"vendor-class": "PXEClient", "relay": "192.0.2.1", "requested-options": [66, 67],
                    "uuid": "cf2ed26c-0102-0304-0506-0708090a0b0c"})"),
            "built-in/x86-bios");
}

TEST_F(Commands, wrong_arguments_are_named) {
  ASSERT_TRUE(load(short_form_json));
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "\"arguments\""},
      {"[]", "\"arguments\""},
      {"{}", "\"packet\""},
      {R"({"packet": "00", "facts": {}})", "\"packet\""},
      {R"({"pakcet": "00"})", "\"pakcet\""},
      {R"({"packet": ""})", "\"packet\""},
      {R"({"packet": "0"})", "\"packet\""},
      {R"({"packet": "zz"})", "\"packet\""},
      {R"({"packet": 12})", "\"packet\""},
      {R"({"packet": null})", "\"packet\""},
      {R"({"packet": ")" + std::string(2 * 65508, '0') + R"("})", "\"packet\""},
      {R"({"facts": []})", "\"facts\""},
      {R"({"facts": {"macs": ""}})", "\"facts.macs\""},
      {R"({"facts": {"mac": ""}})", "\"facts.mac\""},
      {R"({"facts": {"mac": 5}})", "\"facts.mac\""},
      {R"({"facts": {"arch": "z80"}})", "\"facts.arch\""},
      {R"({"facts": {"arch": [0, -1]}})", "\"facts.arch[1]\""},
      {R"({"facts": {"arch": 65536}})", "\"facts.arch\""},
      {R"({"facts": {"arch": 1.5}})", "\"facts.arch\""},
      {R"({"facts": {"arch": {}}})", "\"facts.arch\""},
      {R"({"facts": {"user-class": ["gPXE", ""]}})", "\"facts.user-class[1]\""},
      {R"({"facts": {"user-class": 1}})", "\"facts.user-class\""},
      {R"({"facts": {"vendor-class": ")" + std::string(1025, 'v') + R"("}})", "\"facts.vendor-class\""},
      {R"({"facts": {"message-type": "HELLO"}})", "\"facts.message-type\""},
      {R"({"facts": {"message-type": 256}})", "\"facts.message-type\""},
      {R"({"facts": {"features": ["warp"]}})", "\"facts.features[0]\""},
      {R"({"facts": {"features": [""]}})", "\"facts.features[0]\""},
      {R"({"facts": {"loader-version": "1.0"}})", "\"facts.loader-version\""},
      {R"({"facts": {"loader-version": "1.0.256"}})", "\"facts.loader-version\""},
      {R"({"facts": {"relay": "here"}})", "\"facts.relay\""},
      {R"({"facts": {"uuid": "1234"}})", "\"facts.uuid\""},
      {R"({"facts": {"requested-options": [255]}})", "\"facts.requested-options[0]\""},
  };
  for (const auto& [arguments, named] : cases) {
    const Answer answer = command("chainload-explain", arguments);
    EXPECT_EQ(answer.result, 1) << arguments.substr(0, 80);
    EXPECT_NE(answer.text.find(named), std::string::npos) << arguments.substr(0, 80) << ": " << answer.text;
  }
  const Answer status = command("chainload-status", R"({"verbose": true})");
  EXPECT_EQ(status.result, 1);
  EXPECT_NE(status.text.find("\"verbose\""), std::string::npos);
}

TEST_F(Commands, unreadable_packets_are_explained_too) {
  ASSERT_TRUE(load(short_form_json));
  const Query query = gpxe_discover();
  EXPECT_EQ(query.payload().size(), 387u);  // as gPXE 1.0.1 was seen to send
  for (std::size_t len = 1; len <= query.payload().size(); len += 13) {
    const Answer answer = explain_packet(query.payload().first(len), &LoadedLibrary::command);
    EXPECT_EQ(answer.result, 0) << len;
    EXPECT_FALSE(answer.text.empty()) << len;
    if (len < 240) {
      EXPECT_EQ(answer.arguments->get("rule")->stringValue(), "built-in/not-a-request") << len;
    }
  }
}

}  // namespace
}  // namespace chainload::tests
