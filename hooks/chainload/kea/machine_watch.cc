// SPDX-License-Identifier: MPL-2.0
// Recording a query, and the messages of the loop guard.
#include "machine_watch.h"

#include <random>

#include "core/decide/describe.h"
#include "core/facts/text.h"
#include "log.h"

namespace chainload::kea {
namespace {

using core::machines::Finding;
using core::machines::LoopAction;
using core::machines::Tell;
using core::machines::Verdict;
using core::machines::Visit;

core::machines::HashKey random_key() {
  std::random_device device;
  const auto word = [&] { return std::uint64_t{device()} << 32 | device(); };
  return {word(), word()};
}

/// `subnet 1`
std::string subnet_text(const Visit& visit) {
  return visit.subnet ? "subnet " + std::to_string(*visit.subnet) : "no subnet that is known";
}

std::string file_text(const core::Decision& decision) {
  return core::printable(decision.boot_file_text());
}

}  // namespace

MachineWatch::MachineWatch(Statistics& statistics)
    : statistics_(statistics), table_(random_key(), core::machines::MachineTable::default_capacity) {}

bool MachineWatch::see(const Visit& visit, const core::machines::LoopGuard& guard) {
  const Verdict verdict = table_.record(visit);
  if (guard.action == LoopAction::off) return false;
  const bool is_final = visit.facts.message_type != core::message::discover;
  if (verdict.is_loop() && is_final) statistics_.add(visit.subnet, SubnetCounted::looped);
  if (verdict.finding == Finding::retry && is_final) statistics_.add(visit.subnet, SubnetCounted::retried);
  const bool falls_back = verdict.is_loop() && guard.action == LoopAction::fallback;
  if (verdict.tell != Tell::nothing || verdict.has_released) tell(visit, verdict, falls_back);
  return falls_back;
}

void MachineWatch::note_fallback(const Visit& visit, const core::Decision& given) {
  table_.note_fallback(visit, given);
  statistics_.add(visit.subnet, SubnetCounted::fell_back);
}

void MachineWatch::tell(const Visit& visit, const Verdict& verdict, bool by_fallback) {
  const std::string machine = visit.key.text();
  const std::string now = by_fallback ? "it gets the fallback" : "it gets the same again";
  if (verdict.has_released) {
    LOG_INFO(logger, CHAINLOAD_LOOP_ENDED).arg(machine).arg(subnet_text(visit));
  }
  if (verdict.tell == Tell::nothing) return;
  if (verdict.finding == Finding::loop && verdict.tell == Tell::machine) {
    LOG_WARN(logger, CHAINLOAD_LOOP)
        .arg(machine)
        .arg(core::client_text(visit.decision))
        .arg(file_text(visit.decision))
        .arg(visit.decision.full_name())
        .arg(verdict.rounds)
        .arg(subnet_text(visit))
        .arg(now);
  } else if (verdict.finding == Finding::loop) {
    LOG_WARN(logger, CHAINLOAD_LOOP_MANY).arg(subnet_text(visit)).arg(file_text(visit.decision));
  } else if (verdict.tell == Tell::machine) {
    LOG_INFO(logger, CHAINLOAD_RETRY)
        .arg(machine)
        .arg(core::client_text(visit.decision))
        .arg(file_text(visit.decision))
        .arg(subnet_text(visit));
  } else {
    LOG_WARN(logger, CHAINLOAD_RETRY_MANY)
        .arg(subnet_text(visit))
        .arg(file_text(visit.decision))
        .arg(visit.decision.next_server ? std::string(visit.decision.next_server_text)
                                        : "the server's next-server");
  }
}

}  // namespace chainload::kea
