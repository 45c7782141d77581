// SPDX-License-Identifier: MPL-2.0
// Digests as people and protocols write them: in hexadecimal.
#pragma once

#include "base/bytes.h"
#include "base/text.h"

namespace settings {

enum class Digest : std::uint8_t { md5, sha256 };
using DigestText = base::Text<64>;

DigestText digest_text(Digest kind, base::Bytes message);

}  // namespace settings
