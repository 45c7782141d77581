// SPDX-License-Identifier: MPL-2.0
// chainload-status and chainload-explain: their arguments, checked exactly, and their answers.
#pragma once

#include <cc/data.h>

#include "library.h"

namespace chainload::kea {

/// Each takes the command's arguments (null: none) and returns a whole answer; wrong arguments are result 1
/// with a text that names the argument.
isc::data::ConstElementPtr status_answer(Library& library, const isc::data::ConstElementPtr& arguments);
isc::data::ConstElementPtr explain_answer(Library& library, const isc::data::ConstElementPtr& arguments);

}  // namespace chainload::kea
