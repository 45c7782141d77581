// SPDX-License-Identifier: MPL-2.0
// rules.json: all managed rules at one revision. One JSON map, laid out so that its head can be written last
// and its rules be read without a look at what they say:
//
//   {"format":1,"revision":12,"rules-count":2,"sha256":"…","when":"…","reason":"…","check":"…",      (spaces)
//   "rules":[
//   {"name":"a",…},
//   {"name":"b",…}
//   ]}
//
// The head takes snapshot_head_len octets with its newline. `check` is the SHA-256 of the line before
// `,"check"`; `sha256` is RuleList::digest().
#pragma once

#include <cstdint>

#include "core/rules/rule.h"
#include "core/rules/value.h"
#include "rule_list.h"

namespace chainload::store {

/// Which state of the rules this is, and how it came to be.
struct Stamp {
  std::uint64_t revision = 0;  // 0: nothing was ever saved
  Digest digest = RuleList().digest();
  core::Instant when{};
  std::string reason;
};

inline constexpr std::size_t longest_reason = 255;
inline constexpr std::size_t snapshot_head_len = 2048;
inline constexpr std::size_t longest_snapshot = 36u << 20;

/// The stamp's reason is at most longest_reason long.
std::string snapshot_head(const Stamp& stamp, std::size_t rules_count);
std::string snapshot_body(const RuleList& rules);

struct Snapshot {
  Stamp stamp;
  RuleList rules;
  Digest identity{};  // of the head, and so of the whole: a journal names the snapshot it continues by it
  std::string fault;  // empty: the above is whole
};

Snapshot parse_snapshot(std::string_view text);

/// The members that a head and a journal record have in common:
/// `"revision":…,"sha256":…,"when":…,"reason":…`.
std::string stamp_members(const Stamp& stamp);
/// None when a member is missing or of the wrong kind.
std::optional<Stamp> read_stamp(const core::Value& map);

}  // namespace chainload::store
