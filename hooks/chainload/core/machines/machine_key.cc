// SPDX-License-Identifier: MPL-2.0
// Keys from queries and from text, and back to text.
#include "machine_key.h"

#include <algorithm>
#include <charconv>

#include "core/facts/text.h"
#include "keyed_hash.h"

namespace chainload::core::machines {
namespace {

constexpr std::uint8_t ethernet = 1;
constexpr std::size_t ethernet_len = 6;
constexpr std::size_t uuid_len = 16;
constexpr std::string_view client_id_prefix = "client-id/";
constexpr std::string_view uuid_prefix = "uuid/";

using Uuid = std::array<std::uint8_t, uuid_len>;

/// Seen on many boards of several makers, in wire order; each may also come with its first three fields
/// swapped.
constexpr std::array<Uuid, 4> shared_uuids = {
    Uuid{0x00, 0x02, 0x00, 0x03, 0x00, 0x04, 0x00, 0x05, 0x00, 0x06, 0x00, 0x07, 0x00, 0x08, 0x00, 0x09},
    Uuid{0x12, 0x34, 0x56, 0x78, 0x12, 0x34, 0x56, 0x78, 0x90, 0xab, 0xcd, 0xde, 0xef, 0xaa, 0xbb, 0xcc},
    Uuid{0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10},
    Uuid{0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f}};

/// Between wire order and the order of the printed text: each is the other's.
constexpr Uuid swapped(Bytes uuid) {
  constexpr std::array<std::uint8_t, uuid_len> order = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
  Uuid other{};
  for (std::size_t i = 0; i < uuid_len; ++i) other[i] = uuid[order[i]];
  return other;
}

bool all_alike(Bytes octets) {
  return std::all_of(octets.begin(), octets.end(),
                     [&](std::uint8_t octet) { return octet == octets.front(); });
}

/// 16 octets that stand for a longer identifier. Two hashes under fixed keys: it must be the same tomorrow.
Uuid digest(Bytes longer) {
  const std::array<std::uint64_t, 2> halves = {KeyedHash({1, 2})(longer), KeyedHash({3, 4})(longer)};
  Uuid octets{};
  for (std::size_t i = 0; i < octets.size(); ++i) {
    octets[i] = static_cast<std::uint8_t>(halves[i / 8] >> (8 * (i % 8)));
  }
  return octets;
}

std::optional<std::uint8_t> hex_octet(std::string_view two) {
  std::uint8_t octet = 0;
  const auto [end, error] = std::from_chars(two.data(), two.data() + two.size(), octet, 16);
  if (two.size() != 2 || error != std::errc() || end != two.data() + 2) return std::nullopt;
  return octet;
}

using Octets = BoundedBytes<MachineKey::capacity>;

/// Pairs of hex digits with the separator between them: between all, where `always`.
std::optional<Octets> read_octets(std::string_view text, char separator, bool always) {
  Octets octets;
  for (std::size_t at = 0; at < text.size(); at += 2) {
    if (at > 0 && text[at] == separator) {
      ++at;
    } else if (at > 0 && always) {
      return std::nullopt;
    }
    const auto octet = at < text.size() ? hex_octet(text.substr(at, 2)) : std::nullopt;
    if (!octet || !octets.append(Bytes(&*octet, 1))) return std::nullopt;
  }
  if (octets.empty()) return std::nullopt;
  return octets;
}

MachineKey read_uuid(std::string_view text) {
  const auto octets = read_octets(text, '-', false);
  if (!octets || octets->view().size() != uuid_len) return {};
  return MachineKey::of_uuid(swapped(octets->view()));
}

MachineKey read_address(std::string_view text) {
  std::optional<std::uint8_t> htype;
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
    std::uint8_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + slash, number);
    if (error != std::errc() || end != text.data() + slash) return {};
    htype = number;
    text.remove_prefix(slash + 1);
  }
  const char separator = text.find('-') != std::string_view::npos ? '-' : ':';
  const auto octets = read_octets(text, separator, true);
  if (!octets || (!htype && octets->view().size() != ethernet_len)) return {};
  return MachineKey::of_address(htype.value_or(ethernet), octets->view());
}

}  // namespace

MachineKey::MachineKey(KeyKind kind, std::uint8_t type, Bytes octets)
    : kind_(kind), type_(type), len_(static_cast<std::uint8_t>(octets.size())) {
  std::copy(octets.begin(), octets.end(), octets_.begin());
}

MachineKey MachineKey::of_address(std::uint8_t htype, Bytes address) {
  if (address.empty() || address.size() > capacity) return {};
  const bool is_nobodys = (address.front() == 0 || address.front() == 0xff) && all_alike(address);
  return is_nobodys ? MachineKey() : MachineKey(KeyKind::hardware_address, htype, address);
}

MachineKey MachineKey::of_client_id(Bytes client_id) {
  if (client_id.size() <= capacity) return of_client_id_as_kept(client_id, false);
  return of_client_id_as_kept(digest(client_id), true);
}

MachineKey MachineKey::of_client_id_as_kept(Bytes octets, bool is_digest) {
  if (octets.empty() || octets.size() > capacity) return {};
  return {KeyKind::client_id, static_cast<std::uint8_t>(is_digest), octets};
}

MachineKey MachineKey::of_uuid(Bytes uuid) {
  return is_plausible_uuid(uuid) ? MachineKey(KeyKind::uuid, 0, uuid) : MachineKey();
}

bool MachineKey::is_usual() const {
  return type_ == ethernet && len_ == ethernet_len;
}

std::array<std::uint8_t, MachineKey::capacity + 3> MachineKey::packed() const {
  std::array<std::uint8_t, capacity + 3> all{};
  std::copy(octets_.begin(), octets_.end(), all.begin());
  all[capacity] = static_cast<std::uint8_t>(kind_);
  all[capacity + 1] = type_;
  all[capacity + 2] = len_;
  return all;
}

std::string MachineKey::text() const {
  switch (kind_) {
    case KeyKind::none:
      return "none";
    case KeyKind::hardware_address:
      return (is_usual() ? "" : std::to_string(type_) + "/") + mac_text(octets());
    case KeyKind::client_id:
      return std::string(client_id_prefix) + (type_ == 1 ? "~" : "") + hex(octets());
    case KeyKind::uuid:
      break;
  }
  std::array<std::uint8_t, uuid_len + 1> option_97{};
  std::copy(octets_.begin(), octets_.end(), option_97.begin() + 1);
  return std::string(uuid_prefix) + uuid_text(option_97);
}

MachineKey machine_key(const Facts& facts) {
  if (const MachineKey key = MachineKey::of_address(facts.htype, facts.hardware_address); !key.is_none()) {
    return key;
  }
  if (facts.client_id && !facts.client_id->empty()) return MachineKey::of_client_id(*facts.client_id);
  return uuid_key(facts);
}

MachineKey uuid_key(const Facts& facts) {
  const auto& option = facts.client_uuid;
  if (!option || option->size() != uuid_len + 1 || option->front() != 0) return {};
  return MachineKey::of_uuid(option->subspan(1));
}

bool is_plausible_uuid(Bytes uuid) {
  if (uuid.size() != uuid_len || all_alike(uuid)) return false;
  const Uuid other_order = swapped(uuid);
  return std::none_of(shared_uuids.begin(), shared_uuids.end(), [&](const Uuid& shared) {
    return std::equal(shared.begin(), shared.end(), uuid.begin()) || shared == other_order;
  });
}

MachineKey read_machine_key(std::string_view text) {
  if (text.starts_with(client_id_prefix)) {
    text.remove_prefix(client_id_prefix.size());
    const bool is_digest = text.starts_with('~');
    const auto octets = read_octets(is_digest ? text.substr(1) : text, '\0', false);
    if (!octets || (is_digest && octets->view().size() != MachineKey::capacity)) return {};
    return MachineKey::of_client_id_as_kept(octets->view(), is_digest);
  }
  if (text.starts_with(uuid_prefix)) return read_uuid(text.substr(uuid_prefix.size()));
  constexpr std::size_t uuid_text_len = 36;
  if (text.size() == uuid_text_len && text[8] == '-') return read_uuid(text);
  return read_address(text);
}

}  // namespace chainload::core::machines
