// SPDX-License-Identifier: MPL-2.0
// The form that an address asks to be sent with it: http://server/boot.php##params, or ##params=NAME.
#pragma once

#include "flow/session.h"

namespace flow {

/// Longest form, as it is sent.
inline constexpr std::size_t max_form = 4096;

/// The form that `reference` names, encoded into `room`, and forgotten; empty when it names none.
base::Result<std::string_view> take_form(Session& session, std::string_view reference, std::span<char> room);

}  // namespace flow
