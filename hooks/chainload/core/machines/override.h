// SPDX-License-Identifier: MPL-2.0
// `The next boot of this machine gets …`, as it is asked for and as it is kept.
#pragma once

#include <memory>

#include "core/rules/problems.h"
#include "core/rules/value.h"
#include "machine_key.h"
#include "moment.h"

namespace chainload::core::machines {

/// Whose requests it answers.
enum class Addressee : std::uint8_t {
  able,    // who can load it: a URL goes to network loaders and HTTP clients, a file name to everyone
  first,   // boot ROMs: whoever is no network loader
  second,  // network loaders
  any
};

struct OverrideRequest {
  MachineKey target;  // a hardware address or a UUID
  Rule rule;          // its name is the target's text; for boot clients, without a match
  Addressee addressee = Addressee::able;
  std::optional<std::uint32_t> uses;  // boots; absent: any number until it expires
  std::chrono::seconds lifetime = std::chrono::hours(1);
  std::string reason;
  Value boot;   // as written, to be saved
  Value reply;  // null: none
};

inline constexpr std::chrono::seconds longest_lifetime = std::chrono::hours(30 * 24);
inline constexpr std::int64_t most_uses = 1000;

/// From the arguments of a command: `mac` or `uuid`, `boot`, and if wanted `reply`, `for` (able, first,
/// second, any), `uses`, `expires-in` (seconds), `reason`. Nothing when there is a problem.
std::optional<OverrideRequest> read_override(const Value& map, const std::string& path, Problems& problems);

/// Written so that read_override() reads the same.
Value override_value(const OverrideRequest& request);

/// In force; never changed.
struct Override {
  OverrideRequest asked;
  std::uint64_t serial = 0;  // no other one has ever had it
  Moment set;
  Milliseconds expires{};  // steady: this decides
  Instant expires_wall{};  // for after a restart of the machine
};

}  // namespace chainload::core::machines
