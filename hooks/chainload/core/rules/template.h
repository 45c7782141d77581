// SPDX-License-Identifier: MPL-2.0
// A name or URL with `%{…}` in it: compiled once, expanded per packet into a bounded buffer. What a client
// says is percent-encoded in a URL and must be harmless elsewhere; it never reaches scheme or host, and is
// never expanded again. `%%{` stands for `%{`, and `${…}` is left for gPXE and iPXE.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/facts/architectures.h"

namespace chainload::core {

struct Surroundings;

/// What the result is used as, and therefore what may stand in it.
enum class TemplateUse : std::uint8_t {
  boot_file,  // a URL when its text begins with a scheme, otherwise a file name
  hostname    // letters, digits, hyphens and dots
};

enum class Variable : std::uint8_t {
  mac,
  uuid,
  ip,
  hostname,
  arch,
  user_class,
  vendor_class,
  subnet,
  shared_network,
  relay,
  circuit_id,
  remote_id,
  client_id,
  next_server,
  rule
};

/// `%{mac:hexhyp}`: how octets and the like are written.
enum class VariableForm : std::uint8_t {
  usual,
  hex,     // 52:54:00
  hexhyp,  // 52-54-00
  hexraw,  // 525400
  text,    // as it came
  number,  // of an architecture
  prefix   // of a subnet
};

std::string_view name_of(Variable variable);

/// Where the values come from.
struct TemplateFacts {
  const Facts& facts;
  const Surroundings& around;
  const ClientArchitectures& client;
  std::string_view next_server;  // dotted; empty: none
  std::string_view rule;
};

/// Why nothing came of an expansion.
enum class Refusal : std::uint8_t {
  none,
  missing,   // the client or the server has no such value, and no default is given
  unusable,  // the value holds something that may not stand there
  too_long   // the result is longer than a reply can carry
};

struct Expanded {
  Refusal refusal = Refusal::none;
  Variable variable{};  // with missing and unusable
};

class Template {
 public:
  /// The longest result: what DHCP option 67 carries whole.
  static constexpr std::size_t longest = 253;

  /// Nothing when the text is wrong; `sentence` then says what is, and the remedy.
  static std::optional<Template> compile(std::string_view text, TemplateUse use, std::string& sentence);

  /// Appends to `out`; what stands in it after a refusal means nothing.
  Expanded expand(const TemplateFacts& facts, BoundedBytes<longest>& out) const;

  /// As written.
  const std::string& text() const { return text_; }
  bool is_literal() const { return pieces_.empty(); }
  bool is_url() const { return is_url_; }
  bool uses(Variable variable) const;

  /// The result when it is the same for everybody.
  const std::string& literal() const { return literal_; }
  /// The shortest that can come out.
  std::size_t least_len() const { return least_len_; }

 private:
  struct Piece {
    std::string literal;  // what stands before the variable
    std::optional<Variable> variable;
    VariableForm form = VariableForm::usual;
    std::optional<std::string> otherwise;  // `%{hostname|unknown}`
  };

  std::string text_;
  std::string literal_;
  std::vector<Piece> pieces_;  // empty for a literal
  TemplateUse use_ = TemplateUse::boot_file;
  bool is_url_ = false;
  std::size_t least_len_ = 0;
};

}  // namespace chainload::core
