// SPDX-License-Identifier: MPL-2.0
// One command as data: what it is called, what it may do, what it takes, and who answers.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>

#include "answers.h"

namespace chainload::kea {

/// As Kea's own command descriptions have it.
enum class Access : std::uint8_t { read, write };

struct Argument {
  enum class Kind : std::uint8_t {
    string,  // of at most `most` octets
    number,  // whole, of the range below
    boolean,
    list,
    map,
    any  // the answer looks at it itself
  };
  std::string_view name;
  Kind kind = Kind::any;
  bool is_required = false;
  std::int64_t least = 0;
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

struct Form {
  const char* name = nullptr;
  Access access{};
  Management needs{};  // the lowest `management` with which it is answered
  std::span<const Argument> arguments;
  bool is_bare_allowed = false;  // may come without "arguments"
};

struct Command : Form {
  CommandAnswer answer = nullptr;
};

/// Every command of this library, in alphabetical order.
std::span<const Command> commands();

/// The command as the server hands it over, answered. Throws nothing but std::bad_alloc.
isc::data::ConstElementPtr answer_command(Library& library, const isc::data::ConstElementPtr& command);

}  // namespace chainload::kea
