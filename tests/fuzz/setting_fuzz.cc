// SPDX-License-Identifier: MPL-2.0
// Names, types and values of settings. The input is a setting's name, a NUL, text and bytes for it, and,
// behind another NUL, the DHCP packet it may be found in.
#include <algorithm>
#include <memory>
#include <string>

#include "fuzz_target.h"
#include "settings/store.h"

namespace {

/// What was read as a type and written is read as the same bytes.
void check_value(settings::Type type, std::string_view text, base::Bytes bytes) {
  std::uint8_t room[settings::Store::max_value], again_room[settings::Store::max_value];
  std::vector<char> written(8 * settings::Store::max_value);
  auto value = settings::parse_value(type, text, room);
  if (value.ok()) {
    fuzz::require(value->size() <= sizeof room);
    base::TextWriter out(written);
    settings::format_value(type, value.value(), out);
    fuzz::require(!out.overflowed());
    fuzz::note(out.view());
    if (type != settings::Type::uristring) {
      auto again = settings::parse_value(type, out.view(), again_room);
      fuzz::require(again.ok() && std::equal(again->begin(), again->end(), value->begin(), value->end()));
    }
  } else {
    fuzz::require(!value.error().sentence().empty());
  }
  base::TextWriter out(written);
  settings::format_value(type, bytes, out);  // bytes that may be of another type
  fuzz::note(out.view());
}

}  // namespace

FUZZ_TARGET(setting) {
  const std::string_view all = base::as_text(input);
  const std::size_t id_end = std::min(all.find('\0'), all.size());
  const std::string_view id = all.substr(0, id_end);
  const std::string_view rest = all.substr(std::min(id_end + 1, all.size()));
  const std::size_t text_end = std::min(rest.find('\0'), rest.size());
  const std::string_view text = rest.substr(0, std::min<std::size_t>(text_end, settings::Store::max_value));
  const base::Bytes packet = base::as_bytes(rest.substr(std::min(text_end + 1, rest.size())));

  for (unsigned type = 0; type <= static_cast<unsigned>(settings::Type::base64); ++type)
    check_value(static_cast<settings::Type>(type), text, base::as_bytes(text));

  const auto parsed = settings::parse_id(id);
  fuzz::require(parsed.ok() || !parsed.error().sentence().empty());
  struct Room {
    std::array<std::uint8_t, 16 << 10> memory{};
    base::Arena arena{"settings", memory};
  };
  auto room = std::make_unique<Room>();
  settings::Store store(room->arena, {.mac = {{0x52, 0x54, 0, 0, 0, 2}},
                                      .bus_id = {},
                                      .smbios_uuid = {},
                                      .version = "1",
                                      .platform = "p",
                                      .build_arch = "b",
                                      .smbios = packet});
  store.set_packets(packet, packet);
  std::vector<char> written(8 * settings::Store::max_value);
  const auto tell = [&](std::string_view name) {
    base::TextWriter out(written);
    const bool found = store.format(name, out);
    fuzz::require(!out.overflowed() && (found || out.view().empty()));
    fuzz::note(out.view());
  };
  tell(id);
  for (const std::string_view scope : {"net0/", "net0.dhcp/", "proxydhcp/", "smbios/"})
    tell(std::string(scope) + std::string(id.substr(0, 300)));
  const base::Status set = store.set(id, text);
  fuzz::require(!set.ok() || parsed.ok());
  tell(id);
  static_cast<void>(store.find_ipv4(id));
  struct Listed {
    decltype(tell)& show;
    std::size_t count = 0;
  } listed{tell};
  store.list(
      [](void* context, std::string_view name) {
        auto& list = *static_cast<Listed*>(context);
        list.show(name);
        ++list.count;
      },
      &listed);
  fuzz::note(std::uint64_t{listed.count});
  if (set.ok()) fuzz::require(store.clear(id).ok() && room->arena.used() == 0);
}
