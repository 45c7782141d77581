// SPDX-License-Identifier: MPL-2.0
// A value, or an error that is a sentence.
#pragma once

#include <new>
#include <utility>

#include "base/text.h"

namespace base {

struct Done {};
template <class T>
class Result;

/// What kind of failure it was, for code that must choose; people read the sentence.
enum class ErrorCode : std::uint16_t {
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
///
/// An Error is a word, so that it is returned in a register; its sentence stands in a ring of the youngest ones
/// and is good until `kept` further errors have been made. An error is told to a person, put into another one,
/// or dropped long before.
class Error {
 public:
  static constexpr unsigned kept = 64;
  static constexpr std::size_t max_sentence = 304;

  Error(ErrorCode code, std::string_view sentence);
  template <class... Args>
    requires(sizeof...(Args) > 0)
  Error(ErrorCode code, std::string_view pattern, const Args&... arguments)
      : Error(code, pattern, std::span<const FormatArg>(FormatArgs<Args...>{FormatArg(arguments)...})) {}
  ErrorCode code() const { return code_; }
  std::string_view sentence() const;

 private:
  friend class Result<Done>;
  Error() = default;
  // Out of line: there is an error in every function.
  Error(ErrorCode code, std::string_view pattern, std::span<const FormatArg> arguments);

  ErrorCode code_{};
  std::uint16_t slot_ = none;
  static constexpr std::uint16_t none = 0;  // slots count from 1
};
static_assert(sizeof(Error) == 4);

/// Either a T or an Error; look before you take.
template <class T>
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

/// Nothing or an Error, in one word.
template <>
class [[nodiscard]] Result<Done> {
 public:
  Result(Done) {}
  Result(const Error& error) : error_(error) {}

  bool ok() const { return error_.slot_ == Error::none; }
  explicit operator bool() const { return ok(); }
  const Error& error() const { return error_; }

 private:
  Error error_;
};

using Status = Result<Done>;

}  // namespace base
