// SPDX-License-Identifier: MPL-2.0
// The managed rules in order, as text. Copies share what they have in common, so that a change and the
// keeping of the list before it cost little however long the list is. The list is cut into chunks by the
// content of the rules alone: equal lists have equal chunks and therefore equal hashes, whatever their
// history.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/rules/rule_tally.h"
#include "sha256.h"

namespace chainload::store {

inline constexpr std::size_t most_rules = 200000;

struct StoredRule {
  std::string name;
  std::string json;               // canonical
  Digest digest{};                // of json
  core::Instant since{};          // in the list as it is since then; the epoch: it was read from disk
  mutable core::RuleTally tally;  // of its compiled copies
};
using StoredRulePtr = std::shared_ptr<const StoredRule>;

StoredRulePtr make_stored_rule(std::string name, std::string json, core::Instant since = {});

/// One rule taken away, put in, or exchanged, at a place of the list.
struct Edit {
  std::size_t at = 0;
  bool removes = false;    // the rule at `at`
  StoredRulePtr inserted;  // before the rule that is then at `at`; may be null
};

class RuleList {
 public:
  RuleList() = default;
  explicit RuleList(const std::vector<StoredRulePtr>& rules);

  std::size_t size() const { return size_; }
  std::size_t text_len() const { return text_len_; }  // of all rules together
  const StoredRulePtr& operator[](std::size_t index) const;
  std::optional<std::size_t> find(std::string_view name) const;
  std::vector<StoredRulePtr> all() const;

  /// Whether the edit's place exists.
  bool fits(const Edit& edit) const;
  void apply(const Edit& edit);

  /// Of order and content.
  Digest digest() const;

  template <class Visit>
  void each(Visit&& visit) const {
    for (const auto& chunk : chunks_) {
      for (const StoredRulePtr& rule : chunk->rules) visit(*rule);
    }
  }

 private:
  struct Chunk {
    std::vector<StoredRulePtr> rules;
    std::vector<std::size_t> name_hashes;
    Digest digest;
    std::size_t text_len = 0;
  };
  using ChunkPtr = std::shared_ptr<const Chunk>;
  struct Position {
    std::size_t chunk = 0;
    std::size_t offset = 0;
  };

  static ChunkPtr make_chunk(std::vector<StoredRulePtr> rules);
  static std::vector<ChunkPtr> cut(const std::vector<StoredRulePtr>& rules);
  Position position_of(std::size_t index) const;

  std::vector<ChunkPtr> chunks_;  // none is empty
  std::size_t size_ = 0;
  std::size_t text_len_ = 0;
};

}  // namespace chainload::store
