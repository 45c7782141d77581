// SPDX-License-Identifier: MPL-2.0
// Forms: what a script says to a web server along with its question. A form is kept as a menu is, each field an item
// with its name as the label.
#include "flow/command_functions.h"
#include "flow/form.h"
#include "settings/value.h"

namespace flow {

using base::Error;
using base::ErrorCode;
using base::Status;
using script::Call;

namespace {

Error no_form(std::string_view name) {
  return Error(ErrorCode::not_found, "There is no form \"{}\": begin one with the command params", name);
}

}  // namespace

Status params(void* context, const Call& call) {
  enum Option : std::uint8_t { name, remove };
  MenuList& forms = session_of(context).forms();
  if (!call.has(remove)) return forms.begin(call.options[name], {});
  forms.remove(call.options[name]);
  return base::Done{};
}

Status param(void* context, const Call& call) {
  Session& session = session_of(context);
  const std::string_view name = call.options[0];
  Menu* const form = session.forms().find(name);
  if (form == nullptr) return no_form(name);
  MenuItem field{};
  field.label = call.word(0);
  char room[max_form];
  auto value = script::join(call.words, 1, room);
  if (!value.ok()) return value.error();
  field.text = *value;
  return session.forms().add(*form, field);
}

base::Result<std::string_view> take_form(Session& session, std::string_view reference, std::span<char> room) {
  constexpr std::string_view mark = "##params";
  base::TextWriter out(room);
  const std::size_t at = reference.find(mark);
  if (at == std::string_view::npos) return out.view();
  std::string_view name = reference.substr(at + mark.size());
  if (name.starts_with('=')) name.remove_prefix(1);
  const Menu* const form = session.forms().find(name);
  if (form == nullptr) return no_form(name);
  // [html 4.01 17.13.4.1] A space may be %20 as well as +.
  const auto encode = [&](std::string_view text) {
    settings::format_value(settings::Type::uristring, base::as_bytes(text), out);
  };
  for (const MenuItem* field = form->first; field != nullptr; field = field->next) {
    if (!out.view().empty()) out.append('&');
    encode(field->label);
    out.append('=');
    encode(field->text);
  }
  if (out.overflowed()) {
    return Error(ErrorCode::too_large, "The form \"{}\" is longer than {} characters", name, room.size());
  }
  session.forms().remove(name);
  return out.view();
}

}  // namespace flow
