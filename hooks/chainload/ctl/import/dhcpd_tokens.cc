// SPDX-License-Identifier: MPL-2.0
// Expressions [dhcp-eval(5)].
#include "dhcpd_tokens.h"

#include <algorithm>
#include <charconv>

#include "core/facts/compose.h"
#include "ctl/failure.h"

namespace chainload::ctl::import {
namespace {

/// What stands on one side of a comparison.
struct Data {
  enum class Kind { unknown, octets, option, sub_option, hardware };
  Kind kind = Kind::unknown;
  std::string octets;
  int code = 0;  // of an option; of a sub-option of 82 or 175 in `sub`
  int sub = 0;
  bool is_part = false;  // substring(…, from, len)
  int from = 0;
  int len = 0;
  bool is_number = false;
  int number = 0;
};

Data of_kind(Data::Kind kind, int code, int sub = 0) {
  Data data;
  data.kind = kind;
  data.code = code;
  data.sub = sub;
  return data;
}

Data octets_data(const std::string& octets) {
  Data data;
  data.kind = Data::Kind::octets;
  data.octets = octets;
  return data;
}

Data number_data(int number) {
  Data data;
  data.kind = Data::Kind::octets;
  data.is_number = true;
  data.number = number;
  return data;
}

std::optional<int> number_of(const std::string& text) {
  int number = 0;
  const bool is_hex = text.starts_with("0x");
  const char* const begin = text.data() + (is_hex ? 2 : 0);
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), number, is_hex ? 16 : 10);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

/// `00:07`, `1:52:54:0:12:34:56`: octets of one or two hexadecimal digits.
std::optional<std::string> octets_of(const std::string& text) {
  if (text.find(':') == std::string::npos) return std::nullopt;
  std::string octets;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(':', begin), text.size());
    const std::string digits = text.substr(begin, end - begin);
    const auto octet = core::parse_hex(digits.size() == 1 ? "0" + digits : digits);
    if (!octet || octet->size() != 1) return std::nullopt;
    octets += static_cast<char>(octet->front());
    begin = end + 1;
  }
  return octets;
}

class Reader {
 public:
  Reader(Tokens& tokens, const OptionNames& names) : tokens_(tokens), names_(names) {}

  /// Nothing anywhere spoils the whole.
  std::optional<Condition> read() {
    Condition whole = any();
    const Token& next = tokens_.next();
    if (!next.is("{") && !next.is(";")) is_known_ = false;
    while (!tokens_.next().is("{") && !tokens_.next().is(";") && tokens_.next().kind != Token::Kind::end)
      tokens_.take();
    if (!is_known_) return std::nullopt;
    return whole;
  }

 private:
  Condition any() {
    Condition result = all();
    while (tokens_.take_if("or")) result = either(result, all());
    return result;
  }
  Condition all() {
    Condition result = one();
    while (tokens_.take_if("and")) result = both(result, one());
    return result;
  }

  Condition one() {
    if (tokens_.take_if("not")) return negation(one());
    if (tokens_.take_if("(")) {
      Condition inner = any();
      if (!tokens_.take_if(")")) is_known_ = false;
      return inner;
    }
    if (tokens_.take_if("exists")) return exists(option(tokens_.take().text));
    if (tokens_.next().is("known") || tokens_.next().is("static")) {
      tokens_.take();
      return is("client-class", "KNOWN");
    }
    return comparison();
  }

  Condition unknown() {
    is_known_ = false;
    return always();
  }

  Condition exists(const Data& what) {
    if (what.kind == Data::Kind::sub_option && what.code == 175) {
      // Of the bus id, 177, no rule can speak: it says only that a network loader asks.
      return what.sub == 177 ? is(any_user_class, "") : is("feature", std::to_string(what.sub));
    }
    if (what.kind != Data::Kind::option) return unknown();
    if (what.code == 77 || what.code == 175) return is(any_user_class, "");
    // Every boot client sends these two, and rules speak of boot clients.
    if (what.code == 60 || what.code == 93) return always();
    return unknown();
  }

  Condition comparison() {
    const Data left = data();
    const bool is_negated = tokens_.take_if("!=");
    if (!is_negated && !tokens_.take_if("=")) return unknown();
    const Data right = data();
    Condition equal = left.kind == Data::Kind::octets ? equals(right, left) : equals(left, right);
    return is_negated ? negation(equal) : equal;
  }

  /// The value, behind a star where only the beginning was asked for.
  static std::string beginning(const Data& what, const std::string& value) {
    return what.is_part && what.from == 0 ? value + "*" : value;
  }

  Condition equals(const Data& what, const Data& value) {
    if (value.kind != Data::Kind::octets) return unknown();
    const std::string& octets = value.octets;
    const bool whole_or_beginning =
        !what.is_part || (what.from == 0 && what.len == static_cast<int>(octets.size()));
    if (what.kind == Data::Kind::hardware) return hardware(what, octets);
    if (what.kind == Data::Kind::sub_option && what.code == 82 && whole_or_beginning && what.sub <= 2)
      return is(what.sub == 1 ? "circuit-id" : "remote-id", beginning(what, octets));
    if (what.kind == Data::Kind::sub_option && what.code == 175)
      return is("feature", std::to_string(what.sub));
    if (what.kind != Data::Kind::option) return unknown();
    if (what.code == 93) return architecture(what, value);
    if (what.code == 77 && whole_or_beginning) return user_class(octets);
    if (what.code == 60 && whole_or_beginning) return is("vendor-class", beginning(what, octets));
    // The five digits behind PXEClient:Arch: or HTTPClient:Arch:
    if (what.code == 60 && what.is_part && what.len == 5 && (what.from == 15 || what.from == 16))
      return is("vendor-class", (what.from == 15 ? "PXEClient:Arch:" : "HTTPClient:Arch:") + octets + "*");
    return unknown();
  }

  Condition user_class(std::string octets) {
    // As RFC 3004 has it: a length before it.
    if (octets.size() > 1 && static_cast<unsigned char>(octets[0]) == octets.size() - 1) octets.erase(0, 1);
    return is("user-class", octets);
  }

  Condition architecture(const Data& what, const Data& value) {
    if (what.is_part && (what.from != 0 || what.len != 2)) return unknown();
    if (value.is_number) return is("arch", std::to_string(value.number));
    if (value.octets.size() != 2) return unknown();
    return is("arch", std::to_string(static_cast<unsigned char>(value.octets[0]) * 256 +
                                     static_cast<unsigned char>(value.octets[1])));
  }

  /// Its first octet is the type.
  Condition hardware(const Data& what, const std::string& octets) {
    const std::size_t skipped = what.is_part ? 0 : 1;
    if (octets.size() <= skipped || (what.is_part && what.from != 1)) return unknown();
    std::string text;
    for (std::size_t i = skipped; i < octets.size(); ++i) {
      constexpr const char* digits = "0123456789abcdef";
      const auto octet = static_cast<unsigned char>(octets[i]);
      if (!text.empty()) text += ':';
      text += digits[octet >> 4];
      text += digits[octet & 15];
    }
    return is("mac", what.is_part && octets.size() < 6 ? text + ":*" : text);
  }

  Data data() {
    const Token token = tokens_.take();
    if (token.kind == Token::Kind::string) return octets_data(token.text);
    if (token.is("option") || token.is("config-option")) return option(tokens_.take().text);
    if (token.is("hardware")) return of_kind(Data::Kind::hardware, 0);
    if (token.is("substring")) return substring();
    if (token.is("encode-int")) return encoded();
    if (const auto octets = octets_of(token.text)) return octets_data(*octets);
    if (const auto number = number_of(token.text)) return number_data(*number);
    skip_arguments();
    return {};
  }

  Data substring() {
    if (!tokens_.take_if("(")) return {};
    Data inner = data();
    if (!tokens_.take_if(",")) return {};
    const auto from = number_of(tokens_.take().text);
    if (!tokens_.take_if(",")) return {};
    const auto len = number_of(tokens_.take().text);
    if (!tokens_.take_if(")") || !from || !len || inner.is_part) return {};
    inner.is_part = true;
    inner.from = *from;
    inner.len = *len;
    return inner;
  }

  /// encode-int(7, 16)
  Data encoded() {
    if (!tokens_.take_if("(")) return {};
    const auto number = number_of(tokens_.take().text);
    if (!tokens_.take_if(",")) return {};
    tokens_.take();
    if (!tokens_.take_if(")") || !number) return {};
    return number_data(*number);
  }

  void skip_arguments() {
    if (!tokens_.take_if("(")) return;
    for (int depth = 1; depth > 0 && tokens_.next().kind != Token::Kind::end;) {
      const Token& token = tokens_.take();
      if (token.is("(")) ++depth;
      if (token.is(")")) --depth;
    }
  }

  Data option(const std::string& name) const {
    static const std::map<std::string, int> standard = {
        {"user-class", 77},      {"vendor-class-identifier", 60},
        {"pxe-system-type", 93}, {"dhcp-client-identifier", 61},
        {"pxe-client-id", 97},   {"pxe-interface-id", 94}};
    static const std::map<std::string, int> relay = {{"agent.circuit-id", 1}, {"agent.remote-id", 2}};
    if (const auto found = relay.find(name); found != relay.end())
      return of_kind(Data::Kind::sub_option, 82, found->second);
    if (const auto found = names_.in_space.find(name); found != names_.in_space.end()) {
      const auto outer = names_.encapsulated_by.find(found->second.first);
      if (outer == names_.encapsulated_by.end()) return {};
      return of_kind(Data::Kind::sub_option, outer->second, found->second.second);
    }
    for (const auto& known : {names_.codes, standard}) {
      if (const auto found = known.find(name); found != known.end())
        return of_kind(Data::Kind::option, found->second);
    }
    return {};
  }

  Tokens& tokens_;
  const OptionNames& names_;
  bool is_known_ = true;
};

}  // namespace

std::vector<Token> tokens_of(const std::string& text, const std::string& name) {
  std::vector<Token> tokens;
  std::size_t line = 1;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '\n') ++line;
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      ++i;
    } else if (c == '#') {
      i = std::min(text.find('\n', i), text.size());
    } else if (c == '"') {
      Token token{Token::Kind::string, {}, line};
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\n') ++line;
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        token.text += text[i];
      }
      if (i == text.size())
        throw Failure(ExitStatus::refused, name + ":" + std::to_string(token.line) +
                                               ": this string never ends: write \" behind it");
      ++i;
      tokens.push_back(std::move(token));
    } else if (std::string_view("{}();,=").find(c) != std::string_view::npos) {
      tokens.push_back({Token::Kind::mark, std::string(1, c), line});
      ++i;
    } else if (text.compare(i, 2, "!=") == 0 || text.compare(i, 2, "~=") == 0 ||
               text.compare(i, 2, "~~") == 0) {
      tokens.push_back({Token::Kind::mark, text.substr(i, 2), line});
      i += 2;
    } else {
      const std::size_t end = std::min(text.find_first_of(" \t\r\n{}();,=\"#", i + 1), text.size());
      tokens.push_back({Token::Kind::word, text.substr(i, end - i), line});
      i = end;
    }
  }
  tokens.push_back({Token::Kind::end, "the end of the file", line});
  return tokens;
}

std::optional<Condition> read_condition(Tokens& tokens, const OptionNames& names) {
  return Reader(tokens, names).read();
}

}  // namespace chainload::ctl::import
