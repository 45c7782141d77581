// SPDX-License-Identifier: MPL-2.0
// The parts of a rule, each read in a file of its own.
#pragma once

#include "reading.h"
#include "rule.h"

namespace chainload::core {

/// A message-type key of its own level is left among the conditions.
Match read_match(const Reading& at);
BootFields read_boot(const Reading& at);
ReplyForm read_reply(const Reading& at);

/// Says that there is no such key, and which there are.
void fail_unknown_key(const Reading& at, std::string_view known);

}  // namespace chainload::core
