// SPDX-License-Identifier: MPL-2.0
// Reading and answering pages of machines.
#include "machine_page.h"

#include <cc/command_interpreter.h>

#include "core/facts/text.h"
#include "kea/compat.h"
#include "kea/value_of_element.h"

namespace chainload::kea {

using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;

core::machines::MachineKey machine_argument(const std::string& name, const Element& value) {
  const std::string text = string_argument(name, value);
  const core::machines::MachineKey key = core::machines::read_machine_key(text);
  if (key.is_none()) {
    throw BadArgument(name, core::in_quotes(text) +
                                " is no machine: write its MAC address as in 52:54:00:12:34:56, or what a "
                                "page of machines calls it");
  }
  return key;
}

MachinePage machine_page(const ConstElementPtr& arguments) {
  MachinePage page;
  if (const auto from = arguments->get("from")) page.from = machine_argument("from", *from);
  if (const auto limit = arguments->get("limit")) {
    page.limit = static_cast<std::size_t>(number_argument("limit", *limit, 1, most_of_a_page));
  }
  return page;
}

ConstElementPtr page_answer(const char* what, core::Value::List items, const std::string& last,
                            std::size_t limit) {
  const std::size_t count = items.size();
  ElementPtr answer = Element::createMap();
  answer->set("count", Element::create(static_cast<long long>(count)));
  answer->set(std::string(what) + "s", element_of(core::Value(std::move(items))));
  if (count == limit) answer->set("next", Element::create(last));
  const std::string text = std::to_string(count) + " " + what + (count == 1 ? "" : "s");
  return isc::config::createAnswer(static_cast<int>(count == 0 ? Result::not_found : Result::success),
                                   count == 0 ? "no " + std::string(what) + "s from here on" : text, answer);
}

}  // namespace chainload::kea
