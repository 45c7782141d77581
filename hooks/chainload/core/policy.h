// SPDX-License-Identifier: MPL-2.0
// What the administrator wants, checked once and never changed afterwards: the short form of the parameters
// and the built-in table it stands for.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "architectures.h"

namespace chainload::core {

/// The short form as written in the configuration; types are checked by who reads it, values by make_policy.
struct PolicySettings {
  std::string next_server;
  std::string script;
  std::vector<std::string> user_classes = {"gPXE", "iPXE"};
  std::vector<std::pair<std::string, std::string>>
      firmware;         // architecture name or number → file name or URL
  bool enabled = true;  // `default-enabled`
};

/// What is wrong, where, and what to write instead.
struct PolicyError {
  std::string key;       // e.g. `firmware.x86-bios`
  std::string sentence;  // names the value and the remedy
};

struct Policy {
  Ipv4 next_server{};
  std::string next_server_text;
  std::string script;
  std::vector<std::string> user_classes;
  std::array<std::string, architecture_count>
      firmware;  // resolved: names, or URLs; empty where there is none
  bool enabled = true;

  bool lists_user_class(const UserClasses& classes, std::string_view& found) const;

  /// The architecture whose firmware serves this one (itself, or what it counts as), or nothing.
  std::optional<std::uint16_t> firmware_row(std::uint16_t architecture) const;
};

struct MadePolicy {
  std::optional<Policy> policy;
  PolicyError error;  // set when there is no policy
};

MadePolicy make_policy(const PolicySettings& settings);

/// Two policies that answer alike have the same text, whatever the order and the spelling of what made them.
std::string canonical_text(const Policy& policy);

/// Dotted quad, four decimal numbers without leading zeros.
std::optional<Ipv4> parse_ipv4(std::string_view text);

}  // namespace chainload::core
