// SPDX-License-Identifier: MPL-2.0
// Lines for whoever hunts a fault, in builds that ask for them (-Dfirmware-debug=dhcp,http:3). Of any other image they
// are no part.
#pragma once

#include "base/console.h"
#include "base/time.h"

#ifndef CHAINLOAD_DEBUG
#define CHAINLOAD_DEBUG ""  // or ",dhcp:1,http:3,"
#endif

namespace base::debug {

/// gPXE's, bits of one mask: what happens; in detail; how long it takes; every packet.
enum Level : unsigned { log = 1, extra = 2, profile = 4, io = 8 };

/// What `wanted` says of `object`.
constexpr unsigned levels_of(std::string_view wanted, std::string_view object) {
  unsigned levels = 0;
  for (std::size_t at = 1; at < wanted.size(); ++at) {
    std::string_view rest = wanted.substr(at);
    if (wanted[at - 1] != ',' || !rest.starts_with(object) || rest[object.size()] != ':') continue;
    for (rest.remove_prefix(object.size() + 1); rest[0] >= '0' && rest[0] <= '9'; rest.remove_prefix(1))
      levels = levels * 10 + static_cast<unsigned>(rest[0] - '0');
  }
  return levels;
}

struct Object {
  std::string_view name;
  unsigned levels;

  explicit consteval Object(std::string_view object) : name(object), levels(levels_of(CHAINLOAD_DEBUG, object)) {}
};

// firmware/meson.build has the same names.
inline constexpr Object arp("arp"), dhcp("dhcp"), dns("dns"), exec("exec"), http("http"), image("image"), ip("ip"),
    memory("memory"), script("script"), tcp("tcp"), tftp("tftp"), undi("undi");

inline constexpr bool is_any = sizeof CHAINLOAD_DEBUG > 1;

using Clock = Instant (*)(void* self);
/// Before that, lines are lost.
void begin(Console& console, Clock clock, void* self);

/// "[dhcp 3.412] TEXT". What packets bring is only shown: a log server that heard of its own packets would hear no end.
void write_line(const Object& object, Level level, std::string_view pattern, std::span<const FormatArg> arguments);
template <class... Args>
void write(const Object& object, Level level, std::string_view pattern, const Args&... arguments) {
  write_line(object, level, pattern, FormatArgs<Args...>{FormatArg(arguments)...});
}

}  // namespace base::debug

#ifdef CHAINLOAD_NO_DEBUG_LINES  // the BIOS image without -Dfirmware-debug; on Linux the compiler checks the lines
#define DEBUG_LINE(...) static_cast<void>(0)
#else
#define DEBUG_LINE(object, level, ...)                                                             \
  do {                                                                                             \
    if constexpr ((::base::debug::object.levels & ::base::debug::level) != 0)                      \
      ::base::debug::write(::base::debug::object, ::base::debug::level, __VA_ARGS__);              \
  } while (false)
#endif
