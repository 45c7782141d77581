// SPDX-License-Identifier: MPL-2.0
// The short form (`next-server`, `script`, `user-classes`, `firmware`) and the built-in table it stands for.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "architectures.h"
#include "problems.h"
#include "template.h"

namespace chainload::core {

/// The short form as written; absent keys are inherited from the next outer scope, and at last from the
/// defaults.
struct ShortForm {
  std::optional<std::string> next_server;
  std::optional<std::string> script;
  std::optional<std::vector<std::string>> user_classes;  // default: gPXE and iPXE
  std::optional<std::vector<std::pair<std::string, std::string>>>
      firmware;  // architecture name or number → file name or URL; inherited as a whole
  std::vector<std::pair<std::string, std::string>> places;  // key → where it stands in its file

  bool empty() const { return !next_server && !script && !user_classes && !firmware; }
};

/// The inner scope's keys, and the outer's where the inner has none.
ShortForm inherit(const ShortForm& inner, const ShortForm& outer);

using FirmwareNames = std::array<Template, architecture_count>;  // an empty text where there is none

/// Checked, and never changed afterwards.
struct BuiltInTable {
  Ipv4 next_server{};
  std::string next_server_text;
  Template script;  // its text is empty when none is given: then user classes get firmware too
  std::shared_ptr<const std::vector<std::string>> user_classes;
  std::shared_ptr<const FirmwareNames> firmware;  // resolved: names, or URLs

  bool lists_user_class(const UserClasses& classes, std::string_view& found) const;

  /// The architecture whose firmware serves this one (itself, or what it counts as), or nothing.
  std::optional<std::uint16_t> firmware_row(std::uint16_t architecture) const;
};

/// `form` is whole: everything that can be inherited is in it. `path` is put before the key in problems, such
/// as `subnet[1].`; a missing next-server is one. Null when there are problems. `outer` is the table of the
/// next outer scope or null: what is the same is shared with it.
std::shared_ptr<const BuiltInTable> make_built_in_table(const ShortForm& form, const std::string& path,
                                                        const BuiltInTable* outer, Problems& problems);

/// Dotted quad, four decimal numbers without leading zeros.
std::optional<Ipv4> parse_ipv4(std::string_view text);

/// An IPv4 address of one machine, or a problem.
std::optional<Ipv4> read_next_server(std::string_view text, std::string& sentence);

}  // namespace chainload::core
