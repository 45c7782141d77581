// SPDX-License-Identifier: MPL-2.0
// Facts and packets as a person writes them.
#include "asked_client.h"

#include <algorithm>
#include <charconv>

#include "core/facts/architectures.h"
#include "core/facts/text.h"
#include "core/rules/built_in.h"
#include "known.h"

namespace chainload::core {
namespace {

constexpr std::size_t packet_max = 65507;  // the most a UDP datagram carries
constexpr std::size_t option_max = 1024;   // more than any client sends, and still one reply

std::string bounded_string(const std::string& name, const Value& value) {
  std::string text = string_in(name, value);
  if (text.size() > option_max) {
    throw BadArgument(
        name, "it has " + std::to_string(text.size()) + " octets, more than " + std::to_string(option_max));
  }
  return text;
}

/// A single value stands for a list of one.
template <class Read>
void each_value(const std::string& name, const Value& value, Read&& read) {
  if (value.list() == nullptr) {
    read(name, value);
    return;
  }
  if (value.list()->size() > option_max / 8) {
    throw BadArgument(name, "the list has " + std::to_string(value.list()->size()) + " values, more than " +
                                std::to_string(option_max / 8));
  }
  for (std::size_t i = 0; i < value.list()->size(); ++i) {
    read(name + "[" + std::to_string(i) + "]", (*value.list())[i]);
  }
}

std::uint16_t architecture_argument(const std::string& name, const Value& value) {
  if (value.integer() != nullptr) {
    return static_cast<std::uint16_t>(number_in(name, value, 0, 0xffff));
  }
  const std::string text = string_in(name, value);
  const auto number = architecture_by_name(text);
  if (!number) {
    throw BadArgument(name, "\"" + printable(text) +
                                "\" is no architecture: write a name such as \"x86-bios\" or a number");
  }
  return *number;
}

std::uint8_t message_type_argument(const std::string& name, const Value& value) {
  if (value.integer() != nullptr) return static_cast<std::uint8_t>(number_in(name, value, 0, 255));
  const std::string text = string_in(name, value);
  for (std::uint8_t type = message::bootp; type <= message::inform; ++type) {
    const std::string known = message_name(type);
    if (text == known || "DHCP" + text == known) return type;
  }
  throw BadArgument(name, "\"" + printable(text) +
                              "\" is no message: write \"DISCOVER\", \"REQUEST\", "
                              "\"INFORM\" or \"BOOTP\", or the number of option 53");
}

std::uint8_t feature_argument(const std::string& name, const Value& value) {
  const std::string text = string_in(name, value);
  for (std::uint8_t code = etherboot::first_feature; code <= etherboot::last_feature; ++code) {
    if (!text.empty() && feature_name(code) == text) return code;
  }
  throw BadArgument(
      name, "\"" + printable(text) + "\" is no feature: write a name such as \"http\" or \"bzimage\"");
}

std::array<std::uint8_t, 3> version_argument(const std::string& name, const Value& value) {
  const std::string text = string_in(name, value);
  std::array<std::uint8_t, 3> version{};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t i = 0; i < version.size(); ++i) {
    const auto [stop, error] = std::from_chars(at, end, version[i]);
    const bool last = i + 1 == version.size();
    if (error != std::errc{} || (last ? stop != end : stop == end || *stop != '.')) {
      throw BadArgument(name, "\"" + printable(text) + "\" is no version: write one such as \"1.0.1\"");
    }
    at = stop + 1;
  }
  return version;
}

/// As rules write them: text, or octets in hexadecimal behind 0x.
std::vector<std::uint8_t> octets_argument(const std::string& name, const Value& value) {
  const std::string text = string_in(name, value);
  constexpr std::size_t most = 255;
  std::vector<std::uint8_t> octets(text.begin(), text.end());
  if (text.starts_with("0x")) {
    auto parsed = parse_hex(std::string_view(text).substr(2));
    if (!parsed)
      throw BadArgument(name,
                        "\"" + printable(text) + "\" is no hexadecimal text: write one such as \"0x0a0b\"");
    octets = std::move(*parsed);
  }
  if (octets.empty() || octets.size() > most) {
    throw BadArgument(
        name, "it has " + std::to_string(octets.size()) + " octets: write 1 to " + std::to_string(most));
  }
  return octets;
}

void read_user_class(const Value& value, GivenFacts& given) {
  if (value.list() == nullptr) {
    given.user_class = bounded_string("facts.user-class", value);
    return;
  }
  std::vector<std::string> names;
  each_value("facts.user-class", value, [&](const std::string& name, const Value& item) {
    names.push_back(string_in(name, item));
    if (names.back().empty() || names.back().size() > 255) {
      throw BadArgument(name, "a user class in a list has 1 to 255 octets (RFC 3004)");
    }
  });
  given.user_class_list = std::move(names);
}

/// The facts, and what is known besides, which is read elsewhere.
std::vector<std::string_view> fact_keys() {
  std::vector<std::string_view> keys = {
      "arch",         "circuit-id", "client-id",         "remote-id",  "features", "loader-version", "mac",
      "message-type", "relay",      "requested-options", "user-class", "uuid",     "vendor-class"};
  keys.insert(keys.end(), said_keys.begin(), said_keys.end());
  return keys;
}

}  // namespace

GivenFacts read_given_facts(const Value& facts) {
  check_keys("facts", facts, fact_keys());
  GivenFacts given;
  if (const Value* const value = facts.find("mac")) {
    const auto address = parse_mac(string_in("facts.mac", *value));
    if (!address)
      throw BadArgument("facts.mac", "it is no hardware address: write one such as \"52:54:00:77:00:01\"");
    given.hardware_address = *address;
  }
  if (const Value* const value = facts.find("relay")) {
    const auto relay = parse_ipv4(string_in("facts.relay", *value));
    if (!relay) throw BadArgument("facts.relay", "it is no IPv4 address: write one such as \"192.0.2.1\"");
    given.relay = *relay;
  }
  if (const Value* const value = facts.find("uuid")) {
    given.uuid = parse_uuid(string_in("facts.uuid", *value));
    if (!given.uuid)
      throw BadArgument("facts.uuid", "it is no UUID: write 32 hexadecimal digits, with or without hyphens");
  }
  if (const Value* const value = facts.find("message-type")) {
    given.message_type = message_type_argument("facts.message-type", *value);
  }
  if (const Value* const value = facts.find("loader-version")) {
    given.loader_version = version_argument("facts.loader-version", *value);
  }
  if (const Value* const value = facts.find("vendor-class")) {
    given.vendor_class = bounded_string("facts.vendor-class", *value);
  }
  if (const Value* const value = facts.find("client-id"))
    given.client_id = octets_argument("facts.client-id", *value);
  if (const Value* const value = facts.find("circuit-id"))
    given.circuit_id = octets_argument("facts.circuit-id", *value);
  if (const Value* const value = facts.find("remote-id"))
    given.remote_id = octets_argument("facts.remote-id", *value);
  if (const Value* const value = facts.find("user-class")) read_user_class(*value, given);
  if (const Value* const value = facts.find("arch")) {
    each_value("facts.arch", *value, [&](const std::string& name, const Value& item) {
      given.architectures.push_back(architecture_argument(name, item));
    });
  }
  if (const Value* const value = facts.find("features")) {
    each_value("facts.features", *value, [&](const std::string& name, const Value& item) {
      given.features.push_back(feature_argument(name, item));
    });
  }
  if (const Value* const value = facts.find("requested-options")) {
    each_value("facts.requested-options", *value, [&](const std::string& name, const Value& item) {
      given.requested_options.push_back(static_cast<std::uint8_t>(number_in(name, item, 1, 254)));
    });
  }
  return given;
}

std::vector<std::uint8_t> read_packet_hex(const Value& packet) {
  auto octets = parse_hex(string_in("packet", packet));
  if (!octets || octets->empty()) {
    throw BadArgument("packet",
                      "it is no hexadecimal text: write the UDP payload of the query, two digits an octet");
  }
  if (octets->size() > packet_max) {
    throw BadArgument(
        "packet", "it has " + std::to_string(octets->size()) + " octets, more than a UDP datagram carries");
  }
  return std::move(*octets);
}

}  // namespace chainload::core
