// SPDX-License-Identifier: MPL-2.0
// What a BIOS and a PXE ROM leave in memory: SMBIOS, its entry points, !PXE and PXENV+.
#include "fuzz_target.h"
#include "platform/bios/pxe_stack.h"
#include "platform/bios/smbios.h"
#include "wire/smbios.h"

FUZZ_TARGET(rom_tables) {
  const auto inside = [&](const void* at, std::size_t size) {
    const auto* begin = static_cast<const std::uint8_t*>(at);
    return size == 0 || (input.data() <= begin && begin + size <= input.data() + input.size());
  };
  for (unsigned type = 0; type < 256; ++type) {
    if (type > 4 && type % 16 != input.size() % 16) continue;
    for (unsigned instance = 0; instance < 3; ++instance) {
      const auto found = wire::find_smbios_structure(input, static_cast<std::uint8_t>(type), instance);
      fuzz::require(inside(found.formatted.data(), found.formatted.size()));
      fuzz::require(inside(found.strings.data(), found.strings.size()));
      for (std::size_t offset = 0; offset < 16; ++offset) {
        const std::string_view text = found.string_at(offset);
        fuzz::require(inside(text.data(), text.size()));
        fuzz::note(text);
      }
      fuzz::note(std::uint64_t{found.formatted.size()});
    }
  }
  const base::Bytes uuid = bios::find_uuid(input);
  fuzz::require(uuid.empty() || (uuid.size() == 16 && inside(uuid.data(), 16)));
  fuzz::note(uuid);
  const bios::SmbiosTable table = bios::find_smbios(input);
  fuzz::note(std::uint64_t{table.address} << 32 | table.length);
  bios::FarPointer second{};
  for (const bios::FarPointer pointer :
       {bios::check_bang_pxe(input), bios::check_pxenv(input, second), second})
    fuzz::note(std::uint64_t{pointer.linear()});
}
