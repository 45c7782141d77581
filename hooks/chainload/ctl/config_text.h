// SPDX-License-Identifier: MPL-2.0
// Kea's dialect of JSON to values: comments (#, //, /* */), <?include "file"?>, and a comma before a closing
// bracket.
#pragma once

#include <string>

#include "core/rules/value.h"

namespace chainload::ctl {

/// Every value's place is `file:line:column`, also in files that are included. Throws Failure, which names
/// the place too.
core::Value read_config_file(const std::string& path);

/// The same for a text; `name` stands for the file in places.
core::Value read_config_text(std::string_view text, const std::string& name);

/// The octets of a file, or of standard input for `-`. Throws Failure.
std::string read_whole_file(const std::string& path);

}  // namespace chainload::ctl
