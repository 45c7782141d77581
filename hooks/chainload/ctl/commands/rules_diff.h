// SPDX-License-Identifier: MPL-2.0
// Two lists of rules, compared by name.
#pragma once

#include "ctl/command_line.h"

namespace chainload::ctl {

/// Each server with the file, or, without one, the first server with each of the others. Sets the status to
/// `differing` where they are not the same.
void diff_rules(const std::string& file, Context& context);

}  // namespace chainload::ctl
