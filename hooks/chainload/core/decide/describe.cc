// SPDX-License-Identifier: MPL-2.0
// The wording of explanations.
#include "describe.h"

#include "core/facts/text.h"
#include "core/match/match.h"

namespace chainload::core {
namespace {

std::string_view source_text(ArchitectureSource source) {
  switch (source) {
    case ArchitectureSource::option_93:
      return "by option 93";
    case ArchitectureSource::option_60:
      return "by option 60, since option 93 says nothing,";
    case ArchitectureSource::bare_pxeclient:
      return "as it says only PXEClient,";
    case ArchitectureSource::unknown:
      break;
  }
  return "as far as is known";
}

}  // namespace

std::string architectures_text(const ClientArchitectures& client) {
  std::string text = std::string(source_text(client.source)) + " its architecture is ";
  std::string_view comma = "";
  for (const std::uint16_t number : client.numbers.kept()) {
    text += std::string(comma) + architecture_text(number);
    comma = ", ";
  }
  if (client.vendor_class_decided_http) text += " (option 60 decided whether it boots by HTTP)";
  return text;
}

std::string_view name_of(Outcome outcome) {
  constexpr std::array<std::string_view, 4> names = {"boot", "left-alone", "denied", "refused"};
  return names[static_cast<std::size_t>(outcome)];
}

std::string client_text(const Decision& decision) {
  std::string text(name_of(decision.kind));
  const auto numbers = decision.client.numbers.kept();
  if (!numbers.empty()) {
    text += ' ';
    text += is_known_architecture(numbers.front()) ? std::string(architecture_name(numbers.front()))
                                                   : "arch-" + std::to_string(numbers.front());
  }
  return text;
}

std::string architecture_text(std::uint16_t number) {
  const std::string name =
      is_known_architecture(number) ? std::string(architecture_name(number)) : "not registered";
  return std::to_string(number) + " (" + name + ")";
}

std::string boot_sign_text(BootSign sign) {
  switch (sign) {
    case BootSign::vendor_class_pxe:
      return "its vendor class (option 60) begins PXEClient";
    case BootSign::vendor_class_http:
      return "its vendor class (option 60) begins HTTPClient";
    case BootSign::user_class_gpxe:
      return "its user class (option 77) names gPXE";
    case BootSign::user_class_ipxe:
      return "its user class (option 77) names iPXE";
    case BootSign::etherboot_options:
      return "its option 175 is a list as gPXE and iPXE send it";
    case BootSign::architecture:
      return "its option 93 names a registered architecture";
    case BootSign::none:
      break;
  }
  return "no option 60 beginning PXEClient or HTTPClient, no gPXE or iPXE in option 77, no option 175 as "
         "gPXE sends "
         "it, no registered architecture in option 93";
}

std::string because_text(const Decision& decision) {
  switch (decision.because) {
    case Because::not_a_request:
      return "it is not a readable BOOTP or DHCP request";
    case Because::other_message:
      return "only DHCPDISCOVER, DHCPREQUEST and BOOTP are answered with a boot file, and others where a "
             "rule names "
             "them";
    case Because::not_a_boot_client:
      return "it is not a boot client: " + boot_sign_text(BootSign::none);
    case Because::switched_off:
      return "enabled is false in its innermost scope, or default-enabled is";
    case Because::rule_matched:
      return "the rule's match holds";
    case Because::no_script:
      return "its user class " + printable(decision.user_class) +
             " is one of user-classes, and no script is given";
    case Because::no_rule:
      return "no rule matches, and there is no built-in table";
    case Because::user_class_listed:
      return "its user class " + printable(decision.user_class) + " is one of user-classes";
    case Because::raspberry_pi:
      return "it is a Raspberry Pi's ROM, which wants files of its own";
    case Because::architecture_served: {
      std::string text = architectures_text(decision.client);
      const auto numbers = decision.client.numbers.kept();
      if (std::find(numbers.begin(), numbers.end(), decision.architecture) == numbers.end()) {
        text += ", which counts as " + architecture_text(decision.architecture);
      }
      return text;
    }
    case Because::architecture_not_known:
      return "neither option 93 nor option 60 says what its architecture is";
    case Because::architecture_not_served:
      return architectures_text(decision.client) + ", for which there is no firmware";
  }
  return {};
}

std::string because_text(const Decision& decision, const Client& client) {
  if (decision.source == override_source) return "an override is set for this machine";
  if (decision.source == loop_guard_source) return "this machine is in a boot loop";
  if (decision.because == Because::rule_matched) return why(*decision.matched, client);
  return because_text(decision);
}

std::string refusal_text(const Decision& decision) {
  const std::string name = decision.refused != nullptr ? in_quotes(decision.refused->text()) : "the name";
  const std::string variable = "%{" + std::string(name_of(decision.refusal.variable)) + "}";
  switch (decision.refusal.refusal) {
    case Refusal::missing:
      return variable + " in " + name + " has no value for this client: give a default, such as %{" +
             std::string(name_of(decision.refusal.variable)) +
             "|unknown}, or match only clients that have one";
    case Refusal::unusable:
      return "the value of " + variable + " in " + name + " holds something that may not stand there";
    case Refusal::too_long: {
      const std::size_t len = decision.boot_file.view().size();
      const std::string most = std::to_string(decision.longest_for_client);
      if (decision.refused != nullptr && decision.refused->is_literal()) {
        return "the name has " + std::to_string(len) + " characters, more than the " + most +
               " that this client can be given";
      }
      return "what comes out of " + name + " is longer than the " + most +
             " characters this client can be given";
    }
    case Refusal::none:
      break;
  }
  return {};
}

std::string decision_text(const Facts& facts, const Decision& decision) {
  const std::string who = mac_text(facts.hardware_address) + " (" +
                          (decision.concerns_boot_client() ? client_text(decision) + ", " : std::string()) +
                          message_name(facts.message_type) + ")";
  const std::string rule = " by rule " + printable(decision.full_name());
  const std::string why = rule + ", because " + because_text(decision);
  switch (decision.outcome) {
    case Outcome::boot: {
      const std::string file =
          decision.has_boot_file ? printable(decision.boot_file.view()) : "the server's own boot file";
      const std::string from =
          decision.next_server ? " from " + std::string(decision.next_server_text) : std::string();
      return who + " gets " + file + from + why;
    }
    case Outcome::denied:
      return who + " gets no boot fields" + why;
    case Outcome::refused:
      return who + ": the reply is left alone" + rule + ": " + refusal_text(decision);
    case Outcome::left_alone:
      break;
  }
  return who + ": the reply is left alone" + why;
}

}  // namespace chainload::core
