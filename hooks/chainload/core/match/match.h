// SPDX-License-Identifier: MPL-2.0
// Whether a rule answers a client, and in words why it does or does not.
#pragma once

#include "client.h"
#include "core/rules/rule.h"

namespace chainload::core {

/// An absent fact fails every condition on it; `not` of such a match therefore holds.
bool holds(const Condition& condition, const Client& client);
bool holds(const Match& match, const Client& client);

/// Enabled, in time, for this kind of client and message, and its match holds.
bool answers(const Rule& rule, const Client& client);

/// The first thing that keeps the rule from answering, and the value seen. Only where it does not answer.
std::string why_not(const Rule& rule, const Client& client);

/// What made it answer. Only where it does.
std::string why(const Rule& rule, const Client& client);

/// `*` stands for any octets, also none.
bool matches_pattern(std::string_view text, std::string_view pattern);

}  // namespace chainload::core
