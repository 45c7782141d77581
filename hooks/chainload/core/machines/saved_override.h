// SPDX-License-Identifier: MPL-2.0
// The records in which overrides outlive the server: a set, a taking away, the beginning of a boot.
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
Value del_record(const MachineKey& target);
Value boot_record(const Boot& boot);

enum class Kind : std::uint8_t { unknown, set, del, boot };
Kind kind_of(const Value& record);

/// Nothing, and a problem, where a record does not hold what set_record() writes.
std::optional<Set> read_set(const Value& record, const std::string& path, Problems& problems);
std::optional<Boot> read_boot(const Value& record);
/// None when it is none.
MachineKey read_del(const Value& record);

}  // namespace chainload::core::machines::saved
