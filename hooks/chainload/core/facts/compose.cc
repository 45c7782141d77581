// SPDX-License-Identifier: MPL-2.0
// Emits a query from given facts.
#include "compose.h"

#include "relay_agent.h"

namespace chainload::core {
namespace {

constexpr std::size_t piece_max = 255;

void put_option(std::vector<std::uint8_t>& packet, std::uint8_t code, Bytes value) {
  do {
    const Bytes piece = value.first(std::min(value.size(), piece_max));
    packet.push_back(code);
    packet.push_back(static_cast<std::uint8_t>(piece.size()));
    packet.insert(packet.end(), piece.begin(), piece.end());
    value = value.subspan(piece.size());
  } while (!value.empty());
}

void put_text(std::vector<std::uint8_t>& packet, std::uint8_t code, std::string_view text) {
  put_option(packet, code, Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

void put_user_class(std::vector<std::uint8_t>& packet, const GivenFacts& given) {
  if (given.user_class) put_text(packet, option::user_class, *given.user_class);
  if (!given.user_class_list) return;
  std::vector<std::uint8_t> items;
  for (const std::string& name : *given.user_class_list) {
    items.push_back(static_cast<std::uint8_t>(name.size()));
    items.insert(items.end(), name.begin(), name.end());
  }
  put_option(packet, option::user_class, items);
}

void put_etherboot(std::vector<std::uint8_t>& packet, const GivenFacts& given) {
  std::vector<std::uint8_t> encapsulated;
  for (const std::uint8_t feature : given.features)
    put_option(encapsulated, feature, std::array<std::uint8_t, 1>{1});
  if (given.loader_version) put_option(encapsulated, etherboot::version, *given.loader_version);
  if (!encapsulated.empty()) put_option(packet, option::etherboot, encapsulated);
}

void put_relay_agent(std::vector<std::uint8_t>& packet, const GivenFacts& given) {
  std::vector<std::uint8_t> sub_options;
  const auto put = [&](std::uint8_t code, const std::vector<std::uint8_t>& value) {
    if (value.empty()) return;
    sub_options.push_back(code);
    sub_options.push_back(static_cast<std::uint8_t>(value.size()));
    sub_options.insert(sub_options.end(), value.begin(), value.end());
  };
  put(relay_option::circuit_id, given.circuit_id);
  put(relay_option::remote_id, given.remote_id);
  if (!sub_options.empty()) put_option(packet, option::relay_agent, sub_options);
}

std::optional<std::uint8_t> nibble(char digit) {
  if (digit >= '0' && digit <= '9') return static_cast<std::uint8_t>(digit - '0');
  if (digit >= 'a' && digit <= 'f') return static_cast<std::uint8_t>(digit - 'a' + 10);
  if (digit >= 'A' && digit <= 'F') return static_cast<std::uint8_t>(digit - 'A' + 10);
  return std::nullopt;
}

std::optional<std::vector<std::uint8_t>> parse_octets(std::string_view text, std::string_view separators) {
  std::vector<std::uint8_t> octets;
  octets.reserve(text.size() / 2);
  for (std::size_t at = 0; at < text.size();) {
    if (separators.find(text[at]) != std::string_view::npos) {
      ++at;
      continue;
    }
    if (at + 1 == text.size()) return std::nullopt;
    const auto high = nibble(text[at]);
    const auto low = nibble(text[at + 1]);
    if (!high || !low) return std::nullopt;
    octets.push_back(static_cast<std::uint8_t>(*high << 4 | *low));
    at += 2;
  }
  return octets;
}

}  // namespace

std::vector<std::uint8_t> compose_query(const GivenFacts& given) {
  std::vector<std::uint8_t> packet(header::options, 0);
  packet[header::op] = header::boot_request;
  packet[header::htype] = 1;
  const std::size_t hlen = std::min(given.hardware_address.size(), header::chaddr_len);
  packet[header::hlen] = static_cast<std::uint8_t>(hlen);
  std::copy_n(given.hardware_address.begin(), hlen, packet.begin() + header::chaddr);
  for (std::size_t i = 0; i < 4; ++i) {
    packet[header::giaddr + i] =
        static_cast<std::uint8_t>(static_cast<std::uint32_t>(given.relay) >> (24 - 8 * i));
    packet[header::cookie + i] = static_cast<std::uint8_t>(header::cookie_value >> (24 - 8 * i));
  }

  if (given.message_type != message::bootp) {
    put_option(packet, option::message_type, std::array{given.message_type});
  }
  if (!given.architectures.empty()) {
    std::vector<std::uint8_t> list;
    for (const std::uint16_t number : given.architectures) {
      list.push_back(static_cast<std::uint8_t>(number >> 8));
      list.push_back(static_cast<std::uint8_t>(number));
    }
    put_option(packet, option::client_architecture, list);
  }
  if (given.vendor_class) put_text(packet, option::vendor_class, *given.vendor_class);
  put_user_class(packet, given);
  if (!given.requested_options.empty())
    put_option(packet, option::parameter_request, given.requested_options);
  put_etherboot(packet, given);
  if (given.uuid) {
    std::array<std::uint8_t, 17> value{};
    std::copy(given.uuid->begin(), given.uuid->end(), value.begin() + 1);
    put_option(packet, option::client_uuid, value);
  }
  if (!given.client_id.empty()) put_option(packet, option::client_id, given.client_id);
  put_relay_agent(packet, given);  // last, as relays add it [rfc3046 2.1]
  packet.push_back(option::end);
  return packet;
}

std::optional<std::vector<std::uint8_t>> parse_mac(std::string_view text) {
  auto octets = parse_octets(text, ":-");
  if (!octets || octets->empty() || octets->size() > header::chaddr_len) return std::nullopt;
  return octets;
}

std::optional<std::array<std::uint8_t, 16>> parse_uuid(std::string_view text) {
  const auto octets = parse_octets(text, "-");
  if (!octets || octets->size() != 16) return std::nullopt;
  constexpr std::array<std::uint8_t, 16> order = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
  std::array<std::uint8_t, 16> wire{};
  for (std::size_t i = 0; i < order.size(); ++i) wire[i] = (*octets)[order[i]];
  return wire;
}

std::optional<std::vector<std::uint8_t>> parse_hex(std::string_view text) {
  return parse_octets(text, ": \t\r\n");
}

}  // namespace chainload::core
