// SPDX-License-Identifier: MPL-2.0
// The compiled rule list answers as an ordered scan would, over random rules and random packets, and at a
// cost that does not grow with the list.
#include "core/match/rule_set.h"

#include <random>

#include "core/facts/text.h"
#include "rules_of.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

using namespace core;

/// A small world, so that rules and packets meet often.
class RandomWorld {
 public:
  explicit RandomWorld(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return random_() % limit; }
  bool one_in(std::size_t chances) { return below(chances) == 0; }

  std::string quoted(const std::string& text) { return "\"" + text + "\""; }
  std::string mac() { return "52:54:00:00:0" + std::to_string(below(3)) + ":0" + std::to_string(below(4)); }
  std::string word() { return std::string(1, static_cast<char>('a' + below(5))); }

  std::string value(const std::string& key) {
    if (key == "mac") {
      if (one_in(6)) return quoted("52:54:*");
      if (one_in(4)) return quoted(mac().substr(0, 14) + ":*");
      return quoted(one_in(12) ? "b8:27:eb:*" : mac());
    }
    if (key == "uuid") return quoted("6cd22ecf-0201-0403-0506-0708090a0b0" + std::to_string(below(4)));
    if (key == "arch") return std::to_string(std::array{0, 7, 9, 11, 16, 17, 99}[below(7)]);
    if (key == "subnet") return one_in(4) ? quoted("192.0.2.0/24") : std::to_string(1 + below(4));
    if (key == "relay") return quoted("192.0.2." + std::to_string(1 + below(3)));
    if (key == "feature") return std::to_string(19 + below(3));
    if (key == "vendor-class") return quoted(one_in(2) ? "PXEClient*" : "PXEClient");
    if (key == "circuit-id" || key == "remote-id") return quoted(one_in(4) ? word() + "*" : word());
    if (key == "message-type") return quoted(std::array{"discover", "request", "inform", "bootp"}[below(4)]);
    return quoted(word());
  }

  std::string match(std::size_t depth = 0) {
    static constexpr std::array keys = {"mac",           "uuid",      "arch",         "subnet",
                                        "relay",         "feature",   "user-class",   "vendor-class",
                                        "circuit-id",    "remote-id", "message-type", "client-class",
                                        "shared-network"};
    std::string text;
    const std::size_t count = below(4);
    for (std::size_t i = 0; i < count; ++i) {
      const std::string key = keys[below(keys.size())];
      if (text.find(quoted(key)) != std::string::npos) continue;
      std::string values = value(key);
      if (one_in(2)) {
        values = "[" + values + "," + value(key) + "]";
        const bool can_all = key == "arch" || key == "user-class" || key == "feature" ||
                             key == "client-class" || key == "vendor-class";
        if (can_all && one_in(3)) values = "{\"all\":" + values + "}";
      }
      text += (text.empty() ? "" : ",") + quoted(key) + ":" + values;
    }
    if (depth < 2 && one_in(5)) {
      const std::string inner = match(depth + 1);
      if (inner != "{}") text += (text.empty() ? "" : ",") + std::string("\"not\":") + inner;
    }
    return "{" + text + "}";
  }

  std::string rules(std::size_t count) {
    std::string text = "[";
    for (std::size_t i = 0; i < count; ++i) {
      text += (i == 0 ? "{\"name\":\"r" : ",{\"name\":\"r") + std::to_string(i) + "\",\"match\":" + match();
      if (one_in(8)) text += ",\"client\":\"any\"";
      if (one_in(10)) text += ",\"enabled\":false";
      if (one_in(10)) text += ",\"not-after\":\"2026-06-0" + std::to_string(1 + below(3)) + "T00:00:00Z\"";
      text += ",\"boot\":{\"boot-file-name\":\"f\"}}";
    }
    return text + "]";
  }

  Query query() {
    std::array<std::uint8_t, 6> mac = {
        0x52, 0x54, 0, 0, static_cast<std::uint8_t>(below(3)), static_cast<std::uint8_t>(below(4))};
    if (one_in(10)) mac = {0xb8, 0x27, 0xeb, 0, 0, 1};
    Query query(mac);
    if (!one_in(10)) query.message(std::array<std::uint8_t, 4>{1, 1, 3, 8}[below(4)]);
    if (!one_in(4)) query.put(60, one_in(2) ? "PXEClient" : "PXEClient:Arch:00007:UNDI");
    if (!one_in(3)) {
      query.octet(93).octet(4);
      for (int i = 0; i < 2; ++i) {
        query.octet(0).octet(std::array<std::uint8_t, 7>{0, 7, 9, 11, 16, 17, 99}[below(7)]);
      }
    }
    if (one_in(2)) query.put(77, one_in(2) ? word() : "\x01" + word() + "\x01" + word());
    if (one_in(2)) {
      query.octet(97).octet(17).octet(0);
      for (const int octet : {0xcf, 0x2e, 0xd2, 0x6c, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}) {
        query.octet(static_cast<std::uint8_t>(octet));
      }
      query.octet(static_cast<std::uint8_t>(below(4)));
    }
    if (one_in(2))
      query.put(175, {19, 1, 1, static_cast<std::uint8_t>(20 + below(2)), 1, 1, 235, 3, 1, 0, 0});
    if (one_in(2)) {
      query.put(82, {1, 1, static_cast<std::uint8_t>('a' + below(5)), 2, 1,
                     static_cast<std::uint8_t>('a' + below(5))});
      query.at(header::giaddr, 192).at(header::giaddr + 2, 2);
      query.at(header::giaddr + 3, static_cast<std::uint8_t>(1 + below(3)));
    }
    if (one_in(12)) query.at(header::hlen, static_cast<std::uint8_t>(below(4)));
    return query.end();
  }

  void surround(Surroundings& around, std::vector<std::string_view>& classes) {
    static constexpr std::array<std::string_view, 5> words = {"a", "b", "c", "d", "e"};
    for (std::size_t i = below(4); i > 0; --i) classes.push_back(words[below(words.size())]);
    around.client_classes = classes;
    if (!one_in(4)) around.subnet_id = static_cast<std::uint32_t>(1 + below(4));
    around.subnet_prefix = one_in(2) ? "192.0.2.0/24" : "198.51.100.0/24";
    if (one_in(2)) around.shared_network = words[below(words.size())];
    around.now =
        *parse_instant("2026-06-02T00:00:00Z") + std::chrono::hours(below(48)) - std::chrono::hours(24);
  }

 private:
  std::mt19937 random_;
};

const Rule* scan(const RuleSet& set, const Client& client) {
  for (const Rule& rule : set.rules()) {
    if (answers(rule, client)) return &rule;
  }
  return nullptr;
}

TEST(rule_set, answers_as_an_ordered_scan_over_random_rules_and_packets) {
  std::size_t found = 0;
  std::size_t packets = 0;
  for (std::uint32_t seed = 1; seed <= 100; ++seed) {
    RandomWorld world(seed);
    const RuleSet set(rules_of(world.rules(1 + world.below(60))));
    for (int i = 0; i < 150; ++i) {
      const Query query = world.query();
      const Facts facts = read_facts(query.payload());
      Surroundings around;
      std::vector<std::string_view> classes;
      world.surround(around, classes);
      const Client client(facts, around, boot_sign(facts) != BootSign::none);
      const Rule* const wanted = scan(set, client);
      const Rule* const answer = set.find(client);
      ASSERT_EQ(answer, wanted) << "seed " << seed << " packet " << i << ": "
                                << (wanted != nullptr ? canonical_text(*wanted) : "none");
      found += wanted != nullptr ? 1 : 0;
      ++packets;
    }
  }
  // Neither answer is rare, or the test would show nothing.
  EXPECT_GT(found, packets / 5);
  EXPECT_LT(found, packets * 19 / 20);
}

/// How many rules are looked at for one packet.
std::size_t tried(std::span<const Rule> rules, const RuleIndex& index, const Client& client) {
  std::size_t count = 0;
  index.first(client, [&](RuleIndex::Number number) {
    ++count;
    return answers(rules[number], client);
  });
  return count;
}

std::vector<Rule> mixed_rules(std::size_t count) {
  std::string text = "[";
  const auto octet = [](std::size_t number) { return hex(std::string(1, static_cast<char>(number & 255))); };
  for (std::size_t i = 0; i < count; ++i) {
    const std::string mac = "00:16:3e:" + octet(i >> 16) + ":" + octet(i >> 8) + ":" + octet(i);
    std::string match;
    switch (i % 5) {
      case 0:
        match = "\"mac\":\"" + mac + "\"";
        break;
      case 1:
        match = "\"user-class\":\"gPXE\",\"arch\":\"x86-bios\",\"mac\":[\"" + mac + "\"]";
        break;
      case 2:
        match = "\"arch\":\"x86-bios\",\"subnet\":" + std::to_string(1000 + i);
        break;
      case 3:
        match = "\"user-class\":\"gPXE\",\"client-class\":\"rack-" + std::to_string(i) + "\"";
        break;
      default:
        match = "\"arch\":0,\"circuit-id\":\"port-" + std::to_string(i) + "\"";
    }
    text += (i == 0 ? "{\"name\":\"r" : ",{\"name\":\"r") + std::to_string(i) + "\",\"match\":{" + match +
            "},\"boot\":{\"boot-file-name\":\"f\"}}";
  }
  return rules_of(text + "]");
}

TEST(rule_set, many_rules_are_looked_up_and_not_tried) {
  const std::vector<Rule> rules = mixed_rules(10000);
  const RuleIndex index(rules);
  EXPECT_EQ(index.unindexed(), 0u);
  const Query query = gpxe_discover();
  const Facts facts = read_facts(query.payload());
  Surroundings around;
  const std::array<std::string_view, 2> classes = {"ALL", "rack-5003"};
  around.client_classes = classes;
  around.subnet_id = 7;
  const Client client(facts, around, true);
  EXPECT_EQ(tried(rules, index, client), 1u);
  around.client_classes = {};
  EXPECT_EQ(tried(rules, index, client), 0u);
}

TEST(rule_set, the_key_that_fewest_rules_share_is_the_one_looked_up) {
  std::string text = "[";
  for (int i = 0; i < 200; ++i) {
    text += std::string(i == 0 ? "" : ",") + "{\"name\":\"r" + std::to_string(i) +
            "\",\"match\":{\"mac\":\"52:54:00:77:00:01\",\"user-class\":\"u" + std::to_string(i) +
            "\"},\"boot\":{\"pass\":true}}";
  }
  const auto rules = rules_of(text + "]");
  const RuleIndex index(rules);
  const Query query = Query().message(1).put(60, "PXEClient").put(77, "u150").end();
  const Facts facts = read_facts(query.payload());
  const Surroundings around;
  EXPECT_EQ(tried(rules, index, Client(facts, around, true)), 1u);
}

TEST(rule_set, a_bucket_is_left_when_nothing_in_it_can_win) {
  std::string text = R"([{"name":"first","match":{"mac":"52:54:00:77:00:01"},"boot":{"pass":true}})";
  for (int i = 0; i < 100; ++i) {
    text += ",{\"name\":\"r" + std::to_string(i) +
            R"(","match":{"arch":0,"feature":"slam"},"boot":{"pass":true}})";
  }
  const auto rules = rules_of(text + "]");
  const RuleIndex index(rules);
  const Query query = Query().message(1).arch(0).put(60, "PXEClient").end();
  const Facts facts = read_facts(query.payload());
  const Surroundings around;
  EXPECT_EQ(tried(rules, index, Client(facts, around, true)), 1u);
  const Query other = Query({2, 0, 0, 0, 0, 1}).message(1).arch(0).put(60, "PXEClient").end();
  const Facts other_facts = read_facts(other.payload());
  EXPECT_EQ(tried(rules, index, Client(other_facts, around, true)), 100u);
}

TEST(rule_set, rules_without_an_exact_key_are_counted) {
  const RuleSet set(rules_of(R"([
    {"name": "a", "boot": {"pass": true}},
    {"name": "b", "match": {"feature": "http"}, "boot": {"pass": true}},
    {"name": "c", "match": {"vendor-class": "PXE*"}, "boot": {"pass": true}},
    {"name": "d", "match": {"mac": "52:54:*"}, "boot": {"pass": true}},
    {"name": "e", "match": {"not": {"mac": "52:54:00:00:00:01"}}, "boot": {"pass": true}},
    {"name": "f", "match": {"mac": "52:54:00:*"}, "boot": {"pass": true}},
    {"name": "g", "match": {"vendor-class": ["PXE*", "x"]}, "boot": {"pass": true}},
    {"name": "h", "enabled": false, "boot": {"pass": true}}])"));
  EXPECT_EQ(set.unindexed(), 6u);
}

TEST(rule_set, reach_says_what_the_rules_look_at) {
  const auto reach = [](const std::string& rule) {
    return RuleSet(rules_of("[{\"name\":\"r\"," + rule + "}]")).reach();
  };
  const std::string boot = R"("boot":{"boot-file-name":"f"})";
  EXPECT_EQ(reach(boot).messages, message_bit::usual);
  EXPECT_FALSE(reach(boot).any_client || reach(boot).client_classes || reach(boot).network ||
               reach(boot).hostname || reach(boot).clock);
  EXPECT_TRUE(reach(R"("client":"any",)" + boot).any_client);
  EXPECT_TRUE(reach(R"("match":{"not":{"client-class":"x"}},)" + boot).client_classes);
  EXPECT_TRUE(reach(R"("match":{"subnet":1},)" + boot).network);
  EXPECT_TRUE(reach(R"("match":{"shared-network":"x"},)" + boot).network);
  EXPECT_TRUE(reach(R"("not-after":"2026-01-01T00:00:00Z",)" + boot).clock);
  EXPECT_EQ(reach(R"("match":{"message-type":"inform"},)" + boot).messages, message_bit::inform);
  EXPECT_TRUE(reach(R"("boot":{"boot-file-name":"%{subnet}"})").network);
  EXPECT_TRUE(reach(R"("boot":{"boot-file-name":"f","server-hostname":"%{hostname}"})").hostname);
  EXPECT_EQ(reach(R"("enabled":false,)" + boot).messages, 0);
}

}  // namespace
}  // namespace chainload::tests
