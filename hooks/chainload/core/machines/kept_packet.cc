// SPDX-License-Identifier: MPL-2.0
// The header up to sname, then what follows file, without the zeros at its end; sname and file between them where they
// hold anything.
#include "kept_packet.h"

#include <cstring>
#include <limits>

#include "core/facts/dhcp.h"

namespace chainload::core::machines {
namespace {

constexpr std::size_t names_len = header::sname_len + header::file_len;
static_assert(header::sname + names_len == header::cookie);

bool has_names(Bytes packet) {
  std::uint64_t sum = 0;
  for (std::size_t at = header::sname; at < header::cookie; at += sizeof sum) {
    std::uint64_t word;
    std::memcpy(&word, packet.data() + at, sizeof word);
    sum |= word;
  }
  return sum != 0;
}

Bytes without_trailing_zeros(Bytes octets) {
  for (std::uint64_t word; octets.size() >= sizeof word; octets = octets.first(octets.size() - sizeof word)) {
    std::memcpy(&word, octets.data() + octets.size() - sizeof word, sizeof word);
    if (word != 0) break;
  }
  while (!octets.empty() && octets.back() == 0) octets = octets.first(octets.size() - 1);
  return octets;
}

}  // namespace

void KeptPacket::keep(Bytes packet) {
  original_len_ = static_cast<std::uint16_t>(
      std::min<std::size_t>(packet.size(), std::numeric_limits<std::uint16_t>::max()));
  has_names_ = packet.size() < header::cookie || has_names(packet);
  const std::size_t before_len = has_names_ ? 0 : header::sname;
  const Bytes rest = without_trailing_zeros(packet.subspan(has_names_ ? 0 : header::cookie));
  kept_len_ = 0;
  if (before_len + rest.size() > capacity) return;
  std::uint8_t* const end = std::copy_n(packet.begin(), before_len, octets_.data());
  std::copy(rest.begin(), rest.end(), end);
  kept_len_ = static_cast<std::uint16_t>(before_len + rest.size());
}

std::vector<std::uint8_t> KeptPacket::octets() const {
  if (kept_len_ == 0) return {};
  std::vector<std::uint8_t> octets(octets_.begin(), octets_.begin() + kept_len_);
  if (!has_names_) octets.insert(octets.begin() + header::sname, names_len, 0);
  octets.resize(original_len_);
  return octets;
}

}  // namespace chainload::core::machines
