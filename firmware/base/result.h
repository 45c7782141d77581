// SPDX-License-Identifier: MPL-2.0
// A value, or an error that is a sentence.
#pragma once

#include <new>
#include <utility>

#include "base/text.h"

namespace base {

/// What kind of failure it was, for code that must choose; people read the sentence.
enum class ErrorCode : std::uint8_t {
  timed_out,
  cancelled,       // Ctrl-C
  not_found,       // a name, file or setting that does not exist
  refused,         // the other side said no
  malformed,       // bytes that break their format
  too_large,       // does not fit where it must go
  no_memory,       // an arena is exhausted
  unsupported,     // understood, but not something this build does
  invalid,         // a command or value that makes no sense
  unreachable,     // no route, no link, no answer from the neighbour
  interrupted,     // the connection broke
};

/// "what failed: why; what to try". The sentence has no final line break.
class Error {
 public:
  Error(ErrorCode code, std::string_view sentence);
  template <class... Args>
    requires(sizeof...(Args) > 0)
  Error(ErrorCode code, std::string_view pattern, const Args&... arguments)
      : Error(code, pattern, std::span<const FormatArg>(FormatArgs<Args...>{FormatArg(arguments)...})) {}
  Error(const Error& other);
  Error& operator=(const Error& other);
  ErrorCode code() const { return code_; }
  std::string_view sentence() const { return sentence_.view(); }

 private:
  // Out of line: there is an error in every function, and a copy of this in each would be a tenth of the image.
  Error(ErrorCode code, std::string_view pattern, std::span<const FormatArg> arguments);

  ErrorCode code_;
  Text<304> sentence_;
};

struct Done {};

/// Either a T or an Error; look before you take.
template <class T = Done>
class [[nodiscard]] Result {
 public:
  Result(T value) : ok_(true) { new (&value_) T(std::move(value)); }
  Result(const Error& error) : ok_(false), error_(error) {}
  Result(Result&& other) noexcept : ok_(other.ok_) {
    if (ok_) {
      new (&value_) T(std::move(other.value_));
    } else {
      new (&error_) Error(other.error_);
    }
  }
  Result(const Result&) = delete;
  Result& operator=(const Result&) = delete;
  Result& operator=(Result&& other) noexcept {
    if (this != &other) {
      this->~Result();
      new (this) Result(std::move(other));
    }
    return *this;
  }
  ~Result() {
    if (ok_) value_.~T();
  }

  bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }
  T& value() { return value_; }
  const T& value() const { return value_; }
  T& operator*() { return value_; }
  T* operator->() { return &value_; }
  const Error& error() const { return error_; }

 private:
  bool ok_;
  union {
    T value_;
    Error error_;
  };
};

using Status = Result<Done>;

}  // namespace base
