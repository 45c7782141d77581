// SPDX-License-Identifier: MPL-2.0
// How far a machine has got, as an answer shows it.
#pragma once

#include "core/decide/decide.h"

namespace chainload::core::machines {

enum class Stage : std::uint8_t {
  none,    // given no boot file
  first,   // given a boot file, most likely its boot firmware
  second,  // a network loader given what it is to boot
};

std::string_view name_of(Stage stage);

Stage stage_of(const Decision& decision);

/// What stays the same when the same boot file is given again: a hash of its name. Firmware of a built-in
/// table counts as the same whether it is given as a file name or as a URL. 0 when no boot file is given.
std::uint64_t file_id(const Decision& decision);

}  // namespace chainload::core::machines
