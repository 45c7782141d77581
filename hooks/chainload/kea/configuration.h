// SPDX-License-Identifier: MPL-2.0
// The library's parameters, from Kea's elements to a checked policy.
#pragma once

#include <cc/data.h>

#include <stdexcept>
#include <string>

#include "core/policy.h"

namespace chainload::kea {

/// Names the parameter, where it stands, its value and what to write instead.
class BadParameters : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

enum class LogDecisions : std::uint8_t { none, boot, all };

/// Immutable once made.
struct Configuration {
  core::Policy policy;
  LogDecisions log_decisions = LogDecisions::boot;
  std::string state_directory;
  std::string hash;                       // SHA-256 of the policy's canonical text, in hex
  isc::data::ConstElementPtr parameters;  // as given
};

/// Throws BadParameters. `parameters` may be null: a library listed without any.
Configuration make_configuration(const isc::data::ConstElementPtr& parameters);

/// The state directory that parameters name, if they name a usable one, else the default: for parameters that
/// are otherwise wrong.
std::string state_directory_of(const isc::data::ConstElementPtr& parameters);

std::string_view name_of(LogDecisions log);

}  // namespace chainload::kea
