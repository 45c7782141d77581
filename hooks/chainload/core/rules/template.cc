// SPDX-License-Identifier: MPL-2.0
// Compiling templates: everything a rule's author can get wrong is found here.
#include "template.h"

#include <algorithm>

#include "core/facts/text.h"

namespace chainload::core {
namespace {

struct NamedVariable {
  std::string_view name;
  Variable variable;
  std::array<VariableForm, 4> forms{};  // besides the usual one
};

using Form = VariableForm;
constexpr std::array<NamedVariable, 15> variables = {{
    {"mac", Variable::mac, {Form::hex, Form::hexhyp, Form::hexraw}},
    {"uuid", Variable::uuid, {Form::hexraw}},
    {"ip", Variable::ip, {}},
    {"hostname", Variable::hostname, {}},
    {"arch", Variable::arch, {Form::number}},
    {"user-class", Variable::user_class, {}},
    {"vendor-class", Variable::vendor_class, {}},
    {"subnet", Variable::subnet, {Form::prefix}},
    {"shared-network", Variable::shared_network, {}},
    {"relay", Variable::relay, {}},
    {"circuit-id", Variable::circuit_id, {Form::hex, Form::hexhyp, Form::hexraw, Form::text}},
    {"remote-id", Variable::remote_id, {Form::hex, Form::hexhyp, Form::hexraw, Form::text}},
    {"client-id", Variable::client_id, {Form::hex, Form::hexhyp, Form::hexraw}},
    {"next-server", Variable::next_server, {}},
    {"rule", Variable::rule, {}},
}};

struct NamedForm {
  std::string_view name;
  VariableForm form;
};
constexpr std::array<NamedForm, 6> forms = {{{"hex", Form::hex},
                                             {"hexhyp", Form::hexhyp},
                                             {"hexraw", Form::hexraw},
                                             {"text", Form::text},
                                             {"number", Form::number},
                                             {"prefix", Form::prefix}}};

std::string forms_of(const NamedVariable& variable) {
  std::string names;
  for (const VariableForm form : variable.forms) {
    for (const NamedForm& named : forms) {
      if (form != Form::usual && named.form == form) names += (names.empty() ? "" : ", ") + std::string(named.name);
    }
  }
  return names;
}

constexpr bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool may_stand_in(TemplateUse use, char c) {
  if (use == TemplateUse::hostname) return is_letter_or_digit(c) || c == '-' || c == '.';
  return c > ' ' && c < 0x7f;
}

/// The length of `http://` at the beginning, or 0.
std::size_t scheme_len(std::string_view text) {
  if (text.empty() || !((text[0] | 0x20) >= 'a' && (text[0] | 0x20) <= 'z')) return 0;
  std::size_t at = 1;
  while (at < text.size() &&
         (is_letter_or_digit(text[at]) || text[at] == '+' || text[at] == '-' || text[at] == '.')) {
    ++at;
  }
  return text.substr(at).starts_with("://") ? at + 3 : 0;
}

/// Whether a host is named and has ended before `text` does. A `${net0/ip}` in it holds no end.
bool host_is_whole(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.substr(at).starts_with("${")) {
      const std::size_t end = text.find('}', at);
      if (end == std::string_view::npos) return false;
      at = end + 1;
      continue;
    }
    if (text[at] == '/' || text[at] == '?' || text[at] == '#') return at > 0;
    ++at;
  }
  return false;
}

/// `mac:hexhyp|unknown`, or why that is nothing.
struct Placeholder {
  Variable variable{};
  VariableForm form = Form::usual;
  std::optional<std::string> otherwise;
};

std::optional<Placeholder> read_placeholder(std::string_view content, TemplateUse use,
                                            std::string& sentence) {
  Placeholder read;
  if (const std::size_t bar = content.find('|'); bar != std::string_view::npos) {
    read.otherwise = std::string(content.substr(bar + 1));
    content = content.substr(0, bar);
  }
  const std::size_t colon = content.find(':');
  const std::string_view name = content.substr(0, colon);
  const auto found = std::find_if(variables.begin(), variables.end(),
                                  [&](const NamedVariable& each) { return each.name == name; });
  if (found == variables.end()) {
    std::string known;
    for (const NamedVariable& each : variables) known += (known.empty() ? "" : ", ") + std::string(each.name);
    sentence = "there is no variable " + in_quotes(name) +
               ": correct it, or write %%{ for a literal %{; known are " + known;
    return std::nullopt;
  }
  read.variable = found->variable;
  if (colon != std::string_view::npos) {
    const std::string_view form = content.substr(colon + 1);
    const auto named =
        std::find_if(forms.begin(), forms.end(), [&](const NamedForm& each) { return each.name == form; });
    const bool fits = named != forms.end() &&
                      std::find(found->forms.begin(), found->forms.end(), named->form) != found->forms.end();
    if (!fits) {
      const std::string known = forms_of(*found);
      sentence = "the variable " + std::string(name) + " has no form " + in_quotes(form) + ": " +
                 (known.empty() ? "write %{" + std::string(name) + "}" : "known are " + known);
      return std::nullopt;
    }
    read.form = named->form;
  }
  if (read.otherwise) {
    for (const char c : *read.otherwise) {
      if (may_stand_in(use, c) && c != '{') continue;
      sentence =
          "the default " + in_quotes(*read.otherwise) + " of %{" + std::string(name) +
          "} holds what cannot stand there: a default is plain text without spaces, and never expanded";
      return std::nullopt;
    }
  }
  return read;
}

}  // namespace

std::string_view name_of(Variable variable) {
  return variables[static_cast<std::size_t>(variable)].name;
}

std::optional<Template> Template::compile(std::string_view text, TemplateUse use, std::string& sentence) {
  constexpr std::size_t longest_text = 4096;
  const std::size_t most = use == TemplateUse::hostname ? header::sname_len - 1 : longest;
  const auto fail = [&](std::string why) {
    sentence = std::move(why);
    return std::nullopt;
  };
  if (text.empty()) return fail("it is empty: write a name, or leave the key out");
  if (text.size() > longest_text) {
    return fail("it is " + std::to_string(text.size()) + " characters long: at most " + std::to_string(most) +
                " can come out of it");
  }

  Template made;
  made.text_ = text;
  made.use_ = use;
  std::string literal;
  std::string first_literal;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("%%{")) {
      literal += "%{";
      at += 3;
      continue;
    }
    if (!rest.starts_with("%{")) {
      if (!may_stand_in(use, rest[0])) {
        return fail(
            in_quotes(text) +
            (use == TemplateUse::hostname
                 ? " is no host name: write letters, digits, hyphens and dots"
                 : " holds a space, a control character or a letter outside ASCII: percent-encode it in a "
                   "URL, or rename the file"));
      }
      literal += rest[0];
      ++at;
      continue;
    }
    const std::size_t end = rest.find('}');
    if (end == std::string_view::npos) {
      return fail(in_quotes(rest) + " is not closed: write %{name}, or %%{ for a literal %{");
    }
    auto placeholder = read_placeholder(rest.substr(2, end - 2), use, sentence);
    if (!placeholder) return std::nullopt;
    if (made.pieces_.empty()) first_literal = literal;
    made.least_len_ += literal.size();
    made.pieces_.push_back(
        {std::move(literal), placeholder->variable, placeholder->form, std::move(placeholder->otherwise)});
    literal.clear();
    at += end + 1;
  }
  made.least_len_ += literal.size();
  if (made.least_len_ > most) {
    return fail(
        in_quotes(text) + " is " + std::to_string(made.least_len_) + " characters long and " +
        (use == TemplateUse::hostname ? "a reply's sname field carries " : "DHCP option 67 carries ") +
        std::to_string(most) + ": use a shorter name");
  }

  const bool has_variables = !made.pieces_.empty();
  const std::string_view beginning =
      has_variables ? std::string_view(first_literal) : std::string_view(literal);
  const std::size_t scheme = use == TemplateUse::boot_file ? scheme_len(beginning) : 0;
  made.is_url_ = scheme != 0;
  if (made.is_url_ && has_variables && !host_is_whole(beginning.substr(scheme))) {
    return fail("%{" + std::string(name_of(*made.pieces_.front().variable)) +
                "} stands in the host part of " + in_quotes(text) +
                ": scheme and host come from the rule alone; write the host out and put the "
                "variable after the / that ends it");
  }
  if (!has_variables) {
    made.literal_ = std::move(literal);
    return made;
  }
  if (!literal.empty()) made.pieces_.push_back({std::move(literal), std::nullopt, Form::usual, std::nullopt});
  if (!made.is_url_) {
    std::string with_defaults;  // a value never brings a scheme with it: see Writer in expand.cc
    for (const Piece& piece : made.pieces_) with_defaults += piece.literal + piece.otherwise.value_or("x");
    if (with_defaults.find("://") != std::string::npos) {
      return fail("a variable or its default stands in the scheme of " + in_quotes(text) +
                  ": scheme and host come from the rule alone; write them before the first %{…}");
    }
  }
  return made;
}

bool Template::uses(Variable variable) const {
  return std::any_of(pieces_.begin(), pieces_.end(),
                     [&](const Piece& piece) { return piece.variable == variable; });
}

}  // namespace chainload::core
