// SPDX-License-Identifier: MPL-2.0
// Recording one query, and pages for commands.
#include "machine_table.h"

#include <algorithm>
#include <limits>

namespace chainload::core::machines {
namespace {

constexpr std::uint32_t no_subnet = 0;  // subnet ids begin at 1

Round round_of(const Visit& visit, Fingerprint print) {
  Round round;
  round.file = file_id(visit.decision);
  round.print = print;
  round.by_loader = is_network_loader(visit.decision.kind);
  round.is_script = visit.decision.because == Because::user_class_listed;
  round.message_type = visit.facts.message_type;
  round.xid = visit.facts.xid;
  round.policy = visit.policy;
  round.now = visit.now.steady;
  return round;
}

Answered answered(const Visit& visit, const Decision& decision, Fingerprint print) {
  Answered answer;
  answer.time = visit.now.wall;
  answer.messages = message_bit::of(visit.facts.message_type);
  answer.queries = 1;
  answer.xid = visit.facts.xid;
  answer.print = print;
  answer.outcome = decision.outcome;
  answer.because = decision.because;
  answer.stage = stage_of(decision);
  answer.next_server = decision.next_server;
  answer.source = decision.source;
  answer.rule = decision.rule;
  if (decision.has_boot_file) answer.boot_file = decision.boot_file_text();
  return answer;
}

/// A REQUEST, or a query of BOOTP, which knows no other.
bool is_final(const Facts& facts) {
  return facts.message_type == message::request || facts.message_type == message::bootp;
}

void add_one(std::uint32_t& count) {
  if (count < std::numeric_limits<std::uint32_t>::max()) ++count;
}

void update(Machine& machine, const Visit& visit, Stage stage) {
  if (machine.queries == 0) machine.first_seen = visit.now.wall;
  machine.last_seen = visit.now.wall;
  machine.last_seen_steady = visit.now.steady;
  machine.stage = stage;
  machine.reached = std::max(machine.reached, stage);
  machine.kind = visit.decision.kind;
  if (visit.subnet) machine.subnet = visit.subnet;
  add_one(machine.queries);
  if (is_final(visit.facts) && stage == Stage::first) add_one(machine.first_stages);
  if (is_final(visit.facts) && stage == Stage::second) add_one(machine.second_stages);
  machine.packet.keep(visit.packet);
}

/// Has been through a whole boot: invented machines would have to play both stages to their REQUESTs.
bool has_completed_a_boot(const Machine& machine) {
  return machine.second_stages > 0 && machine.first_stages + machine.second_stages > 1;
}

}  // namespace

MachineTable::MachineTable(HashKey secret, std::size_t capacity)
    : capacity_(std::clamp(capacity, least_capacity, most_capacity) / shard_count * shard_count),
      hash_(secret) {
  for (std::size_t i = 0; i < shard_count; ++i) {
    shards_.push_back(std::make_unique<LockedShard>(capacity_ / shard_count));
  }
}

MachineTable::~MachineTable() = default;

Verdict MachineTable::record(const Visit& visit) {
  if (visit.key.is_none()) return {};
  const Fingerprint print = fingerprint(visit.facts);
  const Round round = round_of(visit, print);
  const Answered answer = answered(visit, visit.decision, print);
  const std::uint64_t hash = visit.hash ? *visit.hash : hash_of(visit.key);
  Found found;
  {
    LockedShard& shard = shard_of(hash);
    const std::lock_guard lock(shard.mutex);
    Machine& machine = shard.machines.touch(visit.key, rest_of(hash));
    update(machine, visit, answer.stage);
    machine.history.add(answer);
    found = machine.loop.see(round);
    if (has_completed_a_boot(machine)) shard.machines.protect(visit.key, rest_of(hash));
    if (found.finding == Finding::loop || found.has_released) {
      shard.machines.set_looping(visit.key, rest_of(hash),
                                 machine.loop.is_looping(visit.policy, visit.now.steady));
    }
  }
  return verdict(visit, found, hash);
}

Verdict MachineTable::verdict(const Visit& visit, const Found& found, std::uint64_t hash) {
  Verdict verdict{found.finding, Tell::nothing, found.has_released, found.rounds};
  const bool is_loop = found.finding == Finding::loop;
  if (is_loop || found.finding == Finding::retry) {
    verdict.tell =
        crowd_.add(visit.subnet.value_or(no_subnet),
                   is_loop ? CrowdWatch::Trouble::loop : CrowdWatch::Trouble::retry, hash, visit.now.steady);
    if (verdict.tell == Tell::machine && !found.is_new) verdict.tell = Tell::nothing;
  }
  return verdict;
}

void MachineTable::note_fallback(const Visit& visit, const Decision& given) {
  Answered answer = answered(visit, given, fingerprint(visit.facts));
  answer.by_fallback = true;
  const std::uint64_t hash = hash_of(visit.key);
  LockedShard& shard = shard_of(hash);
  const std::lock_guard lock(shard.mutex);
  if (Machine* const machine = shard.machines.find(visit.key, rest_of(hash))) machine->history.add(answer);
}

std::optional<MachineReport> MachineTable::find(const MachineKey& key) const {
  const std::uint64_t hash = hash_of(key);
  LockedShard& shard = shard_of(hash);
  const std::lock_guard lock(shard.mutex);
  const Machine* const machine = shard.machines.find(key, rest_of(hash));
  if (machine == nullptr) return std::nullopt;
  return MachineReport{key, *machine};
}

std::vector<MachineKey> MachineTable::keys_after(const MachineKey& from, std::size_t limit,
                                                 bool only_looping) const {
  std::vector<MachineKey> keys;  // a heap, the last of the page on top, once there are enough
  if (limit == 0) return keys;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    shard->machines.each_key(only_looping, [&](const MachineKey& key) {
      if (!from.is_none() && key <= from) return;
      if (keys.size() == limit) {
        if (key >= keys.front()) return;
        std::pop_heap(keys.begin(), keys.end());
        keys.pop_back();
      }
      keys.push_back(key);
      std::push_heap(keys.begin(), keys.end());
    });
  }
  std::sort_heap(keys.begin(), keys.end());
  return keys;
}

std::vector<MachineReport> MachineTable::page(const MachineKey& from, std::size_t limit) const {
  std::vector<MachineReport> reports;
  for (const MachineKey& key : keys_after(from, limit, false)) {
    if (auto report = find(key)) reports.push_back(std::move(*report));
  }
  return reports;
}

std::vector<MachineReport> MachineTable::looping(const MachineKey& from, std::size_t limit,
                                                 std::uint64_t policy, Milliseconds now) const {
  std::vector<MachineReport> reports;
  for (const MachineKey& key : keys_after(from, capacity_, true)) {
    if (reports.size() == limit) break;
    auto report = find(key);
    if (report && report->machine.loop.is_looping(policy, now)) reports.push_back(std::move(*report));
  }
  return reports;
}

std::size_t MachineTable::release(const MachineKey& key, bool dry_run) {
  const std::uint64_t hash = hash_of(key);
  LockedShard& shard = shard_of(hash);
  const std::lock_guard lock(shard.mutex);
  Machine* const machine = shard.machines.find(key, rest_of(hash));
  if (machine == nullptr) return 0;
  const bool was_looping = machine->loop.has_looped();
  if (dry_run) return was_looping ? 1 : 0;
  machine->loop.release();
  shard.machines.set_looping(key, rest_of(hash), false);
  return was_looping ? 1 : 0;
}

std::size_t MachineTable::release_all(bool dry_run) {
  std::size_t count = 0;
  for (const MachineKey& key : keys_after({}, capacity_, true)) count += release(key, dry_run);
  return count;
}

std::size_t MachineTable::size() const {
  std::size_t size = 0;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    size += shard->machines.size();
  }
  return size;
}

std::size_t MachineTable::evicted() const {
  std::size_t evicted = 0;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    evicted += shard->machines.evicted();
  }
  return evicted;
}

bool is_worth_recording(const Decision& decision) {
  return decision.concerns_boot_client() || decision.outcome != Outcome::left_alone;
}

}  // namespace chainload::core::machines
