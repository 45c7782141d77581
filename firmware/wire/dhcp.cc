// SPDX-License-Identifier: MPL-2.0
#include "wire/dhcp.h"

#include <algorithm>

namespace wire {

std::optional<DhcpOption> DhcpOptionWalker::next() {
  while (area_ < areas_.size()) {
    base::Bytes& rest = areas_[area_];
    while (!rest.empty() && rest[0] == dhcp_option::pad) rest = rest.subspan(1);
    if (rest.empty() || rest[0] == dhcp_option::end) {
      ++area_;
      continue;
    }
    if (rest.size() < 2) {
      was_truncated_ = true;
      ++area_;
      continue;
    }
    const std::size_t claimed_length = rest[1];
    if (claimed_length > rest.size() - 2) {
      was_truncated_ = true;
      ++area_;
      continue;
    }
    const DhcpOption option{rest[0], rest.subspan(2, claimed_length)};
    rest = rest.subspan(2 + claimed_length);
    return option;
  }
  return std::nullopt;
}

std::optional<base::Bytes> DhcpOptions::find(std::uint8_t code, base::MutBytes scratch) const {
  std::optional<base::Bytes> found;
  std::size_t joined = 0;  // bytes of it in scratch; 0 while it is in one piece
  DhcpOptionWalker walker(*this);
  while (const auto option = walker.next()) {
    if (option->code != code) continue;
    if (!found) {
      found = option->value;
      continue;
    }
    if (option->value.empty()) continue;
    if (joined == 0) {
      if (found->size() > scratch.size()) return std::nullopt;
      std::copy(found->begin(), found->end(), scratch.begin());
      joined = found->size();
    }
    if (option->value.size() > scratch.size() - joined) return std::nullopt;
    std::copy(option->value.begin(), option->value.end(),
              scratch.begin() + static_cast<std::ptrdiff_t>(joined));
    joined += option->value.size();
    found = scratch.first(joined);
  }
  return found;
}

bool DhcpOptions::contains(std::uint8_t code) const {
  DhcpOptionWalker walker(*this);
  while (const auto option = walker.next()) {
    if (option->code == code) return true;
  }
  return false;
}

namespace {

/// The big-endian value of `code` when it has exactly `size` bytes.
std::optional<std::uint32_t> find_number(const DhcpOptions& options, std::uint8_t code, std::size_t size) {
  std::uint8_t scratch[4];
  const auto value = options.find(code, scratch);
  if (!value || value->size() != size) return std::nullopt;
  std::uint32_t number = 0;
  for (std::uint8_t byte : *value) number = number << 8 | byte;
  return number;
}

}  // namespace

std::optional<std::uint8_t> DhcpOptions::find_u8(std::uint8_t code) const {
  const auto number = find_number(*this, code, 1);
  return number ? std::optional(static_cast<std::uint8_t>(*number)) : std::nullopt;
}

std::optional<std::uint16_t> DhcpOptions::find_u16(std::uint8_t code) const {
  const auto number = find_number(*this, code, 2);
  return number ? std::optional(static_cast<std::uint16_t>(*number)) : std::nullopt;
}

std::optional<std::uint32_t> DhcpOptions::find_u32(std::uint8_t code) const {
  return find_number(*this, code, 4);
}

std::optional<base::Ipv4Address> DhcpOptions::find_ipv4(std::uint8_t code) const {
  base::Ipv4Address address;
  return find_ipv4_list(code, {&address, 1}) == 1 ? std::optional(address) : std::nullopt;
}

std::size_t DhcpOptions::find_ipv4_list(std::uint8_t code, std::span<base::Ipv4Address> into) const {
  std::uint8_t scratch[512];
  const auto value = find(code, scratch);
  if (!value || value->empty() || value->size() % 4 != 0) return 0;
  const std::size_t count = std::min(value->size() / 4, into.size());
  for (std::size_t i = 0; i < count; ++i) into[i].value = base::load_be32(&(*value)[4 * i]);
  return count;
}

DhcpOptions DhcpOptions::find_encapsulated(std::uint8_t code, base::MutBytes scratch) const {
  return DhcpOptions(find(code, scratch).value_or(base::Bytes{}));
}

base::Bytes until_nul(base::Bytes bytes) {
  const auto nul = std::find(bytes.begin(), bytes.end(), std::uint8_t{0});
  return bytes.first(static_cast<std::size_t>(nul - bytes.begin()));
}

std::optional<DhcpPacket> DhcpPacket::parse(base::Bytes packet) {
  if (packet.size() < sizeof(BootpHeader)) return std::nullopt;
  DhcpPacket parsed;
  parsed.header_ = static_cast<const BootpHeader*>(static_cast<const void*>(packet.data()));
  if (parsed.header_->magic != dhcp_magic_cookie) return std::nullopt;
  const base::Bytes options = packet.subspan(sizeof(BootpHeader));
  parsed.options_ = DhcpOptions(options);
  // Only the options field itself can say that the others hold options; a 52 inside them means nothing.
  const auto overload = parsed.options_.find_u8(dhcp_option::overload);
  if (overload && *overload >= 1 && *overload <= 3) {
    parsed.overload_ = *overload;
    parsed.options_ = DhcpOptions(options, *overload & 1 ? base::Bytes(parsed.header_->file) : base::Bytes{},
                                  *overload & 2 ? base::Bytes(parsed.header_->sname) : base::Bytes{});
  }
  return parsed;
}

std::optional<DhcpMessageType> DhcpPacket::message_type() const {
  const auto type = options_.find_u8(dhcp_option::message_type);
  if (!type || *type < 1 || *type > 8) return std::nullopt;
  return static_cast<DhcpMessageType>(*type);
}

base::Bytes DhcpPacket::boot_file(base::MutBytes scratch) const {
  const auto option = options_.find(dhcp_option::boot_file_name, scratch);
  if (option && !until_nul(*option).empty()) return until_nul(*option);
  return overload_ & 1 ? base::Bytes{} : until_nul(header_->file);
}

base::Bytes DhcpPacket::server_name(base::MutBytes scratch) const {
  const auto option = options_.find(dhcp_option::tftp_server_name, scratch);
  if (option && !until_nul(*option).empty()) return until_nul(*option);
  return overload_ & 2 ? base::Bytes{} : until_nul(header_->sname);
}

DhcpBuilder::DhcpBuilder(base::MutBytes packet, const BootpHeader& header) : buffer_(packet) {
  put({static_cast<const std::uint8_t*>(static_cast<const void*>(&header)), sizeof header});
}

void DhcpBuilder::put(base::Bytes bytes) {
  if (bytes.size() > buffer_.size() - used_) {
    overflowed_ = true;
    return;
  }
  std::copy(bytes.begin(), bytes.end(), buffer_.begin() + static_cast<std::ptrdiff_t>(used_));
  used_ += bytes.size();
}

void DhcpBuilder::add(std::uint8_t code, base::Bytes value) {
  do {
    const base::Bytes piece = value.first(std::min<std::size_t>(value.size(), 255));
    const std::uint8_t head[2] = {code, static_cast<std::uint8_t>(piece.size())};
    put(head);
    put(piece);
    value = value.subspan(piece.size());
  } while (!value.empty());
}

void DhcpBuilder::add_u16(std::uint8_t code, std::uint16_t value) {
  std::uint8_t bytes[2];
  base::store_be16(bytes, value);
  add(code, bytes);
}

void DhcpBuilder::add_u32(std::uint8_t code, std::uint32_t value) {
  std::uint8_t bytes[4];
  base::store_be32(bytes, value);
  add(code, bytes);
}

std::size_t DhcpBuilder::finish() {
  const std::uint8_t end = dhcp_option::end;
  put({&end, 1});
  return overflowed_ ? 0 : used_;
}

}  // namespace wire
