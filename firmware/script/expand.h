// SPDX-License-Identifier: MPL-2.0
// `${scope/name:type}` replaced by the setting's value; unknown settings by nothing, as gPXE does.
#pragma once

#include "settings/store.h"

namespace script {

/// Expands the first `size` characters of `text` in place, innermost first, until none is left; what a value
/// brings is expanded again. `size` becomes the new length. Ends with an error when the text outgrows its
/// room or never settles.
base::Status expand(const settings::Store& store, std::span<char> text, std::size_t& size);

}  // namespace script
