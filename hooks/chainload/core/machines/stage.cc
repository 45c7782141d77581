// SPDX-License-Identifier: MPL-2.0
// Reading stage and file from a decision.
#include "stage.h"

#include "keyed_hash.h"

namespace chainload::core::machines {

std::string_view name_of(Stage stage) {
  constexpr std::array<std::string_view, 3> names = {"none", "first", "second"};
  return names[static_cast<std::size_t>(stage)];
}

Stage stage_of(const Decision& decision) {
  if (decision.outcome != Outcome::boot || !decision.has_boot_file) return Stage::none;
  const bool by_own_choice =
      decision.because == Because::user_class_listed || decision.because == Because::rule_matched;
  return by_own_choice && is_network_loader(decision.kind) ? Stage::second : Stage::first;
}

std::uint64_t file_id(const Decision& decision) {
  if (decision.outcome != Outcome::boot || !decision.has_boot_file) return 0;
  std::string_view name = decision.boot_file_text();
  if (decision.because == Because::architecture_served) name = name.substr(name.rfind('/') + 1);
  const Bytes octets(reinterpret_cast<const std::uint8_t*>(name.data()), name.size());
  return KeyedHash({5, 6})(octets) | 1;
}

}  // namespace chainload::core::machines
