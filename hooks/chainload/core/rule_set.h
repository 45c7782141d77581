// SPDX-License-Identifier: MPL-2.0
// An ordered list of rules, compiled: each rule stands in the index under its most selective exact key, so
// that the cost of a packet does not grow with the number of rules. The answer is that of an ordered scan.
#pragma once

#include <memory>
#include <span>

#include "boot_client.h"
#include "rule.h"
#include "surroundings.h"

namespace chainload::core {

/// A client as rules see it: what it says, what the server knows, and what follows from the two.
struct Client {
  const Facts& facts;
  const Surroundings& around;
  bool is_boot_client = false;
  ClientKind kind = ClientKind::other;  // for boot clients
  ClientArchitectures architectures;
  std::optional<Bytes> circuit_id;  // sub-options of option 82
  std::optional<Bytes> remote_id;
};

Client client_of(const Facts& facts, const Surroundings& around);

/// Whether the rule answers this client: enabled, in time, its kind of client and message, and its match.
bool answers(const Rule& rule, const Client& client);

/// Why it does not: the first thing that fails, and the value seen. Empty when it answers.
std::string why_not(const Rule& rule, const Client& client);

/// What its conditions were, when it answers.
std::string why(const Rule& rule, const Client& client);

class RuleSet {
 public:
  explicit RuleSet(std::vector<Rule> rules);
  RuleSet(const RuleSet&) = delete;
  RuleSet& operator=(const RuleSet&) = delete;
  ~RuleSet();

  /// The first rule that answers, or null.
  const Rule* find(const Client& client) const;

  std::span<const Rule> rules() const { return rules_; }
  const Reach& reach() const { return reach_; }

  /// Rules that no exact key selects: each is tried for each packet.
  std::size_t unindexed() const;

 private:
  class Index;

  std::vector<Rule> rules_;
  std::unique_ptr<const Index> index_;
  Reach reach_;
};

}  // namespace chainload::core
