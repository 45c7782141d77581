// SPDX-License-Identifier: MPL-2.0
// Sentences about facts and decisions, for the log and for chainload-explain.
#pragma once

#include "decide.h"

namespace chainload::core {

/// `boot`, `left-alone`, `denied`, `refused`.
std::string_view name_of(Outcome outcome);

/// `gPXE x86-bios`, `PXEClient x64-uefi`: who is asking, in two words.
std::string client_text(const Decision& decision);

/// `7 (x64-uefi)`, `0x0063 (not registered)`.
std::string architecture_text(std::uint16_t number);

/// What shows that this is a boot client, or that nothing does.
std::string boot_sign_text(BootSign sign);

/// `by option 93 its architecture is 0 (x86-bios)`.
std::string architectures_text(const ClientArchitectures& client);

/// Why the rule that answered did; with the client, also what a rule of a list saw in it.
std::string because_text(const Decision& decision);
std::string because_text(const Decision& decision, const Client& client);

/// Why a rule that matched gave nothing: what came in the way, and the remedy. Only with refused.
std::string refusal_text(const Decision& decision);

/// The whole answer in one sentence.
std::string decision_text(const Facts& facts, const Decision& decision);

}  // namespace chainload::core
