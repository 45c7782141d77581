// SPDX-License-Identifier: MPL-2.0
// Which rules can answer a client at all: for each exact value that rules name, the rules to be tried, in
// order. Values are kept by hash alone; a rule found by a false hit is tried and does not match.
#pragma once

#include "client.h"

namespace chainload::core {

/// What a rule can be found by.
enum class IndexKey : std::uint8_t {
  mac,
  uuid,
  circuit_id,
  remote_id,
  mac_prefix,  // the three octets of a maker
  relay,
  subnet_id,
  subnet_prefix,
  client_class,
  shared_network,
  user_class,
  vendor_class,
  arch
};
inline constexpr std::size_t index_keys = 13;

/// Made once for an ordered list of rules, which are named by their number in it.
class RuleIndex {
 public:
  using Number = std::uint32_t;
  static constexpr Number none = 0xffffffff;

  explicit RuleIndex(std::span<const Rule> rules);

  /// The lowest number for which `answers(number)` holds, or none. Each bucket is tried in order, and left as
  /// soon as nothing in it can come before what was found already.
  template <class Answers>
  Number first(const Client& client, Answers&& answers) const {
    Number best = none;
    const auto try_bucket = [&](std::span<const Number> bucket) {
      for (const Number number : bucket) {
        if (number >= best) return;
        if (answers(number)) {
          best = number;
          return;
        }
      }
    };
    each_value(client, [&](IndexKey key, std::uint64_t hash) { try_bucket(bucket_of(key, hash)); });
    try_bucket(unindexed_);
    return best;
  }

  std::size_t unindexed() const { return unindexed_.size(); }

 private:
  struct Slot {
    std::uint64_t hash = 0;  // 0: free
    Number first = 0;        // in numbers_
    Number count = 0;
  };

  static std::uint64_t hash_of(IndexKey key, std::string_view value);
  static std::uint64_t hash_of(IndexKey key, std::uint32_t value);

  bool has(IndexKey key) const { return (keys_ & 1u << static_cast<unsigned>(key)) != 0; }
  std::span<const Number> bucket_of(IndexKey key, std::uint64_t hash) const;

  /// Every value of the client's by which some rule stands in the index.
  template <class Visit>
  void each_value(const Client& client, Visit&& visit) const;

  friend class RuleIndexMaker;

  std::uint32_t keys_ = 0;   // IndexKeys in use, by bit
  std::vector<Slot> slots_;  // a power of two, at most half full
  std::vector<Number> numbers_;
  std::vector<Number> unindexed_;
};

template <class Visit>
void RuleIndex::each_value(const Client& client, Visit&& visit) const {
  if (keys_ == 0) return;
  const auto text = [&](IndexKey key, std::string_view value) {
    if (has(key)) visit(key, hash_of(key, value));
  };
  const auto number = [&](IndexKey key, std::uint32_t value) {
    if (has(key)) visit(key, hash_of(key, value));
  };
  const Facts& facts = client.facts;
  const Surroundings& around = client.around;
  const std::string_view address = as_text(facts.hardware_address);
  if (!address.empty()) text(IndexKey::mac, address);
  if (address.size() >= 3) text(IndexKey::mac_prefix, address.substr(0, 3));
  if (has(IndexKey::uuid)) {
    if (const auto uuid = client.uuid()) text(IndexKey::uuid, as_text(*uuid));
  }
  if (has(IndexKey::circuit_id)) {
    if (const auto value = client.circuit_id()) text(IndexKey::circuit_id, as_text(*value));
  }
  if (has(IndexKey::remote_id)) {
    if (const auto value = client.remote_id()) text(IndexKey::remote_id, as_text(*value));
  }
  if (facts.relay != Ipv4::unset) number(IndexKey::relay, static_cast<std::uint32_t>(facts.relay));
  if (around.subnet_id) {
    number(IndexKey::subnet_id, *around.subnet_id);
    text(IndexKey::subnet_prefix, around.subnet_prefix);
  }
  if (!around.shared_network.empty()) text(IndexKey::shared_network, around.shared_network);
  if (has(IndexKey::client_class)) {
    for (const std::string_view name : around.client_classes) text(IndexKey::client_class, name);
  }
  if (has(IndexKey::user_class) && facts.user_classes) {
    const UserClasses& classes = *facts.user_classes;
    if (classes.is_list) text(IndexKey::user_class, as_text(classes.raw));
    for (const Bytes item : classes.items.kept()) text(IndexKey::user_class, as_text(item));
  }
  if (facts.vendor_class) text(IndexKey::vendor_class, as_text(*facts.vendor_class));
  if (has(IndexKey::arch)) {
    for (const std::uint16_t named : client.architectures.numbers.kept()) {
      number(IndexKey::arch, named);
      if (counted_as(named) != named) number(IndexKey::arch, counted_as(named));
    }
  }
}

}  // namespace chainload::core
