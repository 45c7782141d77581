// SPDX-License-Identifier: MPL-2.0
// The client that an explanation is asked of, as a person describes it: by its facts, or by a packet in hex.
#pragma once

#include "argument.h"
#include "core/facts/compose.h"

namespace chainload::core {

/// `facts`, every key of it optional; those of known.h may stand among them. Throws BadArgument.
GivenFacts read_given_facts(const Value& facts);

/// `packet`: the BOOTP payload in hex, 1 to 65,507 octets. Throws BadArgument.
std::vector<std::uint8_t> read_packet_hex(const Value& packet);

}  // namespace chainload::core
