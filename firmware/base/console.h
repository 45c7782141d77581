// SPDX-License-Identifier: MPL-2.0
// What people see: one console that writes to every sink it was given, and the ring that keeps what scrolled away.
#pragma once

#include <array>
#include <cstddef>

#include "base/bytes.h"
#include "base/result.h"
#include "base/text.h"

namespace base {

/// A place where text goes. `write` gets whole pieces of text with '\n' line ends.
struct ConsoleSink {
  void (*write)(void* self, std::string_view text) = nullptr;
  void* self = nullptr;
};

class Console {
 public:
  static constexpr std::size_t max_sinks = 6;

  /// False when there is no room for another sink.
  bool add_sink(ConsoleSink sink);
  void write(std::string_view text);
  /// The same; of an address that holds a password, http://USER:PASSWORD@server/, three stars are written in its place:
  /// consoles are photographed and logged.
  void write_public(std::string_view text);
  /// As write_public().
  template <class... Args>
  void print(std::string_view pattern, const Args&... arguments) {
    format(pattern, FormatArgs<Args...>{FormatArg(arguments)...});
  }
  /// The error's sentence on a line of its own.
  void report(const Error& error) { print("{}\n", error.sentence()); }

 private:
  void format(std::string_view pattern, std::span<const FormatArg> arguments);

  std::array<ConsoleSink, max_sinks> sinks_{};
  std::size_t count_ = 0;
};

/// The last bytes that were written, oldest first.
class LogRing {
 public:
  explicit LogRing(MutBytes memory) : memory_(memory) {}

  void write(std::string_view text);
  ConsoleSink sink() {
    return {[](void* self, std::string_view text) { static_cast<LogRing*>(self)->write(text); }, this};
  }
  /// The kept text in at most two pieces, in order.
  std::array<std::string_view, 2> pieces() const;

 private:
  MutBytes memory_;
  std::size_t next_ = 0;
  bool wrapped_ = false;
};

}  // namespace base
