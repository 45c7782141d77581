// SPDX-License-Identifier: MPL-2.0
#include "base/debug.h"

namespace base::debug {
namespace {

struct Target {
  Console* console = nullptr;
  Clock clock = nullptr;
  void* self = nullptr;
};
constinit Target target{};

}  // namespace

void begin(Console& console, Clock clock, void* self) {
  target = {&console, clock, self};
}

void write_line(const Object& object, Level level, std::string_view pattern, std::span<const FormatArg> arguments) {
  if (target.console == nullptr) return;
  Console& console = *target.console;
  char room[512];
  TextWriter line(std::span<char>(room).first(sizeof room - 1));
  const auto ms = static_cast<std::uint32_t>(target.clock(target.self).us() / 1000);
  const std::uint32_t rest = ms % 1000;
  const LogRing& log = console.log();
  if (log.end() != 0 && log[log.end() - 1] != '\n') line.append('\n');  // the console stands in a line
  line.print("[{} {}.{}{}{}] ", object.name, ms / 1000, rest / 100, rest / 10 % 10, rest % 10);
  line.format(pattern, arguments);
  room[line.view().size()] = '\n';
  const std::string_view whole(room, line.view().size() + 1);
  if (level == io) {
    const Console::Unlogged passing(console);
    console.write_public(whole);
  } else {
    console.write_public(whole);
  }
}

}  // namespace base::debug
