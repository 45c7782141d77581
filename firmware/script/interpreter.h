// SPDX-License-Identifier: MPL-2.0
// Runs a script's statements one after the other and stops at the first that fails.
#pragma once

#include "base/arena.h"
#include "base/result.h"
#include "settings/store.h"

namespace script {

/// The words of a statement, the command's name first.
using Words = std::span<const std::string_view>;

struct Command {
  std::string_view name;
  std::string_view usage;  // what follows the name, for people
  base::Status (*run)(void* context, Words words);
};

/// What a script can do. `context` is handed to each command and to `is_cancelled`, which is asked before
/// each statement.
struct CommandTable {
  std::span<const Command> commands;
  void* context;
  bool (*is_cancelled)(void* context);

  const Command* find(std::string_view name) const;
};

class Interpreter {
 public:
  static constexpr std::size_t max_statement = 4096;  // characters, expanded
  static constexpr std::size_t max_words = 256;
  static constexpr unsigned max_depth = 6;  // scripts that have started each other

  Interpreter(const CommandTable& table, const settings::Store& store, base::Arena& arena)
      : table_(table), store_(store), arena_(arena) {}
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

  /// `name` stands in the errors, with the line: "boot.gpxe:3: …". Neither may go away while the script runs.
  base::Status run(std::string_view text, std::string_view name);
  /// The script that is running ends after the command that says so, and has not failed.
  void stop() { stopped_ = true; }

 private:
  struct Frame;  // one statement's words and their characters
  base::Status run_statements(Frame& frame, std::string_view text, std::string_view name);
  base::Status run_command(Words words) const;

  const CommandTable& table_;
  const settings::Store& store_;
  base::Arena& arena_;
  unsigned depth_ = 0;
  bool stopped_ = false;
};

/// The words from `first` on, with one space between them; an error when they do not fit.
base::Result<std::string_view> join(Words words, std::size_t first, std::span<char> into);

}  // namespace script
