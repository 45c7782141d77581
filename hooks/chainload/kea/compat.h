// SPDX-License-Identifier: MPL-2.0
// The differences between Kea 2.2, 2.6 and 3.0 that this library meets, in one place.
#pragma once

#include <cc/data.h>
#include <dhcpsrv/cfg_multi_threading.h>
#include <hooks/hooks.h>
#include <hooks/libinfo.h>

#include <string>
#include <type_traits>

namespace chainload::kea {

/// Kea's result codes as this library answers commands; 2.2 has no name for 4 yet.
enum class Result : int { success = 0, error = 1, not_found = 3, conflict = 4 };

/// `a string`, `a map`: what an element is, for error texts. getType() returned a bare int before 3.0.
inline std::string kind_text(const isc::data::Element& element) {
  const std::string name =
      isc::data::Element::typeToName(static_cast<isc::data::Element::types>(element.getType()));
  return (name.front() == 'i' ? "an " : "a ") + name;
}

/// To be called before a configuration is refused. Kea 2.2 sets multi-threading's mode when it reads a configuration and
/// starts the threads only when it has taken it on: with the mode and no thread, queries would wait for ever.
inline void keep_answering(const isc::data::ConstElementPtr& server_configuration) {
  if constexpr (KEA_HOOKS_VERSION < 20400) {
    if (server_configuration) isc::dhcp::CfgMultiThreading::apply(server_configuration->get("multi-threading"));
  }
}

/// A pair of name and parameters up to 2.6, a structure since 3.0. A template, so that only the branch that
/// suits this Kea is compiled.
template <class Library = isc::hooks::HookLibInfo>
Library hook_library(const std::string& path, isc::data::ConstElementPtr parameters) {
  if constexpr (std::is_constructible_v<Library, const std::string&, isc::data::ConstElementPtr>) {
    return Library(path, parameters);
  } else {
    Library library;
    library.libname_ = path;
    library.parameters_ = parameters;
    return library;
  }
}

}  // namespace chainload::kea
