// SPDX-License-Identifier: MPL-2.0
// What a build can be left without (-Dfirmware-features). CHAINLOAD_WITHOUT names it, each name between commas.
// Who refers to a part only where its feature is_built leaves it out of the link.
#pragma once

#include "base/result.h"

#ifndef CHAINLOAD_WITHOUT
#define CHAINLOAD_WITHOUT ","
#endif

namespace base {

struct Feature {
  std::string_view name;
  bool is_built = true;

  explicit consteval Feature(std::string_view feature) : name(feature) {
    const std::string_view without = CHAINLOAD_WITHOUT;
    for (std::size_t at = 1; at < without.size(); ++at) {
      const std::string_view rest = without.substr(at);
      if (without[at - 1] == ',' && rest.starts_with(feature) && rest[feature.size()] == ',') is_built = false;
    }
  }

  /// Why `what` is refused.
  Error missing(std::string_view what) const {
    return Error(ErrorCode::unsupported, "{}: this firmware was built without {}; build one with it (-Dfirmware-features)",
                 what, name);
  }
};

namespace features {

inline constexpr Feature http("http");
inline constexpr Feature tftp("tftp");
inline constexpr Feature dns("dns");
inline constexpr Feature menu("menu");
inline constexpr Feature shell("shell");
inline constexpr Feature forms("forms");
inline constexpr Feature log("log");
inline constexpr Feature ntp("ntp");
inline constexpr Feature sums("sums");
inline constexpr Feature sanboot("sanboot");

}  // namespace features
}  // namespace base
