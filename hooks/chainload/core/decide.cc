// SPDX-License-Identifier: MPL-2.0
// The built-in table, row by row. The trace is written by the very code that decides.
#include "decide.h"

#include "describe.h"
#include "reply_limits.h"
#include "text.h"

namespace chainload::core {
namespace {

/// Notes what was tried, when somebody asked.
class Notes {
 public:
  explicit Notes(Trace* trace) : trace_(trace) {}

  template <class Why>
  void note(std::string_view rule, bool matched, Why&& why) {
    if (trace_) trace_->push_back({rule, matched, why()});
  }
  bool wanted() const { return trace_ != nullptr; }

 private:
  Trace* trace_;
};

bool is_boot_message(std::uint8_t type) {
  return type == message::discover || type == message::request || type == message::bootp;
}

Decision left_alone(Decision decision, std::string_view rule, Because because, Notes& notes) {
  decision.outcome = Outcome::left_alone;
  decision.rule = rule;
  decision.because = because;
  notes.note(rule, true, [&] { return because_text(decision); });
  return decision;
}

/// A row that names a file: given, unless it does not fit this client.
Decision given(Decision decision, std::string_view rule, Because because, std::string_view boot_file,
               const Policy& policy, Notes& notes) {
  decision.rule = rule;
  decision.because = because;
  decision.boot_file = boot_file;
  decision.next_server = policy.next_server;
  decision.next_server_text = policy.next_server_text;
  const auto numbers = decision.client.numbers.kept();
  const std::uint16_t read_as = numbers.empty() ? architecture_count : numbers.front();
  const bool fits = boot_file.size() <= longest_boot_file(decision.kind, read_as);
  decision.outcome = fits ? Outcome::boot : Outcome::refused;
  notes.note(rule, true, [&] { return because_text(decision); });
  return decision;
}

std::string user_class_mismatch(const Facts& facts, const Policy& policy) {
  std::string listed;
  for (const std::string& name : policy.user_classes) {
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
std::optional<std::uint16_t> served_architecture(const ClientArchitectures& client, const Policy& policy) {
  for (const std::uint16_t number : client.numbers.kept()) {
    if (const auto row = policy.firmware_row(number)) return row;
  }
  return std::nullopt;
}

}  // namespace

Decision decide(const Facts& facts, const Policy& policy, Trace* trace) {
  Notes notes(trace);
  Decision decision;

  if (!facts.is_readable_request()) {
    return left_alone(decision, "built-in/not-a-request", Because::not_a_request, notes);
  }
  if (!is_boot_message(facts.message_type)) {
    return left_alone(decision, "built-in/other-message", Because::other_message, notes);
  }
  if (boot_sign(facts) == BootSign::none) {
    return left_alone(decision, "built-in/not-a-boot-client", Because::not_a_boot_client, notes);
  }
  decision.kind = client_kind(facts);
  decision.client = client_architectures(facts);
  if (!policy.enabled) return left_alone(decision, "built-in/switched-off", Because::switched_off, notes);

  constexpr std::string_view script_rule = "built-in/script";
  if (facts.user_classes && policy.lists_user_class(*facts.user_classes, decision.user_class)) {
    return given(decision, script_rule, Because::user_class_listed, policy.script, policy, notes);
  }
  notes.note(script_rule, false, [&] { return user_class_mismatch(facts, policy); });

  constexpr std::string_view raspberry_pi_rule = "built-in/raspberry-pi";
  if (is_raspberry_pi_rom(facts, decision.client)) {
    return left_alone(decision, raspberry_pi_rule, Because::raspberry_pi, notes);
  }
  notes.note(raspberry_pi_rule, false, [] { return std::string("it is not a Raspberry Pi's ROM"); });

  const auto row = served_architecture(decision.client, policy);
  if (notes.wanted()) {
    for (std::uint16_t i = 0; i < architecture_count; ++i) {
      if (policy.firmware[i].empty() || i == row) continue;
      notes.note(architecture_rule(i), false, [&] { return architectures_mismatch(decision.client); });
    }
  }
  if (row) {
    decision.architecture = *row;
    return given(decision, architecture_rule(*row), Because::architecture_served, policy.firmware[*row],
                 policy, notes);
  }
  const Because missing =
      decision.client.numbers.empty() ? Because::architecture_not_known : Because::architecture_not_served;
  return left_alone(decision, "built-in/no-firmware", missing, notes);
}

}  // namespace chainload::core
