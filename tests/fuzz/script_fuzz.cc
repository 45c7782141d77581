// SPDX-License-Identifier: MPL-2.0
// A script, with commands that do nothing but look at their words, set settings, jump and fail.
#include <algorithm>
#include <memory>

#include "fuzz_target.h"
#include "script/expand.h"
#include "script/interpreter.h"

namespace {

struct Run {
  Run();
  static settings::Machine machine() {
    settings::Machine machine;
    machine.mac = {{0x52, 0x54, 0, 0, 0, 2}};
    machine.version = machine.platform = machine.build_arch = "fuzz";
    return machine;
  }
  std::array<std::uint8_t, 16 << 10> settings_memory{};
  std::array<std::uint8_t, 64 << 10> script_memory{};
  base::Arena settings_arena{"settings", settings_memory}, script_arena{"scripts", script_memory};
  settings::Store store{settings_arena, machine()};
  script::CommandTable table;
  script::Interpreter interpreter;
  unsigned steps_left = 300;  // of a script that would go on for ever
};

Run& run_of(void* context) {
  return *static_cast<Run*>(context);
}

/// Words are what the interpreter promises, whatever stood in the script.
base::Status look(void* context, const script::Call& call) {
  std::size_t characters = 0;
  fuzz::require(call.words.size() < script::Interpreter::max_words);
  for (const std::string_view word : call.words) {
    characters += word.size();
    fuzz::require(word.find('\0') == std::string_view::npos);
    fuzz::note(word);
  }
  for (std::size_t i = 0; i < call.options.size(); ++i) {
    if (call.has(i)) fuzz::note(call.options[i]);
    std::uint32_t number = 7;
    if (call.read_number(i, number)) fuzz::note(std::uint64_t{number});
  }
  fuzz::require(characters <= script::Interpreter::max_statement);
  static_cast<void>(context);
  return base::Done{};
}
base::Status fail(void*, const script::Call& call) {
  return base::Error(base::ErrorCode::refused, "{} fails, as it should", call.name);
}
base::Status set(void* context, const script::Call& call) {
  char room[512];
  auto value = script::join(call.words, 1, room);
  if (!value.ok()) return value.error();
  return run_of(context).store.set(call.word(0), value.value());
}
base::Status clear(void* context, const script::Call& call) {
  return run_of(context).store.clear(call.word(0));
}
base::Status go_to(void* context, const script::Call& call) {
  return run_of(context).interpreter.jump(call.word(0));
}
base::Status stop(void* context, const script::Call&) {
  run_of(context).interpreter.stop();
  return base::Done{};
}
/// A script that starts another, and a command that runs another.
base::Status start(void* context, const script::Call& call) {
  return run_of(context).interpreter.run(call.word(0), "inner");
}
base::Status time(void* context, const script::Call& call) {
  return run_of(context).interpreter.run_command(call.words);
}

constexpr script::Command commands[] = {
    {"echo", "[-n] [WORD...]", look},
    {"item", "[--gap] [-k|--key KEY] [-d|--default] [NAME] [TEXT...]", look},
    {"choose", "[-t|--timeout MS] [--keep] SETTING", look},
    {"fail", "[WORD...]", fail},
    {"set", "SETTING [TEXT...]", set},
    {"clear", "SETTING", clear},
    {"goto", "LABEL", go_to},
    {"exit", "[CODE]", stop},
    {"start", "TEXT", start},
    {"time", "COMMAND...", time},
};

Run::Run()
    : table{commands, this,
            [](void* self) {
              Run& run = run_of(self);
              return run.steps_left == 0 || --run.steps_left == 0 ? script::Stop::script : script::Stop::none;
            }},
      interpreter(table, store, script_arena) {}

/// Every token lies in the text, behind the last one, and a word never grows when its quotes go.
void check_tokens(std::string_view text) {
  script::Lexer lexer(text);
  const char* behind = text.data();
  for (std::size_t line = 1;;) {
    std::string_view raw;
    const script::Lexer::Token token = lexer.next(raw);
    if (token == script::Lexer::Token::text_end) break;
    fuzz::require(lexer.line() >= line);
    line = lexer.line();
    if (token == script::Lexer::Token::line_end) continue;
    fuzz::require(!raw.empty() && behind <= raw.data() &&
                  raw.data() + raw.size() <= text.data() + text.size());
    behind = raw.data() + raw.size();
    std::vector<char> room(raw.size());
    base::TextWriter out(room);
    script::unquote(raw, out);
    fuzz::require(!out.overflowed());
  }
  fuzz::require(lexer.is_at_end());
}

}  // namespace

FUZZ_TARGET(script) {
  const std::string_view text = base::as_text(input);
  check_tokens(text);
  auto run = std::make_unique<Run>();
  const base::Status status = run->interpreter.run(text, "fuzz");
  fuzz::require(status.ok() || !status.error().sentence().empty());
  fuzz::note(status.ok() ? std::string_view("ok") : status.error().sentence());
  fuzz::require(run->script_arena.used() == 0);
  std::array<char, 700> room;
  std::size_t size = std::min(text.size(), room.size());
  std::copy_n(text.begin(), size, room.begin());
  if (script::expand(run->store, room, size).ok()) {
    fuzz::require(size <= room.size());
    fuzz::note(std::string_view(room.data(), size));
  }
}
