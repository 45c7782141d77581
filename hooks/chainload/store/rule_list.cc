// SPDX-License-Identifier: MPL-2.0
// Cutting into chunks. A rule whose digest begins with a zero octet ends its chunk: 256 rules on average.
#include "rule_list.h"

#include <utility>

namespace chainload::store {
namespace {

bool ends_chunk(const StoredRule& rule) {
  return rule.digest[0] == 0;
}

// What is hashed begins with what it is, so that no rule's text can pass for a list of digests.
constexpr std::string_view rule_mark = "rule\n";
constexpr std::string_view chunk_mark = "chunk\n";
constexpr std::string_view list_mark = "list\n";

}  // namespace

StoredRulePtr make_stored_rule(std::string name, std::string json, core::Instant since) {
  const auto stored = std::make_shared<StoredRule>();
  stored->digest = sha256(std::string(rule_mark) + json);
  stored->name = std::move(name);
  stored->json = std::move(json);
  stored->since = since;
  return stored;
}

RuleList::RuleList(const std::vector<StoredRulePtr>& rules) : chunks_(cut(rules)), size_(rules.size()) {
  for (const ChunkPtr& chunk : chunks_) text_len_ += chunk->text_len;
}

RuleList::ChunkPtr RuleList::make_chunk(std::vector<StoredRulePtr> rules) {
  auto chunk = std::make_shared<Chunk>();
  std::string digests(chunk_mark);
  chunk->name_hashes.reserve(rules.size());
  for (const StoredRulePtr& rule : rules) {
    chunk->name_hashes.push_back(std::hash<std::string_view>()(rule->name));
    chunk->text_len += rule->json.size();
    digests += as_text(rule->digest);
  }
  chunk->digest = sha256(digests);
  chunk->rules = std::move(rules);
  return chunk;
}

std::vector<RuleList::ChunkPtr> RuleList::cut(const std::vector<StoredRulePtr>& rules) {
  std::vector<ChunkPtr> chunks;
  std::vector<StoredRulePtr> part;
  for (const StoredRulePtr& rule : rules) {
    part.push_back(rule);
    if (ends_chunk(*rule)) chunks.push_back(make_chunk(std::exchange(part, {})));
  }
  if (!part.empty()) chunks.push_back(make_chunk(std::move(part)));
  return chunks;
}

std::vector<StoredRulePtr> RuleList::all() const {
  std::vector<StoredRulePtr> all;
  all.reserve(size_);
  for (const ChunkPtr& chunk : chunks_) all.insert(all.end(), chunk->rules.begin(), chunk->rules.end());
  return all;
}

/// Behind the last rule: behind the last of the last chunk.
RuleList::Position RuleList::position_of(std::size_t index) const {
  Position position{0, index};
  while (position.chunk + 1 < chunks_.size() && position.offset >= chunks_[position.chunk]->rules.size()) {
    position.offset -= chunks_[position.chunk]->rules.size();
    ++position.chunk;
  }
  return position;
}

const StoredRulePtr& RuleList::operator[](std::size_t index) const {
  const Position position = position_of(index);
  return chunks_[position.chunk]->rules[position.offset];
}

std::optional<std::size_t> RuleList::find(std::string_view name) const {
  const std::size_t hash = std::hash<std::string_view>()(name);
  std::size_t before = 0;
  for (const ChunkPtr& chunk : chunks_) {
    for (std::size_t i = 0; i < chunk->name_hashes.size(); ++i) {
      if (chunk->name_hashes[i] == hash && chunk->rules[i]->name == name) return before + i;
    }
    before += chunk->rules.size();
  }
  return std::nullopt;
}

bool RuleList::fits(const Edit& edit) const {
  return edit.removes ? edit.at < size_ : edit.at <= size_;
}

void RuleList::apply(const Edit& edit) {
  const Position position = position_of(edit.at);
  const std::size_t first = position.chunk;
  std::size_t last = first;  // behind the chunks that are cut anew
  std::vector<StoredRulePtr> rules;
  const auto take_chunk = [&] {
    const Chunk& chunk = *chunks_[last++];
    rules.insert(rules.end(), chunk.rules.begin(), chunk.rules.end());
    text_len_ -= chunk.text_len;
  };
  if (first < chunks_.size()) take_chunk();
  const auto at = rules.begin() + static_cast<std::ptrdiff_t>(position.offset);
  if (edit.removes && edit.inserted) {
    *at = edit.inserted;
  } else if (edit.removes) {
    rules.erase(at);
  } else if (edit.inserted) {
    rules.insert(at, edit.inserted);
  }
  // The rule that ended the chunk may be gone: what follows then belongs to it.
  if ((rules.empty() || !ends_chunk(*rules.back())) && last < chunks_.size()) take_chunk();

  std::vector<ChunkPtr> made = cut(rules);
  for (const ChunkPtr& chunk : made) text_len_ += chunk->text_len;
  const auto begin = chunks_.begin();
  const auto hole =
      chunks_.erase(begin + static_cast<std::ptrdiff_t>(first), begin + static_cast<std::ptrdiff_t>(last));
  chunks_.insert(hole, std::make_move_iterator(made.begin()), std::make_move_iterator(made.end()));
  size_ += (edit.inserted ? 1 : 0);
  size_ -= (edit.removes ? 1 : 0);
}

Digest RuleList::digest() const {
  std::string digests(list_mark);
  digests.reserve(digests.size() + chunks_.size() * sizeof(Digest));
  for (const ChunkPtr& chunk : chunks_) digests += as_text(chunk->digest);
  return sha256(digests);
}

}  // namespace chainload::store
