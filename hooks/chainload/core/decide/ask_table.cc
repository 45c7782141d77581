// SPDX-License-Identifier: MPL-2.0
// Asking a built-in table, row by row.
#include "core/facts/text.h"
#include "decide_parts.h"

namespace chainload::core {
namespace {

std::string user_class_mismatch(const Facts& facts, const BuiltInTable& table) {
  std::string listed;
  for (const std::string& name : *table.user_classes) {
    listed += (listed.empty() ? "" : ", ") + printable(name);
  }
  if (!facts.user_classes) return "it sends no user class (option 77); wanted is one of: " + listed;
  return "its user class is " + printable(facts.user_classes->raw) + "; wanted is one of: " + listed;
}

std::string architectures_mismatch(const ClientArchitectures& client) {
  if (client.numbers.empty()) return "it names no architecture";
  std::string text;
  for (const std::uint16_t number : client.numbers.kept()) {
    text += (text.empty() ? "its architecture is " : ", ") + architecture_text(number);
  }
  return text;
}

/// The first of the client's architectures that has firmware decides.
std::optional<std::uint16_t> served_architecture(const ClientArchitectures& client,
                                                 const BuiltInTable& table) {
  for (const std::uint16_t number : client.numbers.kept()) {
    if (const auto row = table.firmware_row(number)) return row;
  }
  return std::nullopt;
}

void begin(Deciding& now, std::string_view source, std::string_view row, Because because, RuleTally& tally) {
  now.decision.tally = &tally;
  now.decision.source = source;
  now.decision.rule = row;
  now.decision.because = because;
}

bool leave_alone(Deciding& now, std::string_view source, std::string_view row, Because because,
                 RuleTally& tally) {
  begin(now, source, row, because, tally);
  now.decision.outcome = Outcome::left_alone;
  now.note_answer();
  return true;
}

/// A row that names a file: given, unless it does not fit this client.
bool give_row(Deciding& now, const BuiltInTable& table, const Template& file) {
  now.decision.next_server = table.next_server;
  now.decision.next_server_text = table.next_server_text;
  give(now, &file, nullptr);
  now.note_answer();
  return true;
}

/// The rows of firmware that did not answer.
[[gnu::cold, gnu::noinline]] void note_architectures(Deciding& now, const BuiltInTable& table,
                                                     std::string_view source,
                                                     std::optional<std::uint16_t> answered) {
  for (std::uint16_t i = 0; i < architecture_count; ++i) {
    if (!(*table.firmware)[i] || i == answered) continue;
    now.note(source, architecture_rule(i), [&] { return architectures_mismatch(now.client.architectures); });
  }
}

}  // namespace

bool ask_table(Deciding& now, const BuiltInTable* table, std::string_view source) {
  const Client& client = now.client;
  const bool is_usual = (message_bit::of(client.facts.message_type) & message_bit::usual) != 0;
  if (table == nullptr || !client.is_boot_client || !is_usual) return false;
  now.asked_a_table = true;

  if (client.facts.user_classes &&
      table->lists_user_class(*client.facts.user_classes, now.decision.user_class)) {
    RuleTally& tally = table->tallies[TableTallies::script];
    if (!table->script) return leave_alone(now, source, script_row, Because::no_script, tally);
    begin(now, source, script_row, Because::user_class_listed, tally);
    return give_row(now, *table, *table->script);
  }
  now.note(source, script_row, [&] { return user_class_mismatch(client.facts, *table); });

  if (is_raspberry_pi_rom(client.facts, client.architectures)) {
    return leave_alone(now, source, raspberry_pi_row, Because::raspberry_pi,
                       table->tallies[TableTallies::raspberry_pi]);
  }
  now.note(source, raspberry_pi_row, [] { return std::string("it is not a Raspberry Pi's ROM"); });

  const auto row = served_architecture(client.architectures, *table);
  if (now.trace != nullptr) [[unlikely]]
    note_architectures(now, *table, source, row);
  if (!row) return false;
  begin(now, source, architecture_rule(*row), Because::architecture_served, table->tallies[*row]);
  now.decision.architecture = *row;
  return give_row(now, *table, *(*table->firmware)[*row]);
}

}  // namespace chainload::core
