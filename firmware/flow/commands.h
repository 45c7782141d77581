// SPDX-License-Identifier: MPL-2.0
// The commands that scripts can use. Each gets the Session as its context.
#pragma once

#include "script/interpreter.h"

namespace flow {

std::span<const script::Command> command_list();

}  // namespace flow
