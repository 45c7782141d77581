// SPDX-License-Identifier: MPL-2.0
// Statements and blocks. What does not concern booting is passed over.
#include "dhcpd_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

#include "core/facts/compose.h"
#include "core/rules/built_in.h"
#include "ctl/config_text.h"
#include "ctl/failure.h"
#include "dhcpd_tokens.h"

namespace chainload::ctl::import {
namespace {

constexpr std::size_t deepest_include = 10;

/// 255.255.255.0 to 24.
std::optional<int> prefix_len(const std::string& mask) {
  const auto parsed = core::parse_ipv4(mask);
  if (!parsed) return std::nullopt;
  const auto bits = static_cast<std::uint32_t>(*parsed);
  const int len = std::countl_one(bits);
  if (len < 32 && (bits << len) != 0) return std::nullopt;
  return len;
}

/// 52:54:0:0:0:1 to 52:54:00:00:00:01.
std::string two_digits_each(const std::string& address) {
  std::string padded;
  std::size_t begin = 0;
  while (begin <= address.size()) {
    const std::size_t end = std::min(address.find(':', begin), address.size());
    padded += (begin == 0 ? "" : ":") + std::string(end - begin == 1 ? "0" : "") +
              address.substr(begin, end - begin);
    begin = end + 1;
  }
  return padded;
}

class Parser {
 public:
  Parser(const std::vector<Token>& list, const std::string& name, OptionNames& names,
         std::map<std::string, Condition>& classes, Imported& imported, std::size_t depth)
      : tokens_{list}, name_(name), names_(names), classes_(classes), imported_(imported), depth_(depth) {}

  Block whole() {
    Block block = statements();
    if (tokens_.next().kind != Token::Kind::end) fail("this } closes nothing: take it away");
    return block;
  }

 private:
  std::string place() const { return name_ + ":" + std::to_string(tokens_.next().line); }
  [[noreturn]] void fail(const std::string& sentence) const {
    throw Failure(ExitStatus::refused, place() + ": " + sentence);
  }

  Block statements() {
    Block block;
    while (tokens_.next().kind != Token::Kind::end && !tokens_.next().is("}")) statement(block);
    return block;
  }

  Block braces() {
    const std::string opened = place();
    if (!tokens_.take_if("{")) fail("a { should stand before " + tokens_.next().text);
    Block block = statements();
    if (!tokens_.take_if("}")) fail("the block that begins at " + opened + " never ends: write } behind it");
    return block;
  }

  void statement(Block& block) {
    if (tokens_.next().is("if")) return choice(block);
    static constexpr std::array scopes = {"subnet", "shared-network", "group",   "pool",
                                          "host",   "class",          "subclass"};
    for (const char* scope : scopes) {
      if (tokens_.next().is(scope)) return this->scope(scope, block);
    }
    if (tokens_.next().is("filename")) return assignment(Statement::Kind::file, block);
    if (tokens_.next().is("next-server")) return assignment(Statement::Kind::server, block);
    if (tokens_.next().is("server-name")) return assignment(Statement::Kind::hostname, block);
    if (tokens_.next().is("option")) return option(block);
    if (tokens_.next().is("include")) return include(block);
    skip();
  }

  /// Up to the ; or over the block.
  void skip() {
    int depth = 0;
    while (tokens_.next().kind != Token::Kind::end) {
      if (depth == 0 && tokens_.next().is("}")) return;
      const Token& token = tokens_.take();
      if (token.is("{")) ++depth;
      if (token.is("}") && --depth == 0) return;
      if (token.is(";") && depth == 0) return;
    }
  }

  void assignment(Statement::Kind kind, Block& block) {
    Statement made;
    made.kind = kind;
    made.place = place();
    const std::string keyword = tokens_.take().text;
    const Token value = tokens_.take();
    made.text = value.text;
    if (value.kind == Token::Kind::mark || !tokens_.next().is(";")) {
      imported_.leave_out(made.place,
                          keyword +
                              " is put together from parts, which rules cannot: write a rule with "
                              "%{…} variables in its place");
    } else {
      block.push_back(std::move(made));
    }
    skip();
  }

  void option(Block& block) {
    const std::string where = place();
    tokens_.take();
    const std::string name = tokens_.take().text;
    if (name == "bootfile-name" || name == "tftp-server-name") {
      --tokens_.at;
      return assignment(name == "bootfile-name" ? Statement::Kind::file : Statement::Kind::hostname, block);
    }
    // option NAME code N = …; option SPACE.NAME code N = …; … = encapsulate SPACE;
    if (tokens_.take_if("code")) {
      int code = 0;
      const std::string digits = tokens_.take().text;
      std::from_chars(digits.data(), digits.data() + digits.size(), code);
      tokens_.take_if("=");
      if (tokens_.take_if("encapsulate")) names_.encapsulated_by[tokens_.next().text] = code;
      if (const auto dot = name.find('.'); dot != std::string::npos) {
        names_.in_space[name] = {name.substr(0, dot), code};
      } else {
        names_.codes[name] = code;
      }
    }
    skip();
  }

  void choice(Block& block) {
    Statement made;
    made.kind = Statement::Kind::choice;
    made.place = place();
    tokens_.take();
    made.branches.push_back(branch());
    while (true) {
      if (tokens_.take_if("elsif")) {
        made.branches.push_back(branch());
      } else if (tokens_.take_if("else")) {
        if (tokens_.take_if("if")) {
          made.branches.push_back(branch());
          continue;
        }
        made.branches.push_back({always(), true, braces()});
        break;
      } else {
        break;
      }
    }
    block.push_back(std::move(made));
  }

  Branch branch() {
    const auto when = read_condition(tokens_, names_);
    return {when.value_or(Condition{}), when.has_value(), braces()};
  }

  void scope(const std::string& kind, Block& block) {
    Statement made;
    made.kind = Statement::Kind::scope;
    made.scope = kind == "subclass" ? "class" : kind;
    made.place = place();
    made.when = always();
    tokens_.take();
    std::vector<Token> words;
    while (!tokens_.next().is("{") && !tokens_.next().is(";") && tokens_.next().kind != Token::Kind::end)
      words.push_back(tokens_.take());
    if (!words.empty()) made.name = words.front().text;
    if (kind == "subnet" && words.size() >= 3) {
      const auto len = prefix_len(words[2].text);
      if (!len) fail(words[2].text + " is no netmask: write one such as 255.255.255.0");
      made.name += "-" + std::to_string(*len);
      made.when = is("subnet", words.front().text + "/" + std::to_string(*len));
    } else if (kind == "shared-network") {
      made.when = is("shared-network", made.name);
    } else if (kind == "subclass") {
      made.is_known = false;
    }
    if (tokens_.take_if(";")) return;  // a subclass without a block
    Condition saved = std::move(members_);
    const bool saved_known = members_known_;
    members_ = always();
    members_known_ = kind == "group" || kind == "subnet" || kind == "shared-network";
    made.body = scope_body(kind);
    if (kind == "host" || kind == "class" || kind == "pool") {
      made.when = members_;
      made.is_known = members_known_;
    }
    if (kind == "class" && members_known_) classes_[made.name] = members_;
    members_ = std::move(saved);
    members_known_ = saved_known;
    block.push_back(std::move(made));
  }

  /// Who belongs to a host, a class or a pool stands in its body.
  Block scope_body(const std::string& kind) {
    const std::string opened = place();
    if (!tokens_.take_if("{")) fail("a { should stand before " + tokens_.next().text);
    Block body;
    while (tokens_.next().kind != Token::Kind::end && !tokens_.next().is("}")) {
      if (!membership(kind)) statement(body);
    }
    if (!tokens_.take_if("}")) fail("the block that begins at " + opened + " never ends: write } behind it");
    return body;
  }

  bool membership(const std::string& kind) {
    if (kind == "host" && tokens_.next().is("hardware")) {
      tokens_.take();
      tokens_.take();  // ethernet
      const std::string address = two_digits_each(tokens_.take().text);
      if (!core::parse_mac(address))
        fail(address + " is no hardware address: write one such as 52:54:00:12:34:56");
      members_ = is("mac", address);
      members_known_ = true;
      skip();
      return true;
    }
    if (kind == "class" && tokens_.next().is("match")) {
      tokens_.take();
      if (tokens_.take_if("if")) {
        const auto when = read_condition(tokens_, names_);
        members_ = when.value_or(Condition{});
        members_known_ = when.has_value();
      }
      skip();
      return true;
    }
    if (kind == "pool" && tokens_.next().is("allow")) {
      tokens_.take();
      if (tokens_.take_if("members") && tokens_.take_if("of")) {
        const auto found = classes_.find(tokens_.take().text);
        members_known_ = found != classes_.end();
        if (members_known_) members_ = found->second;
      }
      skip();
      return true;
    }
    return false;
  }

  void include(Block& block) {
    const std::string where = place();
    tokens_.take();
    const std::string file = tokens_.take().text;
    skip();
    if (depth_ == deepest_include)
      fail("files include each other too deep: look for one that includes itself");
    try {
      const std::string text = read_whole_file(file);
      const auto list = tokens_of(text, file);
      Block inner = Parser(list, file, names_, classes_, imported_, depth_ + 1).whole();
      block.insert(block.end(), std::make_move_iterator(inner.begin()), std::make_move_iterator(inner.end()));
    } catch (const Failure& failure) {
      if (failure.status != ExitStatus::usage) throw;
      imported_.leave_out(where, failure.what());
    }
  }

  Tokens tokens_;
  const std::string& name_;
  OptionNames& names_;
  std::map<std::string, Condition>& classes_;
  Imported& imported_;
  std::size_t depth_;
  Condition members_ = always();
  bool members_known_ = false;
};

}  // namespace

Block parse_dhcpd(const std::string& text, const std::string& name, Imported& imported) {
  const auto list = tokens_of(text, name);
  OptionNames names;
  std::map<std::string, Condition> classes;
  return Parser(list, name, names, classes, imported, 0).whole();
}

}  // namespace chainload::ctl::import
