// SPDX-License-Identifier: MPL-2.0
#include "wire/smbios.h"

namespace wire {

SmbiosStructure find_smbios_structure(base::Bytes table, std::uint8_t wanted, unsigned instance) {
  constexpr std::size_t header_size = 4;
  constexpr std::uint8_t end_of_table = 127;
  while (table.size() >= header_size) {
    const std::uint8_t type = table[0];
    const std::size_t claimed_size = table[1];
    if (claimed_size < header_size || claimed_size > table.size() || type == end_of_table) break;
    // Strings follow, the last one empty; without any there are two NULs.
    std::size_t end = claimed_size;
    while (end + 1 < table.size() && (table[end] | table[end + 1]) != 0) ++end;
    const bool is_whole = end + 2 <= table.size();
    if (type == wanted && instance-- == 0) {
      const base::Bytes strings =
          is_whole ? table.subspan(claimed_size, end + 1 - claimed_size) : base::Bytes();
      return {table.first(claimed_size), strings};
    }
    if (!is_whole) break;
    table = table.subspan(end + 2);
  }
  return {};
}

std::string_view SmbiosStructure::string_at(std::size_t offset) const {
  if (offset >= formatted.size()) return {};
  std::string_view rest = base::as_text(strings);
  for (unsigned number = formatted[offset]; number != 0 && !rest.empty(); --number) {
    const std::string_view text = rest.substr(0, rest.find('\0'));
    if (number == 1) return text;
    rest.remove_prefix(text.size() < rest.size() ? text.size() + 1 : rest.size());
  }
  return {};
}

}  // namespace wire
