// SPDX-License-Identifier: MPL-2.0
// Machines side by side, for `machines` and `watch`.
#pragma once

#include "ctl/command_line.h"

namespace chainload::ctl {

Cell loop_cell(const core::Value& machine);
Table machines_table(const core::Value::List& machines);

}  // namespace chainload::ctl
