// SPDX-License-Identifier: MPL-2.0
// Making the index: first every value is counted, then each rule is put under that of its keys which fewest
// others share.
#include "rule_index.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

namespace chainload::core {
namespace {

/// Mixes all bits of a word into all others.
constexpr std::uint64_t mixed(std::uint64_t word) {
  word ^= word >> 32;
  word *= 0xd6e8feb86659fd93;
  word ^= word >> 32;
  word *= 0xd6e8feb86659fd93;
  word ^= word >> 32;
  return word;
}

constexpr std::uint64_t start_of(IndexKey key) {
  return mixed(0x9e3779b97f4a7c15 * (static_cast<std::uint64_t>(key) + 1));
}

constexpr auto starts = [] {
  std::array<std::uint64_t, index_keys> each{};
  for (std::size_t i = 0; i < each.size(); ++i) each[i] = start_of(static_cast<IndexKey>(i));
  return each;
}();

/// 0 marks a free slot.
constexpr std::uint64_t never_zero(std::uint64_t hash) {
  return hash == 0 ? 1 : hash;
}

}  // namespace

std::uint64_t RuleIndex::hash_of(IndexKey key, std::uint32_t value) {
  return never_zero(mixed(starts[static_cast<std::size_t>(key)] ^ value));
}

std::uint64_t RuleIndex::hash_of(IndexKey key, std::string_view value) {
  std::uint64_t hash = starts[static_cast<std::size_t>(key)] ^ value.size();
  while (!value.empty()) {
    std::uint64_t word = 0;
    const std::size_t len = std::min(value.size(), sizeof word);
    std::memcpy(&word, value.data(), len);
    hash = mixed(hash ^ word);
    value.remove_prefix(len);
  }
  return never_zero(hash);
}

std::span<const RuleIndex::Number> RuleIndex::bucket_of(IndexKey key, std::uint64_t hash) const {
  if (!has(key)) return {};
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.hash == hash) return std::span(numbers_).subspan(slot.first, slot.count);
    if (slot.hash == 0) return {};
  }
}

/// The state of making an index.
class RuleIndexMaker {
 public:
  using Number = RuleIndex::Number;

  struct Entry {
    IndexKey key;
    std::uint64_t hash;
  };
  /// The values of one condition, under each of which the rule must stand.
  using Entries = std::vector<Entry>;

  RuleIndexMaker(std::span<const Rule> rules, RuleIndex& index) : index_(index) {
    for (const Rule& rule : rules) {
      if (rule.enabled) each_choice(rule, [&](const Entries& entries) { count(entries); });
    }
    std::vector<std::pair<std::uint64_t, Number>> placed;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      if (rules[i].enabled) place(rules[i], static_cast<Number>(i), placed);
    }
    fill(placed);
  }

 private:
  /// Calls `visit` with the entries of each way in which the rule could be indexed, the most telling keys
  /// first.
  template <class Visit>
  static void each_choice(const Rule& rule, Visit&& visit) {
    for (const Condition& condition : rule.match.conditions) {
      const Entries entries = entries_of(condition);
      if (entries.empty()) continue;
      if (!condition.all) {
        visit(entries);
        continue;
      }
      for (const Entry& entry : entries) visit(Entries{entry});  // all must be there: any one finds the rule
    }
  }

  static void add(Entries& entries, IndexKey key, std::string_view value) {
    entries.push_back({key, RuleIndex::hash_of(key, value)});
  }

  /// Empty when a client could satisfy the condition without having one of its exact values.
  static Entries entries_of(const Condition& condition) {
    Entries entries;
    const auto texts = [&](IndexKey key) {
      if (condition.patterns.empty() || condition.all) {
        for (const std::string& exact : condition.exact) add(entries, key, exact);
      }
    };
    const auto numbers = [&](IndexKey key) {
      for (const std::uint32_t number : condition.numbers) {
        entries.push_back({key, RuleIndex::hash_of(key, number)});
      }
    };
    switch (condition.key) {
      case MatchKey::mac:
        for (const std::string& prefix : condition.patterns) {
          if (prefix.size() < 3) return {};
          add(entries, IndexKey::mac_prefix, std::string_view(prefix).substr(0, 3));
        }
        for (const std::string& exact : condition.exact) add(entries, IndexKey::mac, exact);
        break;
      case MatchKey::uuid:
        texts(IndexKey::uuid);
        break;
      case MatchKey::circuit_id:
        texts(IndexKey::circuit_id);
        break;
      case MatchKey::remote_id:
        texts(IndexKey::remote_id);
        break;
      case MatchKey::relay:
        numbers(IndexKey::relay);
        break;
      case MatchKey::subnet:
        numbers(IndexKey::subnet_id);
        texts(IndexKey::subnet_prefix);
        break;
      case MatchKey::client_class:
        texts(IndexKey::client_class);
        break;
      case MatchKey::shared_network:
        texts(IndexKey::shared_network);
        break;
      case MatchKey::user_class:
        texts(IndexKey::user_class);
        break;
      case MatchKey::vendor_class:
        texts(IndexKey::vendor_class);
        break;
      case MatchKey::arch:
        numbers(IndexKey::arch);
        break;
      case MatchKey::message_type:
      case MatchKey::feature:
        break;
    }
    return entries;
  }

  void count(const Entries& entries) {
    for (const Entry& entry : entries) ++counts_[entry.hash];
  }

  /// How many rules share the most crowded of these values.
  std::size_t crowd(const Entries& entries) const {
    std::size_t most = 0;
    for (const Entry& entry : entries) most = std::max<std::size_t>(most, counts_.at(entry.hash));
    return most;
  }

  void place(const Rule& rule, Number number, std::vector<std::pair<std::uint64_t, Number>>& placed) {
    Entries best;
    std::size_t best_crowd = 0;
    each_choice(rule, [&](const Entries& entries) {
      const std::size_t crowded = crowd(entries);
      const bool better = best.empty() || crowded < best_crowd ||
                          (crowded == best_crowd && entries.front().key < best.front().key);
      if (!better) return;
      best = entries;
      best_crowd = crowded;
    });
    if (best.empty()) {
      index_.unindexed_.push_back(number);
      return;
    }
    for (const Entry& entry : best) {
      placed.emplace_back(entry.hash, number);
      index_.keys_ |= 1u << static_cast<unsigned>(entry.key);
    }
  }

  /// Buckets lie one after the other, each in rule order.
  void fill(std::vector<std::pair<std::uint64_t, Number>>& placed) {
    if (placed.empty()) return;
    std::sort(placed.begin(), placed.end());
    placed.erase(std::unique(placed.begin(), placed.end()), placed.end());
    std::size_t capacity = 16;
    while (capacity < placed.size() * 2) capacity *= 2;
    index_.slots_.resize(capacity);
    index_.numbers_.reserve(placed.size());
    for (std::size_t from = 0; from < placed.size();) {
      const std::uint64_t hash = placed[from].first;
      std::size_t at = hash & (capacity - 1);
      while (index_.slots_[at].hash != 0) at = (at + 1) & (capacity - 1);
      RuleIndex::Slot& slot = index_.slots_[at];
      slot.hash = hash;
      slot.first = static_cast<Number>(index_.numbers_.size());
      for (; from < placed.size() && placed[from].first == hash; ++from) {
        index_.numbers_.push_back(placed[from].second);
      }
      slot.count = static_cast<Number>(index_.numbers_.size()) - slot.first;
    }
  }

  RuleIndex& index_;
  std::unordered_map<std::uint64_t, Number> counts_;
};

RuleIndex::RuleIndex(std::span<const Rule> rules) {
  RuleIndexMaker(rules, *this);
}

}  // namespace chainload::core
