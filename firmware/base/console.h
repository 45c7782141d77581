// SPDX-License-Identifier: MPL-2.0
// What people see: one console that writes to every sink it was given, and keeps what scrolled away.
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

/// The last characters that were written, by their number since the start.
class LogRing {
 public:
  static constexpr std::uint32_t size = 8192;

  void write(std::string_view text) {
    for (char c : text) characters_[end_++ % size] = c;
  }
  /// The numbers of the oldest that is kept, and of the next to come.
  std::uint32_t begin() const { return end_ > size ? end_ - size : 0; }
  std::uint32_t end() const { return end_; }
  char operator[](std::uint32_t number) const { return characters_[number % size]; }
  /// What is kept, in at most two pieces.
  std::array<std::string_view, 2> pieces() const;

 private:
  std::array<char, size> characters_{};
  std::uint32_t end_ = 0;
};

class Console {
 public:
  static constexpr std::size_t max_sinks = 6;

  /// As long as it lives, what is written is only shown: menus, lines that are edited, and the log itself.
  class Unlogged {
   public:
    explicit Unlogged(Console& console) : console_(console), before_(console.is_logged_) { console.is_logged_ = false; }
    Unlogged(const Unlogged&) = delete;
    Unlogged& operator=(const Unlogged&) = delete;
    ~Unlogged() { console_.is_logged_ = before_; }

   private:
    Console& console_;
    bool before_;
  };

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
  const LogRing& log() const { return log_; }

 private:
  void format(std::string_view pattern, std::span<const FormatArg> arguments);

  std::array<ConsoleSink, max_sinks> sinks_{};
  std::size_t count_ = 0;
  bool is_logged_ = true;
  LogRing log_;
};

}  // namespace base
