// SPDX-License-Identifier: MPL-2.0
// What is remembered of one machine. Advisory: no answer depends on it but the loop guard's, and a server
// that has never heard of the machine decides alike.
#pragma once

#include "history.h"
#include "kept_packet.h"
#include "loop_watch.h"
#include "machine_key.h"

namespace chainload::core::machines {

struct Machine {
  Stage stage = Stage::none;    // of the newest answer
  Stage reached = Stage::none;  // the furthest it has ever got
  ClientKind kind = ClientKind::other;
  std::uint32_t queries = 0;
  std::uint32_t first_stages = 0;   // REQUESTs (and BOOTP queries) given a file in the first stage
  std::uint32_t second_stages = 0;  // … and in the second
  std::optional<std::uint32_t> subnet;
  Instant first_seen{};
  Instant last_seen{};
  Milliseconds last_seen_steady{};
  LoopWatch loop;
  History history;
  KeptPacket packet;
};

/// A copy, for commands.
struct MachineReport {
  MachineKey key;
  Machine machine;
};

/// One decided query of a boot client, or of anyone who was given a boot file.
struct Visit {
  const MachineKey& key;
  const Facts& facts;
  const Decision& decision;
  std::optional<std::uint32_t> subnet;
  Bytes packet;              // the payload that the facts were read from
  std::uint64_t policy = 0;  // of the policy that decided: a number or hash that another policy does not have
  Moment now;
  std::optional<std::uint64_t> hash = {};  // of the key, where the table has told it
};

}  // namespace chainload::core::machines
