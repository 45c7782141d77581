// SPDX-License-Identifier: MPL-2.0
// Real packets from a collection beside the source tree, one JSON object a line, where there is one: every
// one is read and decided, whole and cut at every octet.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "core/decide/decide.h"
#include "core/facts/compose.h"
#include "policies.h"

namespace chainload::tests {
namespace {

using namespace core;

/// The string value of a key in one flat JSON line; the values looked up hold no escapes.
std::string value_of(const std::string& line, const std::string& key) {
  const std::string label = "\"" + key + "\": \"";
  const std::size_t start = line.find(label);
  if (start == std::string::npos) return {};
  const std::size_t end = line.find('"', start + label.size());
  return line.substr(start + label.size(), end - start - label.size());
}

struct Packet {
  std::string name;
  std::string role;
  std::string vendor_class;
  std::string user_class_hex;
  std::vector<std::uint8_t> payload;
};

std::vector<Packet> read_corpus() {
  std::ifstream file(CORPUS_FILE);
  std::vector<Packet> packets;
  for (std::string line; std::getline(file, line);) {
    auto payload = parse_hex(value_of(line, "hex"));
    EXPECT_TRUE(payload) << line.substr(0, 80);
    if (!payload) continue;
    packets.push_back({value_of(line, "file"), value_of(line, "role"), value_of(line, "opt60"),
                       value_of(line, "opt77_hex"), std::move(*payload)});
  }
  return packets;
}

TEST(corpus, every_packet_is_decided_as_its_client_type_says) {
  const auto packets = read_corpus();
  const Policy policy = default_policy();
  for (const Packet& packet : packets) {
    const Facts facts = read_facts(packet.payload);
    const Decision decision = decide(facts, {}, policy);
    if (packet.role == "server") {
      EXPECT_EQ(decision.rule, "built-in/not-a-request") << packet.name;
      continue;
    }
    const bool says_pxe = packet.vendor_class.starts_with("PXEClient");
    if (says_pxe && (facts.message_type == message::discover || facts.message_type == message::request)) {
      EXPECT_EQ(decision.outcome, Outcome::boot) << packet.name << ' ' << decision.rule;
    }
    if (!says_pxe && packet.user_class_hex != "69505845" && packet.user_class_hex != "67505845" &&
        facts.architectures.empty()) {
      EXPECT_EQ(decision.outcome, Outcome::left_alone) << packet.name << ' ' << decision.rule;
    }
  }
  RecordProperty("packets", static_cast<int>(packets.size()));
  std::printf("%zu packets in the collection\n", packets.size());
}

TEST(corpus, every_truncation_of_every_packet_is_survived) {
  const Policy policy = default_policy();
  for (const Packet& packet : read_corpus()) {
    for (std::size_t len = 0; len < packet.payload.size(); ++len) {
      const std::vector<std::uint8_t> cut(packet.payload.begin(),
                                          packet.payload.begin() + static_cast<std::ptrdiff_t>(len));
      const Facts facts = read_facts(cut);
      const Decision decision = decide(facts, {}, policy);
      EXPECT_FALSE(decision.rule.empty());
    }
  }
}

}  // namespace
}  // namespace chainload::tests
