// SPDX-License-Identifier: MPL-2.0
// Contexts in the loaded library: what the server's configuration brings, replies by them, explanations of
// them, and what becomes of wrong ones.
#include <fstream>

#include "core/facts/text.h"
#include "loaded_library.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

using isc::data::ConstElementPtr;
using isc::dhcp::Pkt4Ptr;

using ScopesInForce = LoadedLibrary;

const std::string dhcp4_json = R"({
  "subnet4": [
    { "id": 1, "subnet": "192.0.2.0/24", "user-context": { "chainload": { "script": "http://192.0.2.10/one" } },
      "pools": [ { "pool": "192.0.2.200 - 192.0.2.250", "user-context": { "chainload": { "enabled": false } } } ],
      "reservations": [ { "hw-address": "52:54:00:77:00:01", "hostname": "web01", "user-context": { "chainload": {
          "rules": [ { "name": "mine", "match": { "user-class": "gPXE" },
                       "boot": { "boot-file-name": "http://192.0.2.10/%{hostname}/%{ip}" } } ] } } } ] },
    { "id": 2, "subnet": "198.51.100.0/24" } ],
  "client-classes": [ { "name": "kiosk", "user-context": { "chainload": { "rules": [
      { "name": "no-boot", "match": { "arch": "x64-uefi" }, "boot": { "deny": true } } ] } } } ] })";

/// The gPXE of the samples with another address.
Query gpxe_at(std::array<std::uint8_t, 6> mac) {
  return Query(mac)
      .message(1)
      .arch(0)
      .put(60, "PXEClient:Arch:00000:UNDI:002001")
      .put(77, "gPXE")
      .put(55, {66, 67})
      .end();
}

class Server : public LoadedLibrary {
 protected:
  std::string file_for(const Query& query, const std::string& yiaddr, const std::string& client_class = {}) {
    const Pkt4Ptr asked = query_of(query.payload());
    if (!client_class.empty()) asked->addClass(client_class);
    const Pkt4Ptr reply = offer_to(asked, yiaddr);
    send(asked, reply);
    return file_of(reply);
  }
};

TEST_F(Server, reply_follows_the_scopes_of_the_address_it_gives) {
  ASSERT_TRUE(load(short_form_json));
  ASSERT_FALSE(configured(dhcp4_json).dropped);
  const Query other = gpxe_at({2, 0, 0, 0, 0, 1});
  EXPECT_EQ(file_for(other, "192.0.2.20"), "http://192.0.2.10/one");
  EXPECT_EQ(file_for(other, "192.0.2.220"), "");  // the pool is switched off
  EXPECT_EQ(file_for(other, "198.51.100.20"), "http://192.0.2.10/boot.php?mac=${mac}");
  EXPECT_EQ(file_for(other, "203.0.113.1"), "http://192.0.2.10/boot.php?mac=${mac}");
  EXPECT_EQ(file_for(gpxe_discover(), "192.0.2.20"), "http://192.0.2.10/web01/192.0.2.20");
  EXPECT_EQ(file_for(gpxe_discover(), "198.51.100.20"), "http://192.0.2.10/boot.php?mac=${mac}");
}

TEST_F(Server, client_class_brings_its_context_with_it) {
  ASSERT_TRUE(load(short_form_json));
  ASSERT_FALSE(configured(dhcp4_json).dropped);
  EXPECT_EQ(file_for(edk2_pxe_request(), "198.51.100.9"), "snponly.efi");
  EXPECT_EQ(file_for(edk2_pxe_request(), "198.51.100.9", "kiosk"), "");
  EXPECT_EQ(command("chainload-status", "").arguments->get("counters")->get("denied")->intValue(), 1);
}

TEST_F(Server, inform_is_placed_by_its_own_address) {
  ASSERT_TRUE(
      load(R"({ "next-server": "192.0.2.10", "script": "http://192.0.2.10/s", "state-directory": "@STATE@",
    "rules": [ { "name": "asked", "match": { "message-type": "INFORM", "subnet": [ 2 ] },
                 "boot": { "boot-file-name": "informed" } } ] })"));
  ASSERT_FALSE(configured(dhcp4_json).dropped);
  const Query inform = Query()
                           .message(8)
                           .arch(0)
                           .put(60, "PXEClient")
                           .put(55, {67})
                           .at(12, 198)
                           .at(13, 51)
                           .at(14, 100)
                           .at(15, 9)
                           .end();
  const Pkt4Ptr asked = query_of(inform.payload());
  const Pkt4Ptr reply = reply_to(asked, isc::dhcp::DHCPACK);
  reply->setYiaddr(isc::asiolink::IOAddress("0.0.0.0"));
  send(asked, reply);
  EXPECT_EQ(file_of(reply), "informed");
}

TEST_F(Server, more_classes_than_usual_are_all_seen) {
  ASSERT_TRUE(load(short_form_json));
  ASSERT_FALSE(configured(dhcp4_json).dropped);
  const Pkt4Ptr asked = query_of(edk2_pxe_request().payload());
  for (int i = 0; i < 60; ++i) asked->addClass("class-" + std::to_string(i));
  asked->addClass("kiosk");
  const Pkt4Ptr reply = offer_to(asked, "198.51.100.9");
  send(asked, reply);
  EXPECT_EQ(option_of(reply, 67), "absent");
}

const std::string wrong_dhcp4_json = R"({ "subnet4": [ { "id": 1, "subnet": "192.0.2.0/24",
    "user-context": { "chainload": { "rules": [ { "name": "r", "match": { "archs": 0 }, "boot": { "pass": true } } ] } } } ] })";

TEST_F(ScopesInForce, wrong_context_at_the_first_start_is_refused_with_the_sentence) {
  ASSERT_TRUE(load(short_form_json));
  const Configured after = configured(wrong_dhcp4_json);
  EXPECT_TRUE(after.dropped);
  EXPECT_NE(after.error.find("subnet[1].rules[0].match.archs"), std::string::npos) << after.error;
}

// K4: one bad rule must not stop a server that serves, and must not be taken on in silence.
TEST_F(Server, K4_wrong_context_later_leaves_the_last_good_rules_and_scopes_in_force) {
  ASSERT_TRUE(load(short_form_json));
  ASSERT_FALSE(configured(dhcp4_json).dropped);
  ASSERT_TRUE(load(short_form_json));  // config-set loads the library anew
  const Configured after = configured(wrong_dhcp4_json);
  EXPECT_TRUE(after.dropped);
  EXPECT_NE(after.error.find("subnet[1].rules[0].match.archs"), std::string::npos) << after.error;
  EXPECT_NE(after.error.find("goes on with what last worked"), std::string::npos) << after.error;
  EXPECT_EQ(file_for(gpxe_at({2, 0, 0, 0, 0, 1}), "192.0.2.20"), "http://192.0.2.10/one");
  EXPECT_EQ(file_for(gpxe_discover(), "192.0.2.20"), "http://192.0.2.10/web01/192.0.2.20");
  const Answer status = command("chainload-status", "");
  EXPECT_EQ(status.arguments->get("policy-source")->stringValue(), "last-good");
  EXPECT_EQ(status.arguments->get("policy")->get("scopes")->intValue(), 4);

  // Wrong parameters fall back on the same pair, and a good configuration ends the matter.
  ASSERT_TRUE(load(R"({ "next-server": "nowhere", "state-directory": "@STATE@" })"));
  EXPECT_TRUE(configured(dhcp4_json).dropped);
  EXPECT_EQ(file_for(gpxe_at({2, 0, 0, 0, 0, 1}), "192.0.2.20"), "http://192.0.2.10/one");
  ASSERT_TRUE(load(short_form_json));
  EXPECT_FALSE(configured(R"({ "subnet4": [] })").dropped);
  EXPECT_EQ(file_for(gpxe_at({2, 0, 0, 0, 0, 1}), "192.0.2.20"), "http://192.0.2.10/boot.php?mac=${mac}");
}

TEST_F(ScopesInForce, saved_configuration_holds_nothing_of_the_servers_but_what_is_looked_at) {
  ASSERT_TRUE(load(short_form_json));
  ASSERT_FALSE(
      configured(R"({ "lease-database": { "type": "mysql", "password": "secret" }, "subnet4": [ { "id": 1,
      "subnet": "192.0.2.0/24", "option-data": [ { "name": "routers", "data": "192.0.2.1" } ],
      "user-context": { "comment": "private", "chainload": { "enabled": true } } } ] })")
          .dropped);
  const ConstElementPtr saved =
      isc::data::Element::fromJSONFile(state_directory() + "/last-good-parameters.json");
  EXPECT_EQ(saved->get("format")->intValue(), 2);
  const std::string networks = saved->get("networks")->str();
  EXPECT_NE(networks.find("192.0.2.0/24"), std::string::npos);
  for (const char* word : {"secret", "mysql", "routers", "private"}) {
    EXPECT_EQ(networks.find(word), std::string::npos) << word;
  }
}

TEST_F(Server, saved_configuration_of_the_first_format_still_helps) {
  ASSERT_TRUE(load(short_form_json));
  ASSERT_FALSE(configured(dhcp4_json).dropped);
  const std::string path = state_directory() + "/last-good-parameters.json";
  auto saved = isc::data::Element::fromJSONFile(path);
  saved->remove("networks");
  saved->set("format", isc::data::Element::create(1));
  std::ofstream(path) << saved->str();
  ASSERT_TRUE(load(R"({ "next-server": "nowhere", "state-directory": "@STATE@" })"));
  EXPECT_EQ(file_for(gpxe_at({2, 0, 0, 0, 0, 1}), "192.0.2.20"), "http://192.0.2.10/boot.php?mac=${mac}");
}

TEST_F(ScopesInForce, hash_follows_the_contexts) {
  ASSERT_TRUE(load(short_form_json));
  const auto hash = [&] { return command("chainload-status", "").arguments->get("hash")->stringValue(); };
  const std::string without = hash();
  configured(dhcp4_json);
  const std::string with_scopes = hash();
  EXPECT_NE(with_scopes, without);
  std::string other = dhcp4_json;
  other.replace(other.find("/one"), 4, "/two");
  configured(other);
  EXPECT_NE(hash(), with_scopes);
}

TEST_F(ScopesInForce, findings_of_every_source_are_shown_by_status) {
  ASSERT_TRUE(
      load(R"({ "next-server": "192.0.2.10", "script": "http://192.0.2.10/s", "state-directory": "@STATE@",
    "rules": [ { "name": "all", "boot": { "boot-file-name": "x" } },
               { "name": "never", "match": { "arch": 0 }, "boot": { "boot-file-name": "y" } } ] })"));
  ASSERT_FALSE(
      configured(R"({ "subnet4": [ { "id": 1, "subnet": "192.0.2.0/24", "user-context": { "chainload": {
    "rules": [ { "name": "everybody", "client": "any", "boot": { "boot-file-name": "x" } } ] } } } ] })")
          .dropped);
  const Answer status = command("chainload-status", "");
  std::string shown;
  for (const auto& finding : status.arguments->get("findings")->listValue()) {
    shown += finding->get("source")->stringValue() + " " + finding->get("id")->stringValue() + "\n";
  }
  EXPECT_NE(shown.find("static unreachable"), std::string::npos) << shown;
  EXPECT_NE(shown.find("subnet[1] any-client-without-condition"), std::string::npos) << shown;
  EXPECT_EQ(status.arguments->get("finding-count")->intValue(),
            static_cast<std::int64_t>(status.arguments->get("findings")->size()));
}

TEST_F(ScopesInForce, findings_are_bounded) {
  std::string rules;
  for (int i = 0; i < 300; ++i) {
    rules += (i == 0 ? "" : ",") + std::string(R"({ "name": "r)") + std::to_string(i) +
             R"(", "match": { "arch": 0 }, "boot": { "boot-file-name": "x" } })";
  }
  ASSERT_TRUE(
      load(R"({ "state-directory": "@STATE@", "next-server": "192.0.2.10", "rules": [ )" + rules + " ] }"));
  ASSERT_FALSE(configured("{}").dropped);
  const Answer status = command("chainload-status", "");
  EXPECT_EQ(status.arguments->get("findings")->size(), 100u);
  EXPECT_GE(status.arguments->get("finding-count")->intValue(), 299);
}

TEST_F(ScopesInForce, shipped_short_form_has_no_findings) {
  ASSERT_TRUE(load(short_form_json));
  ASSERT_FALSE(configured("{}").dropped);
  EXPECT_EQ(command("chainload-status", "").arguments->get("finding-count")->intValue(), 0);
}

/// The answer to chainload-explain, and its parts by name.
struct Explained {
  Answer answer;
  std::string rule() const { return answer.arguments->get("rule")->stringValue(); }
  std::string assumed() const { return answer.arguments->get("assumed")->str(); }
  ConstElementPtr around(const char* key) const { return answer.arguments->get("surroundings")->get(key); }
};

Explained explain(const std::string& arguments, Answer (*ask)(const std::string&, const std::string&)) {
  Explained explained{ask("chainload-explain", arguments)};
  EXPECT_EQ(explained.answer.result, 0) << explained.answer.text;
  return explained;
}

TEST_F(ScopesInForce, explain_answers_by_the_scopes_that_are_given) {
  ASSERT_TRUE(load(short_form_json));
  ASSERT_FALSE(configured(dhcp4_json).dropped);
  const auto ask = [](const std::string& facts) {
    return explain(R"({ "facts": { "user-class": "gPXE", "arch": 0, )" + facts + " } }",
                   &LoadedLibrary::command);
  };
  EXPECT_EQ(ask(R"("ip": "192.0.2.20")").rule(), "subnet[1]/built-in/script");
  EXPECT_EQ(ask(R"("yiaddr": "192.0.2.20")").rule(), "subnet[1]/built-in/script");
  EXPECT_EQ(ask(R"("subnet": 1)").rule(), "subnet[1]/built-in/script");
  EXPECT_EQ(ask(R"("subnet": 2)").rule(), "built-in/script");
  EXPECT_EQ(ask(R"("subnet": 1, "mac": "52:54:00:77:00:01", "ip": "192.0.2.9")").rule(), "reservation/mine");
  EXPECT_EQ(
      ask(R"("subnet": 1, "mac": "52:54:00:77:00:01", "ip": "192.0.2.9")").around("hostname")->stringValue(),
      "web01");
  EXPECT_EQ(ask(R"("subnet": 2, "ip": "198.51.100.9", "classes": [ "kiosk" ], "arch": 7, "user-class": "x")")
                .rule(),
            "class[kiosk]/no-boot");
  EXPECT_EQ(ask(R"("ip": "192.0.2.210")").around("scopes")->size(), 2u);
}

TEST_F(ScopesInForce, explain_says_what_it_assumes) {
  ASSERT_TRUE(load(short_form_json));
  ASSERT_FALSE(configured(dhcp4_json).dropped);
  const auto ask = [](const std::string& facts) {
    return explain(R"({ "facts": { "user-class": "gPXE" )" + facts + " } }", &LoadedLibrary::command);
  };
  EXPECT_NE(ask("").assumed().find("no subnet"), std::string::npos);
  EXPECT_NE(ask("").assumed().find("no client class"), std::string::npos);
  EXPECT_NE(ask(R"(, "relay": "192.0.2.1")").assumed().find("subnet 1"), std::string::npos);
  EXPECT_EQ(ask(R"(, "relay": "192.0.2.1")").rule(), "subnet[1]/built-in/script");
  EXPECT_EQ(ask(R"(, "ip": "192.0.2.20", "classes": [], "hostname": "h")").assumed(), "[  ]");
  ASSERT_FALSE(configured(R"({ "subnet4": [ { "id": 9, "subnet": "192.0.2.0/24",
      "user-context": { "chainload": { "script": "http://192.0.2.10/nine" } } } ] })")
                   .dropped);
  EXPECT_EQ(ask("").rule(), "subnet[9]/built-in/script");
  EXPECT_NE(ask("").assumed().find("the only one"), std::string::npos);
}

TEST_F(ScopesInForce, explain_takes_the_same_keys_beside_a_packet) {
  ASSERT_TRUE(load(short_form_json));
  ASSERT_FALSE(configured(dhcp4_json).dropped);
  const std::string packet = core::hex(gpxe_at({2, 0, 0, 0, 0, 1}).payload());
  EXPECT_EQ(
      explain(R"({ "packet": ")" + packet + R"(", "ip": "192.0.2.20" })", &LoadedLibrary::command).rule(),
      "subnet[1]/built-in/script");
}

TEST_F(ScopesInForce, explain_takes_what_a_relay_says) {
  ASSERT_TRUE(load(short_form_json));
  ASSERT_FALSE(configured(R"({ "subnet4": [ { "id": 1, "subnet": "192.0.2.0/24", "reservations": [
      { "circuit-id": "'port 17'", "user-context": { "chainload": { "script": "http://192.0.2.10/17" } } },
      { "client-id": "01:02:03", "user-context": { "chainload": { "script": "http://192.0.2.10/id" } } } ] } ] })")
                   .dropped);
  const auto ask = [](const std::string& facts) {
    return explain(R"({ "facts": { "user-class": "gPXE", "ip": "192.0.2.9", )" + facts + " } }",
                   &LoadedLibrary::command);
  };
  EXPECT_EQ(ask(R"("circuit-id": "port 17", "remote-id": "0xff")").rule(), "reservation/built-in/script");
  EXPECT_EQ(ask(R"("circuit-id": "0x706f72742031 37")").rule(), "reservation/built-in/script");
  EXPECT_EQ(ask(R"("circuit-id": "port 18")").rule(), "built-in/script");
  EXPECT_EQ(ask(R"("client-id": "0x010203")").rule(), "reservation/built-in/script");
  EXPECT_EQ(ask(R"("circuit-id": "port 18", "remote-id": "0xff")")
                .answer.arguments->get("facts")
                ->get("remote-id")
                ->stringValue(),
            "ff");
}

TEST_F(ScopesInForce, explain_with_wrong_surroundings_is_refused_by_name) {
  ASSERT_TRUE(load(short_form_json));
  ASSERT_FALSE(configured(dhcp4_json).dropped);
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({ "facts": { "subnet": 5 } })", "\"facts.subnet\""},
      {R"({ "facts": { "subnet": 0 } })", "\"facts.subnet\""},
      {R"({ "facts": { "subnet": "1" } })", "\"facts.subnet\""},
      {R"({ "facts": { "subnet": 2, "ip": "192.0.2.20" } })", "\"facts.subnet\""},
      {R"({ "facts": { "ip": "here" } })", "\"facts.ip\""},
      {R"({ "facts": { "ip": "192.0.2.1", "yiaddr": "192.0.2.1" } })", "\"facts.yiaddr\""},
      {R"({ "facts": { "classes": "kiosk" } })", "\"facts.classes\""},
      {R"({ "facts": { "classes": [ 1 ] } })", "\"facts.classes[0]\""},
      {R"({ "facts": { "classes": [ "" ] } })", "\"facts.classes[0]\""},
      {R"({ "facts": { "circuit-id": "0xzz" } })", "\"facts.circuit-id\""},
      {R"({ "facts": { "remote-id": "" } })", "\"facts.remote-id\""},
      {R"({ "facts": { "client-id": 1 } })", "\"facts.client-id\""},
      {R"({ "facts": { "hostname": 1 } })", "\"facts.hostname\""},
      {R"({ "facts": { "shared-network": "none" } })", "\"facts.shared-network\""},
      {R"({ "facts": {}, "ip": "192.0.2.20" })", "\"ip\""},
      {R"({ "packet": "00", "ip": "here" })", "\"ip\""},
  };
  for (const auto& [arguments, named] : cases) {
    const Answer answer = command("chainload-explain", arguments);
    EXPECT_EQ(answer.result, 1) << arguments;
    EXPECT_NE(answer.text.find(named), std::string::npos) << arguments << ": " << answer.text;
  }
}

}  // namespace
}  // namespace chainload::tests
