// SPDX-License-Identifier: MPL-2.0
// Points in time and spans of time, in microseconds; nobody but the platform makes an Instant from nothing.
#pragma once

#include <compare>
#include <cstdint>

namespace base {

class Duration {
 public:
  constexpr Duration() = default;
  static constexpr Duration microseconds(std::int64_t us) { return Duration(us); }
  static constexpr Duration milliseconds(std::int64_t ms) { return Duration(ms * 1000); }
  static constexpr Duration seconds(std::int64_t s) { return Duration(s * 1'000'000); }

  constexpr std::int64_t us() const { return us_; }
  constexpr std::int64_t ms() const { return us_ / 1000; }
  constexpr auto operator<=>(const Duration&) const = default;
  constexpr Duration operator+(Duration other) const { return Duration(us_ + other.us_); }
  constexpr Duration operator-(Duration other) const { return Duration(us_ - other.us_); }
  constexpr Duration operator*(std::int64_t factor) const { return Duration(us_ * factor); }
  constexpr Duration operator/(std::int64_t divisor) const { return Duration(us_ / divisor); }

 private:
  explicit constexpr Duration(std::int64_t us) : us_(us) {}
  std::int64_t us_ = 0;
};

class Instant {
 public:
  constexpr Instant() = default;
  static constexpr Instant from_us(std::int64_t us) { return Instant(us); }
  /// Later than every real instant: "nothing to do".
  static constexpr Instant never() { return Instant(INT64_MAX); }

  constexpr std::int64_t us() const { return us_; }
  constexpr auto operator<=>(const Instant&) const = default;
  constexpr Instant operator+(Duration d) const {
    return us_ > INT64_MAX - d.us() ? never() : Instant(us_ + d.us());
  }
  constexpr Instant operator-(Duration d) const { return Instant(us_ - d.us()); }
  constexpr Duration operator-(Instant other) const { return Duration::microseconds(us_ - other.us_); }

 private:
  explicit constexpr Instant(std::int64_t us) : us_(us) {}
  std::int64_t us_ = 0;
};

}  // namespace base
