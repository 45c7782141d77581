// SPDX-License-Identifier: MPL-2.0
// What tells one boot program from another in the queries of one machine: options 55, 175 and 61.
#pragma once

#include "core/facts/facts.h"

namespace chainload::core::machines {

/// Hashes, the same on every server and in every run.
struct Fingerprint {
  /// Of 55 and of what 175 says of the program: its features and version. Another program, another value.
  std::uint32_t program = 0;
  /// Of 61 and of the network card in 175: the same program in another machine differs here alone.
  std::uint32_t machine = 0;

  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

Fingerprint fingerprint(const Facts& facts);

}  // namespace chainload::core::machines
