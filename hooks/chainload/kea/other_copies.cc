// SPDX-License-Identifier: MPL-2.0
// Every file that is loaded into the process is asked for our symbol. A mark of our own would not do: each copy has
// its own static data, and Kea's tables cannot tell a copy that was unloaded from one that is in use.
#include "other_copies.h"

#include <dlfcn.h>
#include <link.h>

#include <vector>

namespace chainload::kea {
namespace {

std::vector<std::string> loaded_files() {
  std::vector<std::string> names;
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* to) {
        if (info->dlpi_name != nullptr && *info->dlpi_name != '\0') {
          static_cast<std::vector<std::string>*>(to)->emplace_back(info->dlpi_name);
        }
        return 0;
      },
      &names);
  return names;
}

bool is_in_use(const std::string& file) {
  void* const handle = ::dlopen(file.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  if (handle == nullptr) return false;
  void* const symbol = ::dlsym(handle, in_use_symbol);
  const bool result = symbol != nullptr && reinterpret_cast<int (*)()>(symbol)() != 0;
  ::dlclose(handle);
  return result;
}

}  // namespace

std::optional<std::string> copy_in_use() {
  for (const std::string& file : loaded_files()) {
    if (is_in_use(file)) return file;
  }
  return std::nullopt;
}

}  // namespace chainload::kea
