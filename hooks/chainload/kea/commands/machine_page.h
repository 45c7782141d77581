// SPDX-License-Identifier: MPL-2.0
// What the commands about machines have in common: `from` and `limit`, who is meant, and lists as answers.
#pragma once

#include "core/machines/machine_key.h"
#include "core/rules/value.h"
#include "kea/arguments.h"

namespace chainload::kea {

inline constexpr std::int64_t most_of_a_page = 1000;

struct MachinePage {
  core::machines::MachineKey from;  // none: from the beginning
  std::size_t limit = 100;
};

/// Throws BadArgument.
MachinePage machine_page(const isc::data::ConstElementPtr& arguments);

/// The machine that the argument names. Throws BadArgument.
core::machines::MachineKey machine_argument(const std::string& name, const isc::data::Element& value);

/// `what` in the singular. A full page says in `next` what to ask `from`; an empty one is result 3.
isc::data::ConstElementPtr page_answer(const char* what, core::Value::List items, const std::string& last,
                                       std::size_t limit);

}  // namespace chainload::kea
