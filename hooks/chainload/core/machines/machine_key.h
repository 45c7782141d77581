// SPDX-License-Identifier: MPL-2.0
// Which machine a query comes from: its hardware address; without one its client identifier; without either
// its UUID, if that is one of its own.
#pragma once

#include <compare>
#include <optional>
#include <string>

#include "core/facts/facts.h"

namespace chainload::core::machines {

enum class KeyKind : std::uint8_t { none, hardware_address, client_id, uuid };

/// Ordered by kind, hardware type and octets: the order of pages.
class MachineKey {
 public:
  static constexpr std::size_t capacity = 16;

  MachineKey() = default;
  /// None for an empty one, one of more than 16 octets, and for all zeros or all ones, which nobody owns.
  static MachineKey of_address(std::uint8_t htype, Bytes address);
  /// One of more than 16 octets is kept as a digest of 16.
  static MachineKey of_client_id(Bytes client_id);
  /// As octets() of such a key gives it: the whole identifier, or the digest.
  static MachineKey of_client_id_as_kept(Bytes octets, bool is_digest);
  /// None unless it is plausible. Wire order.
  static MachineKey of_uuid(Bytes uuid);

  KeyKind kind() const { return kind_; }
  bool is_none() const { return kind_ == KeyKind::none; }
  Bytes octets() const { return Bytes(octets_).first(len_); }

  /// For hashing: everything that tells it from others.
  std::array<std::uint8_t, capacity + 3> packed() const;

  /// `52:54:00:77:00:01`; any other hardware address `32/…`; `client-id/…` with `~` for a digest;
  /// `uuid/…`. read_machine_key() reads each back.
  std::string text() const;

  friend auto operator<=>(const MachineKey&, const MachineKey&) = default;

 private:
  MachineKey(KeyKind kind, std::uint8_t type, Bytes octets);
  bool is_usual() const;  // an Ethernet address

  KeyKind kind_ = KeyKind::none;
  std::uint8_t type_ = 0;  // htype; with client_id 1 for a digest
  std::array<std::uint8_t, capacity> octets_{};
  std::uint8_t len_ = 0;
};

/// None where the query says nothing of the kind.
MachineKey machine_key(const Facts& facts);

/// By option 97, where it is plausible. Two queries can only meet under it when both carry it.
MachineKey uuid_key(const Facts& facts);

/// Boards are sold with the same UUID in all of them, or with none: these name nobody.
bool is_plausible_uuid(Bytes uuid);

/// As text() writes it; also MACs with hyphens and in capitals, and a UUID without `uuid/`. None when it is
/// nothing of these.
MachineKey read_machine_key(std::string_view text);

}  // namespace chainload::core::machines
