// SPDX-License-Identifier: MPL-2.0
// The records in which overrides outlive the server: a set, a taking away, the beginning of a boot, and the
// revision that the others begin with.
#pragma once

#include "override.h"

namespace chainload::core::machines::saved {

struct Set {
  std::shared_ptr<const Override> what;
  std::uint32_t used = 0;
  std::optional<Milliseconds> boot_began;  // steady, with boot_id
  std::string boot_id;                     // of the kernel whose steady clock is meant
  std::string doubt;
};

struct Boot {
  MachineKey target;
  std::uint64_t serial = 0;
  std::uint32_t used = 0;  // with this one
  Milliseconds began{};
  std::string boot_id;
};

Value set_record(const Set& set);
Value del_record(const MachineKey& target, std::uint64_t serial);
/// How many sets and takings away there have been, of whatever became of them.
Value revision_record(std::uint64_t revision);
Value boot_record(const Boot& boot);

enum class Kind : std::uint8_t { unknown, set, del, boot, revision };
Kind kind_of(const Value& record);

/// Nothing, and a problem, where a record does not hold what set_record() writes.
std::optional<Set> read_set(const Value& record, const std::string& path, Problems& problems);
std::optional<Boot> read_boot(const Value& record);
struct Del {
  MachineKey target;  // none: this is no such record
  std::uint64_t serial = 0;
};
Del read_del(const Value& record);
std::optional<std::uint64_t> read_revision(const Value& record);

}  // namespace chainload::core::machines::saved
