// SPDX-License-Identifier: MPL-2.0
// A machine as commands show it.
#pragma once

#include "core/rules/value.h"
#include "machine.h"

namespace chainload::core::machines {

/// With `decisions`, newest last, and `last-packet` in hex where it is kept.
Value machine_value(const MachineReport& report, std::uint64_t policy, Milliseconds now);

/// One line of a list of loops: who, what it is given, how often.
Value loop_value(const MachineReport& report, std::uint64_t policy, Milliseconds now);

}  // namespace chainload::core::machines
