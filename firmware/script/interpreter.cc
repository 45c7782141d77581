// SPDX-License-Identifier: MPL-2.0
#include "script/interpreter.h"

#include <new>

#include "script/expand.h"
#include "script/lexer.h"

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
    // A word that expands to nothing is none, so that `kernel uri ${options}` works without options; "" is
    // one.
    if (size > 0 || raw == "\"\"" || raw == "''") words[word_count++] = {room.data(), size};
    used += size;
    return base::Done{};
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
  base::Status status = run_statements(*frame, text, name);
  --depth_;
  stopped_ = false;  // whoever chained this script goes on
  arena_.release(frame);
  return status;
}

base::Status Interpreter::run_statements(Frame& frame, std::string_view text, std::string_view name) {
  Lexer lexer(text);
  while (!stopped_) {
    frame.clear();
    const std::size_t line = lexer.line();
    const auto here = [&](const Error& error) {
      return Error(error.code(), "{}:{}: {}", name, line, error.sentence());
    };
    Lexer::Token token;
    std::string_view raw;
    while ((token = lexer.next(raw)) == Lexer::Token::word) {
      base::Status added = frame.add(raw, store_);
      if (!added.ok()) return here(added.error());
    }
    if (token == Lexer::Token::bad_character) {
      return here(Error(ErrorCode::malformed, "the line holds a NUL character; is this a script at all?"));
    }
    if (frame.word_count > 0) {
      if (table_.is_cancelled(table_.context)) return here(Error(ErrorCode::cancelled, "stopped by Ctrl-C"));
      base::Status done = run_command(Words(frame.words).first(frame.word_count));
      if (!done.ok()) return here(done.error());
    }
    if (token == Lexer::Token::text_end) break;
  }
  return base::Done{};
}

base::Status Interpreter::run_command(Words words) const {
  const Command* command = table_.find(words[0]);
  if (command == nullptr) {
    return Error(ErrorCode::not_found, "there is no command \"{}\"; \"help\" lists them", words[0]);
  }
  return command->run(table_.context, words);
}

base::Result<std::string_view> join(Words words, std::size_t first, std::span<char> into) {
  base::TextWriter out(into);
  for (std::size_t i = first; i < words.size(); ++i) {
    if (i > first) out.append(' ');
    out.append(words[i]);
  }
  if (out.overflowed())
    return Error(ErrorCode::too_large, "The arguments are longer than {} characters", into.size());
  return out.view();
}

}  // namespace script
