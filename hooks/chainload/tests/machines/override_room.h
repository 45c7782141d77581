// SPDX-License-Identifier: MPL-2.0
// Overrides with a store that the test can lose, on clocks that it moves.
#pragma once

#include "../rules_of.h"
#include "core/machines/overrides.h"

namespace chainload::tests {

using namespace core::machines;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

inline OverrideRequest request_of(std::string_view json) {
  core::Problems problems;
  auto request = read_override(value_of(json), "", problems);
  EXPECT_TRUE(request) << problems.text();
  return request.value_or(OverrideRequest());
}

/// What is wrong with these arguments, without the places.
inline std::string problem_of(std::string_view json) {
  core::Problems problems;
  EXPECT_FALSE(read_override(value_of(json), "", problems));
  std::string text;
  for (const core::Problem& problem : problems.list()) text += problem.path + ": " + problem.sentence + "\n";
  return text;
}

inline const std::string usual_override =
    R"({"mac": "52:54:00:77:00:01", "boot": {"boot-file-name": "http://192.0.2.10/install"}, "uses": 1})";

inline core::machines::MachineKey usual_machine() {
  return read_machine_key("52:54:00:77:00:01");
}

class OverrideRoom {
 public:
  explicit OverrideRoom(std::string boot_id = "boot-1") { start(std::move(boot_id)); }

  Overrides& overrides() { return *overrides_; }
  std::vector<core::Value>& saved() { return saved_; }
  Moment now() const { return now_; }

  void pass(std::chrono::milliseconds time) {
    now_.steady += time;
    now_.wall += std::chrono::duration_cast<seconds>(time);
  }
  void jump_wall_clock(seconds by) { now_.wall += by; }

  /// As a command does it: prepared, saved, committed.
  void set(std::string_view json) {
    std::string sentence;
    const auto change = overrides().prepare_set(request_of(json), now_, sentence);
    ASSERT_TRUE(change) << sentence;
    saved_.push_back(change->record);
    overrides().commit(*change);
  }

  std::shared_ptr<const Override> find(core::ClientKind kind = core::ClientKind::gpxe) {
    const MachineKey key = usual_machine();
    return overrides().find({key, {}, true, kind}, now_.steady);
  }

  /// One query: whether the override answered it. The record is written first, or lost.
  bool ask(bool is_written = true) {
    const auto found = find();
    if (!found) return false;
    const core::Value record = overrides().begin_boot(*found, now_);
    if (is_written && !record.is(core::Value::Kind::null)) saved_.push_back(record);
    return true;
  }

  OverrideStanding standing() {
    const auto report = overrides().report(usual_machine(), now_.steady);
    EXPECT_TRUE(report);
    return report ? report->standing : OverrideStanding::expired;
  }

  /// The server goes away and comes back; another boot id means that its machine did.
  Restored restart(bool in_order, const std::string& boot_id = "boot-1") {
    if (boot_id != boot_id_) now_.steady = seconds(30);
    start(boot_id);
    return overrides().restore(saved_, {now_, in_order});
  }

 private:
  void start(std::string boot_id) {
    boot_id_ = boot_id;
    overrides_ = std::make_unique<Overrides>(std::move(boot_id));
  }

  std::string boot_id_;
  std::unique_ptr<Overrides> overrides_;
  std::vector<core::Value> saved_;
  Moment now_{hours(100), core::Instant(seconds(1'795'300'000))};
};

}  // namespace chainload::tests
