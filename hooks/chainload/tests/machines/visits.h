// SPDX-License-Identifier: MPL-2.0
// Machines that ask: queries of known programs, decided by a policy and recorded, on clocks that the test
// moves.
#pragma once

#include <gtest/gtest.h>

#include <random>

#include "../policies.h"
#include "../sample_packets.h"
#include "core/decide/decide.h"
#include "core/machines/machine_table.h"

namespace chainload::tests {

using namespace core::machines;
using core::Decision;
using core::Facts;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

using Mac = std::array<std::uint8_t, 6>;
inline constexpr Mac usual_mac = {0x52, 0x54, 0x00, 0x77, 0x00, 0x01};

constexpr Query with_xid(Query query, std::uint32_t xid) {
  for (std::size_t i = 0; i < 4; ++i) {
    query.at(core::header::xid + i, static_cast<std::uint8_t>(xid >> (24 - 8 * i)));
  }
  return query;
}

constexpr Query with_mac(Query query, Mac mac) {
  for (std::size_t i = 0; i < mac.size(); ++i) query.at(core::header::chaddr + i, mac[i]);
  return query;
}

/// The samples begin with option 53.
constexpr Query with_message(Query query, std::uint8_t type) {
  return query.at(core::header::options + 2, type);
}

constexpr Mac mac_of(std::uint32_t number) {
  return {0x02,
          0x10,
          static_cast<std::uint8_t>(number >> 24),
          static_cast<std::uint8_t>(number >> 16),
          static_cast<std::uint8_t>(number >> 8),
          static_cast<std::uint8_t>(number)};
}

/// The firmware given to everyone, also to gPXE: what makes a machine load itself for ever.
inline core::Policy looping_policy() {
  core::ScopeSettings settings = short_form();
  settings.short_form.user_classes = std::vector<std::string>{"nobody"};
  return policy_of(settings);
}

/// A table, a policy and the clocks.
class Room {
 public:
  explicit Room(core::Policy policy, std::size_t capacity = MachineTable::default_capacity)
      : policy_(std::move(policy)), table_(HashKey{1, 2}, capacity) {}

  MachineTable& table() { return table_; }
  Moment now() const { return now_; }
  std::uint64_t policy_number() const { return policy_number_; }
  void pass(std::chrono::milliseconds time) {
    now_.steady += time;
    now_.wall = wall_began_ + std::chrono::floor<seconds>(now_.steady);
  }
  void jump_wall_clock(seconds by) {
    wall_began_ += by;
    now_.wall += by;
  }
  /// As a rule does whose time has come: other answers, the same policy.
  void answer_by(core::Policy policy) { policy_ = std::move(policy); }
  void change_policy(core::Policy policy) {
    answer_by(std::move(policy));
    ++policy_number_;
  }

  Verdict ask(const Query& query, std::optional<std::uint32_t> subnet = 1) {
    const Facts facts = core::read_facts(query.payload());
    const Decision decision = core::decide(facts, {}, policy_);
    return table_.record(
        {machine_key(facts), facts, decision, subnet, query.payload(), policy_number_, now_});
  }

  /// A DISCOVER and its REQUEST, a second apart. The verdict of the REQUEST.
  Verdict round(const Query& discover, std::uint32_t xid, std::optional<std::uint32_t> subnet = 1) {
    ask(with_message(with_xid(discover, xid), core::message::discover), subnet);
    pass(seconds(1));
    return ask(with_message(with_xid(discover, xid), core::message::request), subnet);
  }
  Verdict round(const Query& discover) { return round(discover, next_xid_++); }

  const Machine machine(Mac mac = usual_mac) const {
    const auto report = table_.find(MachineKey::of_address(1, mac));
    EXPECT_TRUE(report);
    return report ? report->machine : Machine();
  }

 private:
  static constexpr core::Instant began = core::Instant(seconds(1'795'300'000));

  core::Policy policy_;
  std::uint64_t policy_number_ = 1;
  MachineTable table_;
  core::Instant wall_began_ = began;
  Moment now_{std::chrono::milliseconds(0), began};
  std::uint32_t next_xid_ = 0x1000;
};

}  // namespace chainload::tests
