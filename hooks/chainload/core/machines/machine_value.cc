// SPDX-License-Identifier: MPL-2.0
// Words and numbers for commands.
#include "machine_value.h"

#include "core/decide/describe.h"
#include "core/facts/text.h"
#include "core/rules/read_rules.h"

namespace chainload::core::machines {
namespace {

Value text(std::string_view text) {
  return Value(std::string(text));
}

Value number(std::uint64_t count) {
  return Value(static_cast<std::int64_t>(count));
}

Value messages_value(std::uint16_t messages) {
  Value::List names;
  for (std::uint8_t type = 0; type < 16; ++type) {
    if ((messages & message_bit::of(type)) != 0) names.push_back(text(message_name(type)));
  }
  return Value(std::move(names));
}

std::string print_text(Fingerprint print) {
  const std::array<std::uint32_t, 2> halves = {print.program, print.machine};
  std::array<std::uint8_t, 8> octets{};
  for (std::size_t i = 0; i < octets.size(); ++i) {
    octets[i] = static_cast<std::uint8_t>(halves[i / 4] >> (24 - 8 * (i % 4)));
  }
  return hex(octets);
}

std::string xid_text(std::uint32_t xid) {
  std::array<std::uint8_t, 4> octets{};
  for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<std::uint8_t>(xid >> (24 - 8 * i));
  return "0x" + hex(octets);
}

Value answer_value(const Answered& answer) {
  Value::Map map;
  map.push_back({"time", text(instant_text(answer.time))});
  map.push_back({"messages", messages_value(answer.messages)});
  map.push_back({"queries", number(answer.queries)});
  map.push_back({"xid", text(xid_text(answer.xid))});
  map.push_back({"fingerprint", text(print_text(answer.print))});
  map.push_back({"outcome", text(core::name_of(answer.outcome))});
  map.push_back({"rule", text(answer.full_name())});
  map.push_back({"stage", text(machines::name_of(answer.stage))});
  if (answer.next_server) map.push_back({"next-server", text(ipv4_text(*answer.next_server))});
  if (!answer.boot_file.empty()) map.push_back({"boot-file-name", text(printable(answer.boot_file))});
  if (answer.by_fallback) map.push_back({"fallback", Value(true)});
  return Value(std::move(map));
}

Value::Map head(const MachineReport& report, std::uint64_t policy, Milliseconds now) {
  const Machine& machine = report.machine;
  Value::Map map;
  map.push_back({"machine", text(report.key.text())});
  map.push_back({"stage", text(name_of(machine.stage))});
  map.push_back({"client", text(core::name_of(machine.kind))});
  if (machine.subnet) map.push_back({"subnet-id", number(*machine.subnet)});
  map.push_back({"loop", Value(machine.loop.is_looping(policy, now))});
  map.push_back({"last-seen", text(instant_text(machine.last_seen))});
  return map;
}

}  // namespace

Value machine_value(const MachineReport& report, std::uint64_t policy, Milliseconds now) {
  const Machine& machine = report.machine;
  Value::Map map = head(report, policy, now);
  map.push_back({"first-seen", text(instant_text(machine.first_seen))});
  map.push_back({"reached", text(name_of(machine.reached))});
  map.push_back({"queries", number(machine.queries)});
  map.push_back({"first-stages", number(machine.first_stages)});
  map.push_back({"second-stages", number(machine.second_stages)});
  Value::List decisions;
  for (const Answered& answer : machine.history.list()) decisions.push_back(answer_value(answer));
  map.push_back({"decisions", Value(std::move(decisions))});
  const auto packet = machine.packet.octets();
  if (!packet.empty()) map.push_back({"last-packet", text(hex(packet))});
  map.push_back({"last-packet-length", number(machine.packet.original_len())});
  return Value(std::move(map));
}

Value loop_value(const MachineReport& report, std::uint64_t policy, Milliseconds now) {
  Value::Map map = head(report, policy, now);
  map.push_back({"rounds", number(report.machine.loop.rounds())});
  const auto answers = report.machine.history.list();
  if (!answers.empty()) {
    map.push_back({"rule", text(answers.back().full_name())});
    map.push_back({"boot-file-name", text(printable(answers.back().boot_file))});
  }
  return Value(std::move(map));
}

}  // namespace chainload::core::machines
