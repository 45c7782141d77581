// SPDX-License-Identifier: MPL-2.0
// The words of dhcpd.conf, and its expressions as conditions of rules.
#pragma once

#include <cstdint>
#include <functional>

#include "imported.h"

namespace chainload::ctl::import {

struct Token {
  enum class Kind { word, string, mark, end };
  Kind kind = Kind::end;
  std::string text;
  std::size_t line = 1;

  bool is(const char* wanted) const { return kind != Kind::string && text == wanted; }
};

/// Ends with one token of kind end. Throws Failure where a string never ends.
std::vector<Token> tokens_of(const std::string& text, const std::string& name);

/// Options that the configuration names itself, and the spaces inside option 175.
struct OptionNames {
  std::map<std::string, int> codes;                             // `architecture-type` → 93
  std::map<std::string, int> encapsulated_by;                   // space `ipxe` → 175
  std::map<std::string, std::pair<std::string, int>> in_space;  // `ipxe.http` → (`ipxe`, 19)
};

struct Tokens {
  const std::vector<Token>& list;
  std::size_t at = 0;

  const Token& next() const { return list[at]; }
  const Token& take() {
    const Token& token = list[at];
    if (token.kind != Token::Kind::end) ++at;
    return token;
  }
  bool take_if(const char* text) {
    if (!next().is(text)) return false;
    take();
    return true;
  }
};

/// A boolean expression up to `{` or `;`. Nothing when rules cannot say it; the tokens are taken all the
/// same.
std::optional<Condition> read_condition(Tokens& tokens, const OptionNames& names);

}  // namespace chainload::ctl::import
