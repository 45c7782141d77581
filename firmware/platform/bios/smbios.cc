// SPDX-License-Identifier: MPL-2.0
#include "platform/bios/smbios.h"

#include "wire/smbios.h"

namespace bios {
namespace {

bool sums_to_zero(base::Bytes bytes) {
  std::uint8_t sum = 0;
  for (std::uint8_t byte : bytes) sum = static_cast<std::uint8_t>(sum + byte);
  return sum == 0;
}

bool begins_with(base::Bytes bytes, std::string_view text) {
  return bytes.size() >= text.size() && std::memcmp(bytes.data(), text.data(), text.size()) == 0;
}

}  // namespace

SmbiosTable find_smbios(base::Bytes segment) {
  constexpr std::size_t entry64_size = 0x18, entry32_size = 0x1f;
  SmbiosTable found;
  for (std::size_t i = 0; i + entry32_size <= segment.size(); i += 16) {
    const base::Bytes entry = segment.subspan(i);
    if (begins_with(entry, "_SM_") && begins_with(entry.subspan(0x10), "_DMI_") && sums_to_zero(entry.subspan(0x10, 0xf))) {
      return {base::load_le32(&entry[0x18]), base::load_le16(&entry[0x16])};
    }
    if (begins_with(entry, "_SM3_") && entry[6] >= entry64_size && entry[6] <= entry.size() &&
        sums_to_zero(entry.first(entry[6])) && base::load_le32(&entry[0x14]) == 0) {
      found = {base::load_le32(&entry[0x10]), base::load_le32(&entry[0x0c])};
    }
  }
  return found;
}

base::Bytes find_uuid(base::Bytes table) {
  constexpr std::size_t uuid_offset = 8, uuid_size = 16;
  constexpr std::uint8_t system_information = 1;
  const base::Bytes system = wire::find_smbios_structure(table, system_information).formatted;
  if (system.size() < uuid_offset + uuid_size) return {};  // before SMBIOS 2.1
  const base::Bytes uuid = system.subspan(uuid_offset, uuid_size);
  bool all_same = true;
  for (std::uint8_t byte : uuid) all_same &= byte == uuid[0];
  return all_same && (uuid[0] == 0 || uuid[0] == 0xff) ? base::Bytes{} : uuid;  // "not set"
}

}  // namespace bios
