// SPDX-License-Identifier: MPL-2.0
// Runs a script's statements one after the other and stops at the first that fails.
//
// Commands of a line are joined by `&&`, `||` and `;` as words of their own; each looks at how the last
// command that ran has ended, and each command's words are expanded just before it runs. A line whose first
// word begins with a colon is a label.
#pragma once

#include "base/arena.h"
#include "base/result.h"
#include "script/call.h"
#include "script/lexer.h"
#include "settings/store.h"

namespace script {

struct Command {
  std::string_view name;
  std::string_view usage;  // what follows the name: for people, and for Call
  base::Status (*run)(void* context, const Call& call);
};

enum class Stop : std::uint8_t {
  none,
  command,  // Ctrl-C: the command that ran has failed; `||` may follow
  script,   // nothing goes on
};

/// What a script can do. `context` is handed to each command and to `take_stop`, which is asked before each
/// statement and after each failure; Stop::command is told once.
struct CommandTable {
  std::span<const Command> commands;
  void* context;
  Stop (*take_stop)(void* context);

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

  /// `name` stands in the errors, with the line: "boot.gpxe:3: …"; a line of the shell has none. Neither may
  /// go away while the script runs.
  base::Status run(std::string_view text, std::string_view name);
  /// The script that is running ends after the command that says so, and has not failed.
  void stop() { stopped_ = true; }
  /// Whether the script that ended last did so by stop().
  bool was_stopped() const { return was_stopped_; }
  /// One command with its words; how a command runs another.
  base::Status run_command(Words words) const;
  /// The script that is running goes on behind the line `:label`.
  base::Status jump(std::string_view label);

 private:
  struct Frame;   // one statement's words and their characters
  struct Script;  // the text that runs, and where
  struct Ending;  // of a command in a line
  base::Status run_statements(Frame& frame, Script& script);
  base::Status run_line(Frame& frame, Script& script);
  base::Status collect(Frame& frame, Lexer& lexer, bool is_wanted, Ending& ending);

  const CommandTable& table_;
  const settings::Store& store_;
  base::Arena& arena_;
  Script* script_ = nullptr;
  unsigned depth_ = 0;
  bool stopped_ = false;
  bool was_stopped_ = false;
};

/// "Usage: boot [NAME]"
base::Error wrong_usage(const Command& command);

/// The words from `first` on that are not empty, with one space between them; an error when they do not fit.
base::Result<std::string_view> join(Words words, std::size_t first, std::span<char> into);

}  // namespace script
