// SPDX-License-Identifier: MPL-2.0
#include "script/interpreter.h"

#include <new>

#include "base/debug.h"
#include "script/expand.h"

namespace script {

using base::Error;
using base::ErrorCode;

struct Interpreter::Frame {
  std::array<std::string_view, max_words> words;
  std::array<char, max_statement> characters;
  std::size_t word_count = 0;
  std::size_t used = 0;

  void clear() { word_count = used = 0; }
  base::Status add(std::string_view raw, const settings::Store& store) {
    const std::span<char> room = std::span(characters).subspan(used);
    base::TextWriter out(room);
    unquote(raw, out);
    if (out.overflowed() || word_count == max_words) {
      return Error(ErrorCode::too_large, "The line is longer than {} characters or {} words", max_statement,
                   max_words);
    }
    std::size_t size = out.view().size();
    base::Status expanded = expand(store, room, size);
    if (!expanded.ok()) return expanded;
    // A word that expands to nothing stays one: `iseq ${a} b`. Only before the command's name it is none.
    if (size > 0 || word_count > 0) words[word_count++] = {room.data(), size};
    used += size;
    return base::Done{};
  }
};

struct Interpreter::Script {
  std::string_view text;
  std::string_view name;
  Lexer lexer;
  bool has_jumped = false;
};

struct Interpreter::Ending {
  enum class Mark : std::uint8_t { line_end, text_end, always, on_success, on_failure };
  Mark mark = Mark::text_end;

  bool ends_line() const { return mark <= Mark::text_end; }
  bool lets_next_run(bool succeeded) const {
    return mark == Mark::always || succeeded == (mark == Mark::on_success);
  }
};

const Command* CommandTable::find(std::string_view name) const {
  for (const Command& command : commands) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

base::Status Interpreter::run(std::string_view text, std::string_view name) {
  if (depth_ == max_depth) {
    return Error(ErrorCode::refused,
                 "Cannot run {}: {} scripts have started each other; does one chain itself?", name, depth_);
  }
  void* memory = arena_.allocate(sizeof(Frame));
  if (memory == nullptr)
    return Error(ErrorCode::no_memory, "No memory to run {}: clear settings and free images", name);
  Frame* frame = new (memory) Frame;
  ++depth_;
  stopped_ = false;
  Script* const outer = script_;
  Script script{text, name, Lexer(text)};
  script_ = &script;
  DEBUG_LINE(script, extra, "{} begins, {} bytes, depth {}", name, text.size(), depth_);
  base::Status status = run_statements(*frame, script);
  script_ = outer;
  --depth_;
  was_stopped_ = stopped_;
  stopped_ = false;  // whoever chained this script goes on
  arena_.release(frame);
  return status;
}

base::Status Interpreter::run_statements(Frame& frame, Script& script) {
  while (!stopped_ && !script.lexer.is_at_end()) {
    const std::size_t line = script.lexer.line();
    base::Status done = run_line(frame, script);
    if (done.ok()) continue;
    if (script.name.empty()) return done;
    return Error(done.error().code(), "{}:{}: {}", script.name, line, done.error().sentence());
  }
  return base::Done{};
}

/// Reads the words up to the mark that ends a command. Words of a command that does not run are not expanded.
base::Status Interpreter::collect(Frame& frame, Lexer& lexer, bool is_wanted, Ending& ending) {
  using Mark = Ending::Mark;
  frame.clear();
  base::Status status = base::Done{};
  for (;;) {
    std::string_view raw;
    const Lexer::Token token = lexer.next(raw);
    if (token == Lexer::Token::word && raw != "&&" && raw != "||" && raw != ";") {
      if (is_wanted && status.ok()) status = frame.add(raw, store_);
      continue;
    }
    if (token == Lexer::Token::bad_character) {
      status = Error(ErrorCode::malformed, "the line holds a NUL character; is this a script at all?");
      is_wanted = true;
      continue;
    }
    ending.mark = token == Lexer::Token::line_end   ? Mark::line_end
                  : token == Lexer::Token::text_end ? Mark::text_end
                  : raw == "&&"                     ? Mark::on_success
                  : raw == "||"                     ? Mark::on_failure
                                                    : Mark::always;
    return status;
  }
}

base::Status Interpreter::run_line(Frame& frame, Script& script) {
  std::string_view label;
  Lexer ahead = script.lexer;
  if (ahead.next(label) == Lexer::Token::word && label.starts_with(':')) {
    script.lexer.skip_line();
    return base::Done{};
  }
  Ending ending;
  base::Status status = base::Done{};
  bool is_wanted = true;
  for (;;) {
    base::Status collected = collect(frame, script.lexer, is_wanted, ending);
    if (!collected.ok()) {
      status = std::move(collected);
    } else if (is_wanted) {
      status = base::Done{};  // what nothing does succeeds: `may-fail ||`
      if (frame.word_count > 0) {
        if (table_.take_stop(table_.context) != Stop::none)
          return Error(ErrorCode::cancelled, "stopped by Ctrl-C");
        status = run_command(Words(frame.words).first(frame.word_count));
        // Two words of it: the others may be a password.
        DEBUG_LINE(script, log, "{}:{} {} {}: {}", script.name, script.lexer.line(), frame.words[0],
                   frame.word_count > 1 ? frame.words[1] : std::string_view(),
                   status.ok() ? std::string_view("ok") : status.error().sentence());
      }
      if (!status.ok() && table_.take_stop(table_.context) == Stop::script) return status;
      if (stopped_) return status;
      if (script.has_jumped) {
        script.has_jumped = false;
        return status;
      }
    }
    if (ending.ends_line()) return status;
    is_wanted = ending.lets_next_run(status.ok());
  }
}

base::Status Interpreter::run_command(Words words) const {
  const Command* command = table_.find(words[0]);
  if (command == nullptr) {
    return Error(ErrorCode::not_found, "there is no command \"{}\"; \"help\" lists them", words[0]);
  }
  Call call;
  if (!call.parse(command->usage, words)) return wrong_usage(*command);
  return command->run(table_.context, call);
}

Error wrong_usage(const Command& command) {
  return Error(ErrorCode::invalid, "Usage: {} {}", command.name, command.usage);
}

base::Status Interpreter::jump(std::string_view label) {
  Lexer lexer(script_->text);
  while (!lexer.is_at_end()) {
    std::string_view raw;
    const Lexer::Token token = lexer.next(raw);
    if (token == Lexer::Token::line_end) continue;
    lexer.skip_line();
    if (token != Lexer::Token::word || !raw.starts_with(':') || raw.substr(1) != label) continue;
    script_->lexer = lexer;
    script_->has_jumped = true;
    return base::Done{};
  }
  return Error(ErrorCode::not_found,
               "there is no label \"{}\" in this script: write :{} on a line of its own", label, label);
}

base::Result<std::string_view> join(Words words, std::size_t first, std::span<char> into) {
  base::TextWriter out(into);
  for (std::size_t i = first; i < words.size(); ++i) {
    if (words[i].empty()) continue;
    if (!out.view().empty()) out.append(' ');
    out.append(words[i]);
  }
  if (out.overflowed())
    return Error(ErrorCode::too_large, "The arguments are longer than {} characters", into.size());
  return out.view();
}

}  // namespace script
