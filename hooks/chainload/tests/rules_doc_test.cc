// SPDX-License-Identifier: MPL-2.0
// Runs every example of docs/rules.md: fenced `rules` blocks of JSON, then `> client -> answer` lines.
#include <fstream>
#include <map>
#include <set>

#include "core/decide/describe.h"
#include "core/decide/reply_plan.h"
#include "core/facts/compose.h"
#include "core/facts/text.h"
#include "rules_of.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

using namespace core;

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end != 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

struct Example {
  std::size_t line = 0;
  std::vector<std::pair<std::string, std::string>> sections;  // label → JSON
  std::vector<std::string> clients;                           // what stands after the >
};

std::vector<Example> read_examples() {
  std::ifstream file(RULES_DOC);
  EXPECT_TRUE(file) << RULES_DOC;
  std::vector<Example> examples;
  bool inside = false;
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line == "```rules") {
      inside = true;
      examples.push_back({number, {}, {}});
    } else if (line == "```") {
      inside = false;
    } else if (inside && line.starts_with("> ")) {
      examples.back().clients.push_back(line.substr(2));
    } else if (inside && line.find_first_of("{}[]\"") == std::string::npos) {
      examples.back().sections.emplace_back(line, "");
    } else if (inside) {
      auto& sections = examples.back().sections;
      if (sections.empty()) sections.emplace_back("rules", "");
      sections.back().second += line + "\n";
    }
  }
  return examples;
}

/// The policy and contexts of one example.
struct Setting {
  Policy policy;
  std::vector<std::pair<std::string, std::unique_ptr<ScopePolicy>>> scopes;

  explicit Setting(const Example& example) {
    for (const auto& [label, json] : example.sections) {
      if (label == "rules") {
        policy = policy_from("{\"rules\": " + (json.starts_with("{") ? "[" + json + "]" : json) + "}");
      } else if (label == "parameters") {
        policy = policy_from(json);
      } else {
        scopes.emplace_back(label, scope_from(label, json, policy));
        policy.reach |= scopes.back().second->reach();
      }
    }
  }
  const ScopePolicy* scope(std::string_view label) const {
    for (const auto& [name, scope] : scopes) {
      if (name == label) return scope.get();
    }
    return nullptr;
  }
};

/// One client line, read.
struct Asked {
  Query query;
  Surroundings around;
  ReplyBefore before;
  std::vector<std::string> words;  // what the views look into
  std::vector<std::string_view> classes;
  std::vector<const ScopePolicy*> class_scopes;
};

void put_octets(Query& query, std::uint8_t code, const std::vector<std::uint8_t>& octets) {
  query.put(code, as_text(octets));
}

std::vector<std::uint8_t> octets_of(const std::string& text) {
  if (text.starts_with("0x")) return parse_hex(text.substr(2)).value();
  return {text.begin(), text.end()};
}

void add_sub_option(std::vector<std::uint8_t>& relay_agent, std::uint8_t code, const std::string& text) {
  const auto octets = octets_of(text);
  relay_agent.push_back(code);
  relay_agent.push_back(static_cast<std::uint8_t>(octets.size()));
  relay_agent.insert(relay_agent.end(), octets.begin(), octets.end());
}

void put_architectures(Query& query, const std::string& names) {
  std::vector<std::uint8_t> octets;
  for (const std::string& name : split(names, ',')) {
    const std::uint16_t number = architecture_by_name(name).value();
    octets.push_back(static_cast<std::uint8_t>(number >> 8));
    octets.push_back(static_cast<std::uint8_t>(number));
  }
  put_octets(query, option::client_architecture, octets);
}

std::vector<std::uint8_t> features_of(const std::string& names) {
  std::vector<std::uint8_t> octets = {etherboot::version, 3, 1, 0, 1};
  for (const std::string& name : split(names, ',')) {
    std::uint8_t code = etherboot::first_feature;
    while (feature_name(code) != name && code < etherboot::last_feature) ++code;
    octets.insert(octets.end(), {code, 1, 1});
  }
  return octets;
}

std::uint8_t message_of(const std::string& name) {
  static const std::map<std::string, std::uint8_t> types = {{"discover", 1}, {"request", 3}, {"inform", 8}};
  return types.at(name);
}

/// A hardware address is told to the query's constructor, so it is looked for first.
Query started(const std::vector<std::string>& words) {
  std::array<std::uint8_t, 6> mac = {0x52, 0x54, 0, 0x77, 0, 1};
  std::string message = "discover";
  for (const std::string& word : words) {
    if (word.starts_with("mac=")) std::copy_n(parse_mac(word.substr(4)).value().begin(), 6, mac.begin());
    if (word.starts_with("message=")) message = word.substr(8);
  }
  Query query(mac);
  if (message != "bootp") query.message(message_of(message));
  return query;
}

void read_client(const std::string& text, const Setting& setting, Asked& asked) {
  asked.words = split(text, ' ');
  asked.query = started(asked.words);
  Surroundings& around = asked.around;
  std::vector<std::uint8_t> relay_agent;
  for (const std::string& word : asked.words) {
    const std::size_t equals_sign = word.find('=');
    const std::string key = word.substr(0, equals_sign);
    const std::string_view value = std::string_view(word).substr(std::min(equals_sign + 1, word.size()));
    const std::string copy(value);
    if (key == "nothing" || key == "mac" || key == "message") {
      continue;
    } else if (key == "arch") {
      put_architectures(asked.query, copy);
    } else if (key == "vendor-class") {
      asked.query.put(option::vendor_class, value);
    } else if (key == "user-class") {
      asked.query.put(option::user_class, value);
    } else if (key == "user-classes") {
      std::string list;
      for (const std::string& name : split(copy, ',')) list += static_cast<char>(name.size()) + name;
      asked.query.put(option::user_class, list);
    } else if (key == "uuid") {
      const auto uuid = parse_uuid(copy).value();
      asked.query.put(option::client_uuid, std::string(1, '\0') + std::string(uuid.begin(), uuid.end()));
    } else if (key == "features") {
      put_octets(asked.query, option::etherboot, features_of(copy));
    } else if (key == "asks") {
      std::vector<std::uint8_t> codes;
      for (const std::string& code : split(copy, ','))
        codes.push_back(static_cast<std::uint8_t>(std::stoi(code)));
      put_octets(asked.query, option::parameter_request, codes);
    } else if (key == "size") {
      const int size = std::stoi(copy);
      put_octets(asked.query, option::max_message_size,
                 {static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)});
    } else if (key == "relay") {
      const auto address = static_cast<std::uint32_t>(parse_ipv4(value).value());
      for (std::size_t i = 0; i < 4; ++i) {
        asked.query.at(header::giaddr + i, static_cast<std::uint8_t>(address >> (24 - 8 * i)));
      }
    } else if (key == "circuit-id") {
      add_sub_option(relay_agent, 1, copy);
    } else if (key == "remote-id") {
      add_sub_option(relay_agent, 2, copy);
    } else if (key == "subnet") {
      around.subnet_id = static_cast<std::uint32_t>(std::stoul(copy));
    } else if (key == "prefix") {
      around.subnet_prefix = value;
    } else if (key == "shared-network") {
      around.shared_network = value;
    } else if (key == "hostname") {
      around.hostname = value;
    } else if (key == "now") {
      around.now = parse_instant(value).value();
    } else if (key == "classes") {
      for (std::string_view rest = value; !rest.empty();) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        asked.classes.push_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    } else if (key == "has") {
      const auto code = static_cast<std::uint8_t>(std::stoi(copy));
      const auto at = std::find(plan_codes.begin(), plan_codes.end(), code) - plan_codes.begin();
      asked.before.option_lens[static_cast<std::size_t>(at)] = 10;
    } else if (key == "len") {
      asked.before.len = std::stoul(copy);
    } else {
      FAIL() << "no such fact: " << word;
    }
  }
  if (!relay_agent.empty()) put_octets(asked.query, option::relay_agent, relay_agent);
  asked.query.end();

  for (const std::string_view name : asked.classes) {
    if (const ScopePolicy* const scope = setting.scope("class " + std::string(name))) {
      asked.class_scopes.push_back(scope);
    }
  }
  around.client_classes = asked.classes;
  around.classes = asked.class_scopes;
  around.reservation = setting.scope("reservation");
  around.pool = setting.scope("pool");
  around.subnet = setting.scope("subnet");
  around.shared_network_scope = setting.scope("shared-network");
}

/// `static/r gets f`, `static/r refused`.
std::string answer_text(const Decision& decision) {
  switch (decision.outcome) {
    case Outcome::boot:
      return decision.full_name() + " gets " + printable(decision.boot_file.view());
    case Outcome::denied:
      return decision.full_name() + " denied";
    case Outcome::refused:
      return decision.full_name() + " refused";
    case Outcome::left_alone:
      break;
  }
  return decision.full_name() + " left-alone";
}

/// What the reply holds under a name: `67`, `file`, `next-server`.
std::string field_text(const ReplyPlan& plan, const std::string& name) {
  if (name == "next-server") return plan.siaddr ? ipv4_text(*plan.siaddr) : "keep";
  if (name == "file") return plan.writes_file ? printable(plan.file.view()) : "keep";
  if (name == "sname") return plan.writes_sname ? printable(plan.sname.view()) : "keep";
  for (const OptionEdit& edit : plan.options) {
    if (std::to_string(edit.code) != name) continue;
    if (edit.edit == Edit::write) return printable(edit.value.view());
    return edit.edit == Edit::keep ? "keep" : "remove";
  }
  return "no such field";
}

TEST(rules_doc, every_example_does_what_it_says) {
  std::size_t clients = 0;
  for (const Example& example : read_examples()) {
    const Setting setting(example);
    EXPECT_FALSE(example.clients.empty()) << "line " << example.line << ": an example without a client";
    for (const std::string& client : example.clients) {
      const std::size_t arrow = client.find(" -> ");
      ASSERT_NE(arrow, std::string::npos) << client;
      Asked asked;
      read_client(client.substr(0, arrow), setting, asked);
      const Facts facts = read_facts(asked.query.payload());
      const Decision decision = decide(facts, asked.around, setting.policy);
      const std::string wanted = client.substr(arrow + 4);
      const std::vector<std::string> words = split(wanted, ' ');
      std::string answer = answer_text(decision);
      const bool planned = decision.outcome == Outcome::boot || decision.outcome == Outcome::denied;
      const ReplyPlan plan = planned ? plan_reply(facts, decision, asked.before) : ReplyPlan{};
      EXPECT_TRUE(plan.fits);
      const std::size_t said = decision.outcome == Outcome::boot ? 3 : 2;
      for (std::size_t i = said; i < words.size(); ++i) {
        const std::string name = words[i].substr(0, words[i].find('='));
        answer += " " + name + "=" + field_text(plan, name);
      }
      EXPECT_EQ(answer, wanted) << "docs/rules.md, example at line " << example.line << ": " << client << "\n"
                                << decision_text(facts, decision);
      ++clients;
    }
  }
  EXPECT_GT(clients, 50u);
}

void add_keys(const Value& value, std::set<std::string>& keys) {
  if (const auto* const members = value.map()) {
    for (const Value::Member& member : *members) {
      keys.insert(member.key);
      add_keys(member.value, keys);
    }
  }
  if (const auto* const items = value.list()) {
    for (const Value& item : *items) add_keys(item, keys);
  }
}

TEST(rules_doc, every_key_has_an_example) {
  std::set<std::string> keys;
  for (const Example& example : read_examples()) {
    for (const auto& [label, json] : example.sections) add_keys(value_of(json), keys);
  }
  for (std::size_t i = 0; i < match_keys; ++i) {
    EXPECT_TRUE(keys.contains(std::string(name_of(static_cast<MatchKey>(i))))) << i;
  }
  for (const char* key : {"name",
                          "enabled",
                          "not-before",
                          "not-after",
                          "client",
                          "match",
                          "boot",
                          "reply",
                          "not",
                          "all",
                          "next-server",
                          "server-hostname",
                          "boot-file-name",
                          "pass",
                          "deny",
                          "write",
                          "null-terminate",
                          "vendor-class",
                          "discovery-control",
                          "no-proxydhcp",
                          "force",
                          "existing",
                          "rules",
                          "script",
                          "user-classes",
                          "firmware",
                          "default-enabled"}) {
    EXPECT_TRUE(keys.contains(key)) << key;
  }
}

}  // namespace
}  // namespace chainload::tests
