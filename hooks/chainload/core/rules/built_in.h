// SPDX-License-Identifier: MPL-2.0
// The short form (`next-server`, `script`, `user-classes`, `firmware`) and the built-in table it stands for.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/facts/architectures.h"
#include "problems.h"
#include "rule_tally.h"
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
  std::vector<std::pair<std::string, std::string>>
      places;  // key → where it stands; an empty one is the scope

  bool empty() const { return !next_server && !script && !user_classes && !firmware; }
};

/// The inner scope's keys, and the outer's where the inner has none.
ShortForm inherit(const ShortForm& inner, const ShortForm& outer);

/// What the rows are called that are no architecture's.
inline constexpr std::string_view script_row = "built-in/script";
inline constexpr std::string_view raspberry_pi_row = "built-in/raspberry-pi";

using FirmwareNames = std::array<std::optional<Template>, architecture_count>;

/// Of each row: the architectures by their numbers, then these.
class TableTallies {
 public:
  static constexpr std::size_t script = architecture_count;
  static constexpr std::size_t raspberry_pi = architecture_count + 1;

  RuleTally& operator[](std::size_t row) const { return rows_[row]; }

 private:
  std::unique_ptr<RuleTally[]> rows_ = std::make_unique<RuleTally[]>(architecture_count + 2);
};

/// Checked, and never changed afterwards.
struct BuiltInTable {
  Ipv4 next_server{};
  std::string next_server_text;
  std::optional<Template> script;  // absent: clients of the user classes are left alone
  std::shared_ptr<const std::vector<std::string>> user_classes;
  std::shared_ptr<const FirmwareNames> firmware;  // resolved: names, or URLs
  TableTallies tallies;

  bool lists_user_class(const UserClasses& classes, std::string_view& found) const;

  /// The architecture whose firmware serves this one (itself, or what it counts as), or nothing.
  std::optional<std::uint16_t> firmware_row(std::uint16_t architecture) const;
};

/// `form` is whole: everything that can be inherited is in it. `path` is what the scope is called in
/// problems; a missing next-server is one. Null when there are any. `same_firmware` is the table of an outer
/// scope that has the same next-server and firmware, or null: what is the same is then shared with it.
std::shared_ptr<const BuiltInTable> make_built_in_table(const ShortForm& form, const std::string& path,
                                                        const BuiltInTable* same_firmware,
                                                        Problems& problems);

/// Dotted quad, four decimal numbers without leading zeros.
std::optional<Ipv4> parse_ipv4(std::string_view text);

/// The address of one machine; otherwise `sentence` says what is wrong. 0.0.0.0 is none.
std::optional<Ipv4> read_next_server(std::string_view text, std::string& sentence);

}  // namespace chainload::core
