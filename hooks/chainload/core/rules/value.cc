// SPDX-License-Identifier: MPL-2.0
// Words for values and for what is wrong with them.
#include "value.h"

#include "core/facts/text.h"
#include "reading.h"

namespace chainload::core {

std::string_view kind_text(Value::Kind kind) {
  switch (kind) {
    case Value::Kind::null:
      return "null";
    case Value::Kind::boolean:
      return "true or false";
    case Value::Kind::integer:
      return "a whole number";
    case Value::Kind::real:
      return "a number with a fraction";
    case Value::Kind::string:
      return "a string";
    case Value::Kind::list:
      return "a list";
    case Value::Kind::map:
      return "a map";
  }
  return "nothing";
}

std::string Reading::printable_key(const std::string& key) {
  return printable(key);
}

std::string Problems::text() const {
  std::string text;
  for (const Problem& problem : list_) text += (text.empty() ? "" : "; ") + problem.text();
  if (seen_ > list_.size()) text += "; and " + std::to_string(seen_ - list_.size()) + " more";
  return text;
}

}  // namespace chainload::core
